// What clients written for Passage's token endpoints send and expect. Behaves like them; none of their code is here.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';

import { newApp, signIn } from '../support.js';

const ORIGIN = 'http://localhost:3000';
const REDIRECT = 'http://localhost:3000/welcome';

/** Such clients pin RS256, and know their app by its origin and its redirect address. */
const passageApp = () =>
  newApp({ signing_alg: 'RS256', allowed_origins: [ORIGIN], redirect_uris: [REDIRECT], auth_token_ttl: 1800 });

/** Older browser clients avoid a preflight by `text/plain`, and write a slash at the end; newer ones do neither. */
async function refresh(app, refresh_token, { path, type }) {
  const response = await fetch(`${app.issuer}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': type, 'Passage-Version': 'passage-js 4.1.2', Origin: ORIGIN },
    body: JSON.stringify({ refresh_token }),
  });
  return { status: response.status, body: await response.json() };
}

const OLDER = { path: '/tokens/', type: 'text/plain' };
const NEWER = { path: '/tokens', type: 'application/json' };

/** A backend's check of an auth token: the signature by the app's keys, and the app in the audience. */
async function userOf(app, token) {
  const { kid } = decodeProtectedHeader(token);
  assert.ok(kid);
  const keys = createRemoteJWKSet(new URL(`${app.issuer}/.well-known/jwks.json`));
  const { payload, protectedHeader } = await jwtVerify(token, keys, { algorithms: ['RS256'], typ: 'JWT' });
  assert.equal(protectedHeader.typ, 'JWT');
  assert.ok(Array.isArray(payload.aud) && payload.aud.includes(app.id));
  return payload;
}

test('a refresh gives the four members of auth_result, for older and newer clients', async () => {
  const app = await passageApp();
  let { refresh_token } = await signIn(app);
  for (const client of [OLDER, NEWER]) {
    const { status, body } = await refresh(app, refresh_token, client);
    assert.equal(status, 200);
    const result = body.auth_result;
    for (const name of ['auth_token', 'refresh_token', 'redirect_url']) {
      assert.equal(typeof result[name], 'string', name);
    }
    assert.ok(Number.isInteger(result.refresh_token_expiration));
    assert.ok(result.refresh_token_expiration > Date.now() / 1000);
    assert.notEqual(result.refresh_token, refresh_token);
    ({ refresh_token } = result);
  }
});

test('a backend verifies the auth token by RS256, with the app and its origin in the audience', async () => {
  const app = await passageApp();
  const { refresh_token } = await signIn(app, 'passage-user');
  const { body } = await refresh(app, refresh_token, OLDER);
  const claims = await userOf(app, body.auth_result.auth_token);
  assert.equal(claims.sub, 'passage-user');
  assert.equal(claims.iss, app.issuer);
  assert.ok(claims.aud.includes(ORIGIN));
});

test('a sign-out names the token in the query, and ends the session', async () => {
  const app = await passageApp();
  const { refresh_token } = await signIn(app);
  const address = `${app.issuer}/tokens?${new URLSearchParams({ refresh_token })}`;
  for (let i = 0; i < 2; i += 1) {
    assert.equal((await fetch(address, { method: 'DELETE' })).status, 200);
  }
  const { status, body } = await refresh(app, refresh_token, OLDER);
  assert.equal(status, 401);
  assert.equal(typeof body.code, 'string');
  assert.equal(typeof body.error, 'string');
});

test('a used token is refused with 401', async () => {
  const app = await passageApp();
  const { refresh_token } = await signIn(app);
  assert.equal((await refresh(app, refresh_token, NEWER)).status, 200);
  assert.equal((await refresh(app, refresh_token, NEWER)).status, 401);
});

test('the app shows its public face', async () => {
  const id = await passageApp();
  const { app } = await (await fetch(id.issuer)).json();
  assert.equal(app.id, id.id);
  assert.equal(app.name, 'Interop');
  assert.equal(app.auth_origin, ORIGIN);
  assert.equal(app.redirect_url, REDIRECT);
  assert.equal(app.session_timeout_length, 1800);
});
