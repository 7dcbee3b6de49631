// Introspection (RFC 7662) through oauth4webapi, with each way to authenticate.
import assert from 'node:assert/strict';
import test from 'node:test';

import * as oauth from 'oauth4webapi';

import { apiKey, newApiKey, newApp, signIn } from '../support.js';
import { insecure, oauthError, publicClient } from './clients.js';

/** oauth4webapi has no Bearer of its own at this endpoint: a function stands for it. */
const bearer = (key) => (as, client, body, headers) => headers.set('authorization', `Bearer ${key}`);

test('IN-3 an active auth token comes with its claims, whichever way the caller authenticates', async () => {
  const app = await newApp();
  const { introspect } = await publicClient(app);
  const { auth_token, session_id } = await signIn(app);
  for (const way of [oauth.ClientSecretBasic(apiKey), oauth.ClientSecretPost(apiKey), bearer(apiKey)]) {
    const said = await introspect(auth_token, way);
    assert.equal(said.active, true);
    assert.equal(said.iss, app.issuer);
    assert.equal(said.sub, 'ann');
    assert.equal(said.client_id, app.id);
    assert.equal(said.sid, session_id);
    assert.equal(said.token_type, 'Bearer');
    assert.deepEqual(said.aud, [app.id]);
    assert.ok(said.exp > said.iat);
    assert.equal(typeof said.jti, 'string');
  }
});

test('a refresh token is active until it is used', async () => {
  const app = await newApp();
  const { introspect, refresh } = await publicClient(app);
  const { refresh_token } = await signIn(app);
  assert.equal((await introspect(refresh_token)).active, true);
  const next = await refresh(refresh_token);
  assert.equal((await introspect(refresh_token)).active, false);
  assert.equal((await introspect(next.refresh_token)).active, true);
});

test('IN-1 a caller without credentials, or with wrong ones, is refused', async () => {
  const app = await newApp();
  const { introspect } = await publicClient(app);
  const { auth_token } = await signIn(app);
  const challenged = { name: 'WWWAuthenticateChallengeError', status: 401 };
  await assert.rejects(introspect(auth_token, oauth.None()), challenged);
  await assert.rejects(introspect(auth_token, bearer('tk_wrong')), challenged);
  await assert.rejects(introspect(auth_token, oauth.ClientSecretBasic('tk_wrong')), challenged);
  await assert.rejects(introspect(auth_token, oauth.ClientSecretPost('tk_wrong')), oauthError('invalid_client', 401));
});

test('TE-4 TE-7 the challenge names the schemes, and two ways at once are refused', async () => {
  const app = await newApp();
  const { introspect } = await publicClient(app);
  const { auth_token } = await signIn(app);
  await assert.rejects(introspect(auth_token, oauth.ClientSecretBasic('tk_wrong')), (error) => {
    assert.deepEqual(error.cause.map((challenge) => challenge.scheme), ['basic', 'bearer']);
    return true;
  });
  const both = (as, client, body, headers) => {
    oauth.ClientSecretBasic(apiKey)(as, client, body, headers);
    oauth.ClientSecretPost(apiKey)(as, client, body, headers);
  };
  await assert.rejects(introspect(auth_token, both), oauthError('invalid_request'));
});

test('IN-2 IN-7 what is not active is that alone, and may not be kept', async () => {
  const app = await newApp();
  const { as, client } = await publicClient(app);
  for (const token of ['invented', 'tr1_invented', 'a.b.c']) {
    const authentication = oauth.ClientSecretBasic(apiKey);
    const response = await oauth.introspectionRequest(as, client, authentication, token, insecure);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(await response.clone().text(), '{"active":false}');
    assert.deepEqual(await oauth.processIntrospectionResponse(as, client, response), { active: false });
  }
});

test('IN-4 a resource server learns nothing of refresh tokens, nor of tokens for others', async () => {
  const app = await newApp();
  const other = await newApp();
  const { introspect } = await publicClient(app);
  const verifyOnly = oauth.ClientSecretBasic(await newApiKey(app, 'verify'));
  const mine = await signIn(app);
  const theirs = await signIn(other);
  assert.equal((await introspect(mine.auth_token, verifyOnly)).active, true);
  assert.deepEqual(await introspect(mine.refresh_token, verifyOnly), { active: false });
  assert.deepEqual(await introspect(theirs.auth_token, verifyOnly), { active: false });
  assert.deepEqual(await introspect(theirs.refresh_token), { active: false });
});
