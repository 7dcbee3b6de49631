// Status lists as jose and zlib read them: draft-ietf-oauth-status-list, sections 5.1, 8.3 and 9.
import assert from 'node:assert/strict';
import test from 'node:test';
import { inflateSync } from 'node:zlib';

import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';

import { manage, newApp, signIn } from '../support.js';

/** The status of an auth token, by the rules for whoever relies on it. */
async function statusOf(app, authToken, keys = createRemoteJWKSet(new URL(`${app.issuer}/.well-known/jwks.json`))) {
  const { idx, uri } = decodeJwt(authToken).status.status_list;
  const response = await fetch(uri, { headers: { accept: 'application/statuslist+jwt' } });
  assert.equal(response.headers.get('content-type'), 'application/statuslist+jwt');
  const { payload } = await jwtVerify(await response.text(), keys, {
    typ: 'statuslist+jwt',
    subject: uri,
    requiredClaims: ['iat', 'exp', 'ttl', 'status_list'],
  });
  const bytes = inflateSync(Buffer.from(payload.status_list.lst, 'base64url'));
  assert.equal(payload.status_list.bits, 1);
  assert.ok(idx < bytes.length * 8);
  return (bytes[idx >> 3] >> (idx & 7)) & 1;
}

test('SL-2 SL-4 a list that jose verifies says which session has ended, whatever the algorithm', async () => {
  for (const alg of ['ES256', 'EdDSA', 'RS256']) {
    const app = await newApp({ signing_alg: alg, revocation: 'status_list' });
    const [ended, live] = [await signIn(app), await signIn(app, 'bob')];
    await manage('DELETE', `${app.issuer}/sessions/${ended.session_id}`);
    assert.equal(await statusOf(app, ended.auth_token), 1);
    assert.equal(await statusOf(app, live.auth_token), 0);
  }
});

test('SL-9 every list that the metadata lead to can be read', async () => {
  const app = await newApp({ revocation: 'status_list' });
  const { auth_token: authToken } = await signIn(app);
  const metadata = await (await fetch(`${app.issuer}/.well-known/openid-configuration`)).json();
  const { status_lists: lists } = await (await fetch(metadata.status_list_aggregation_endpoint)).json();
  assert.deepEqual(lists, [decodeJwt(authToken).status.status_list.uri]);
  assert.ok((await fetch(lists[0])).ok);
});

test('auth tokens of an app without lists say nothing of them', async () => {
  const app = await newApp();
  assert.equal(decodeJwt((await signIn(app)).auth_token).status, undefined);
});
