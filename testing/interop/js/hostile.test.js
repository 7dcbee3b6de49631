// Tokens that an attacker makes with jose: introspection calls none of them active.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test from 'node:test';

import * as jose from 'jose';

import { newApp, signIn } from '../support.js';
import { publicClient } from './clients.js';

/** An app, a token of it that is active, its public key as anyone may fetch it, and the question. */
async function target() {
  const app = await newApp();
  const { introspect } = await publicClient(app);
  const { auth_token } = await signIn(app);
  assert.equal((await introspect(auth_token)).active, true);
  const header = jose.decodeProtectedHeader(auth_token);
  const { keys } = await (await fetch(`${app.issuer}/.well-known/jwks.json`)).json();
  return {
    token: auth_token,
    header,
    claims: jose.decodeJwt(auth_token),
    jwk: keys.find((key) => key.kid === header.kid),
    refused: async (what, token) => assert.deepEqual(await introspect(token), { active: false }, what),
  };
}

const encoded = (value) => jose.base64url.encode(JSON.stringify(value));

test('a token without a signature is not active', async () => {
  const { token, header, claims, refused } = await target();
  await refused('as jose makes it', new jose.UnsecuredJWT(claims).encode());
  for (const alg of ['none', 'None', 'NONE', '', 'ES256']) {
    await refused(`alg "${alg}"`, `${encoded({ ...header, alg })}.${encoded(claims)}.`);
  }
  const [first, second, signature] = token.split('.');
  await refused('two parts', `${first}.${second}`);
  await refused('alg none over a real signature', `${encoded({ ...header, alg: 'none' })}.${second}.${signature}`);
});

test('JW-4 a token signed by HMAC with the public key is not active', async () => {
  const { header, claims, jwk, refused } = await target();
  const publicKey = await jose.importJWK(jwk, 'ES256', { extractable: true });
  const pem = await jose.exportSPKI(publicKey);
  const utf8 = (text) => new TextEncoder().encode(text);
  const secrets = {
    pem: utf8(pem),
    'pem without its last line feed': utf8(pem.trimEnd()),
    der: Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64'),
    jwk: utf8(JSON.stringify(jwk)),
    'coordinate x': jose.base64url.decode(jwk.x),
  };
  for (const [name, secret] of Object.entries(secrets)) {
    for (const alg of ['HS256', 'HS384', 'HS512']) {
      const forged = await new jose.SignJWT(claims).setProtectedHeader({ ...header, alg }).sign(secret);
      await refused(`${alg} with ${name}`, forged);
    }
  }
});

test('JW-5 a key that the token brings along is ignored, and nothing is fetched', async (t) => {
  const { header, claims, refused } = await target();
  const own = await jose.generateKeyPair('ES256');
  const jwk = { ...(await jose.exportJWK(own.publicKey)), kid: header.kid, use: 'sig', alg: 'ES256' };
  let fetched = 0;
  const listener = createServer((request, response) => {
    fetched += 1;
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise((listening) => listener.listen(0, '127.0.0.1', listening));
  t.after(() => listener.close());
  const address = `http://127.0.0.1:${listener.address().port}/keys`;
  for (const brought of [{ jwk }, { jku: address }, { x5u: address }, { x5c: [encoded(jwk)] }]) {
    const forged = await new jose.SignJWT(claims).setProtectedHeader({ ...header, ...brought }).sign(own.privateKey);
    await refused(Object.keys(brought)[0], forged);
  }
  assert.equal(fetched, 0);
});

test('JW-6 a kid opens nothing: not the known one, nor an unknown, a long or a crooked one', async () => {
  const { header, claims, refused } = await target();
  const own = await jose.generateKeyPair('ES256');
  const unknown = await jose.calculateJwkThumbprint(await jose.exportJWK(own.publicKey));
  const crooked = ['', '../../../../dev/null', "' OR '1'='1", 'x'.repeat(4000), '\u0000', undefined];
  for (const kid of [header.kid, unknown, ...crooked]) {
    const forged = await new jose.SignJWT(claims).setProtectedHeader({ ...header, kid }).sign(own.privateKey);
    await refused(`kid ${JSON.stringify(kid)?.slice(0, 40)}`, forged);
  }
});

test('a signature stands for its own claims and its own app alone', async () => {
  const { token, claims, refused } = await target();
  const other = await target();
  const [head, , signature] = token.split('.');
  await refused('other claims', `${head}.${encoded({ ...claims, sub: 'bob' })}.${signature}`);
  await refused('the token of another app', other.token);
  await refused('a signature with a bit changed', token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.at(-1));
});
