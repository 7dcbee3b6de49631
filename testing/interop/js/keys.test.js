// Auth tokens and keys as jose sees them, for every algorithm.
import assert from 'node:assert/strict';
import test from 'node:test';

import { calculateJwkThumbprint, createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';

import { newApp, signIn } from '../support.js';
import { discover, insecure } from './clients.js';

const ALGORITHMS = ['ES256', 'EdDSA', 'RS256'];

const keysOf = (app) => new URL(`${app.issuer}/.well-known/jwks.json`);

test('JW-1 JW-2 jose verifies an auth token of every algorithm, with its header and its claims', async () => {
  for (const alg of ALGORITHMS) {
    const app = await newApp({ signing_alg: alg });
    const { auth_token, session_id } = await signIn(app);
    const { payload, protectedHeader } = await jwtVerify(auth_token, createRemoteJWKSet(keysOf(app)), {
      algorithms: [alg],
      issuer: app.issuer,
      audience: app.id,
      typ: 'JWT',
      requiredClaims: ['sub', 'iat', 'nbf', 'exp', 'jti', 'sid', 'auth_time', 'client_id'],
    });
    assert.deepEqual(Object.keys(protectedHeader).sort(), ['alg', 'kid', 'typ']);
    assert.equal(payload.sub, 'ann');
    assert.equal(payload.sid, session_id);
    assert.equal(payload.client_id, app.id);
    assert.equal(payload.nbf, payload.iat - 5);
  }
});

test('JK-2 every kid is the thumbprint of its key, and stands once', async () => {
  for (const alg of ALGORITHMS) {
    const app = await newApp({ signing_alg: alg });
    const { keys } = await (await fetch(keysOf(app))).json();
    for (const key of keys) {
      assert.equal(key.kid, await calculateJwkThumbprint(key));
    }
    assert.equal(new Set(keys.map((key) => key.kid)).size, keys.length);
  }
});

test('JK-1 JK-3 keys have their public members alone, say what they are for, and have their full width', async () => {
  const widths = { EC: { x: 32, y: 32 }, OKP: { x: 32 }, RSA: { n: 256, e: 3 } };
  const crv = { EC: ['crv'], OKP: ['crv'], RSA: [] };
  const seen = new Set();
  for (const alg of ALGORITHMS) {
    const app = await newApp({ signing_alg: alg });
    const response = await fetch(keysOf(app));
    assert.equal(response.headers.get('content-type'), 'application/jwk-set+json');
    for (const key of (await response.json()).keys) {
      seen.add(key.alg);
      const numbers = Object.entries(widths[key.kty]);
      const members = ['kty', 'use', 'alg', 'kid', ...crv[key.kty], ...numbers.map(([name]) => name)];
      assert.deepEqual(Object.keys(key).sort(), members.sort());
      assert.equal(key.use, 'sig');
      for (const [name, bytes] of numbers) {
        assert.equal(Buffer.from(key[name], 'base64url').length, bytes, `${name} of ${key.alg}`);
      }
    }
  }
  assert.deepEqual([...seen].sort(), [...ALGORITHMS].sort());
});

test('oauth4webapi takes the auth token of an app that asks for at+jwt as RFC 9068 has it', async () => {
  const app = await newApp({ token_typ: 'at+jwt' });
  const { auth_token } = await signIn(app);
  const request = new Request('https://api.example/', { headers: { authorization: `Bearer ${auth_token}` } });
  const claims = await oauth.validateJwtAccessToken(await discover(app), request, app.id, insecure);
  assert.equal(claims.sub, 'ann');
});
