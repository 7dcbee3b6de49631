// The refresh grant through oauth4webapi: rotation, reuse, and the answers to what is wrong.
import assert from 'node:assert/strict';
import test from 'node:test';

import * as oauth from 'oauth4webapi';

import { newApp, signIn } from '../support.js';
import { insecure, oauthError, publicClient } from './clients.js';

test('TE-1 the answer has everything that a client needs', async () => {
  const app = await newApp();
  const { refresh } = await publicClient(app);
  const answer = await refresh((await signIn(app)).refresh_token);
  assert.equal(typeof answer.access_token, 'string');
  assert.equal(typeof answer.refresh_token, 'string');
  assert.equal(answer.token_type, 'bearer');
  assert.ok(answer.expires_in > 0);
  assert.ok(answer.refresh_token_timeout <= answer.authorization_expires_in);
});

test('TE-2 neither an answer with tokens nor an error beside it may be kept', async () => {
  const app = await newApp();
  const { as, client } = await publicClient(app);
  const { refresh_token } = await signIn(app);
  for (const status of [200, 400]) {
    const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), refresh_token, insecure);
    assert.equal(response.status, status);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('pragma'), 'no-cache');
  }
});

test('RT-1 each of twenty refreshes in a row gives another refresh token', async () => {
  const app = await newApp();
  const { refresh } = await publicClient(app);
  const seen = new Set([(await signIn(app)).refresh_token]);
  let newest = [...seen][0];
  for (let i = 0; i < 20; i += 1) {
    newest = (await refresh(newest)).refresh_token;
    seen.add(newest);
  }
  assert.equal(seen.size, 21);
});

test('RT-2 RT-3 a used token is refused, and ends the live one and its auth token', async () => {
  const app = await newApp();
  const { refresh, introspect } = await publicClient(app);
  const first = (await signIn(app)).refresh_token;
  const second = (await refresh(first)).refresh_token;
  const third = await refresh(second);
  assert.equal((await introspect(third.access_token)).active, true);
  await assert.rejects(refresh(first), oauthError('invalid_grant'));
  await assert.rejects(refresh(third.refresh_token), oauthError('invalid_grant'));
  assert.equal((await introspect(third.refresh_token)).active, false);
  assert.equal((await introspect(third.access_token)).active, false);
});

test('RT-9 many refreshes at once with one token have one successor, inside the leeway', async () => {
  const app = await newApp({ retry_leeway: 30 });
  const { refresh } = await publicClient(app);
  const { refresh_token } = await signIn(app);
  const answers = await Promise.all(Array.from({ length: 64 }, () => refresh(refresh_token)));
  const successors = new Set(answers.map((answer) => answer.refresh_token));
  assert.equal(successors.size, 1);
  await refresh([...successors][0]);
});

test('RT-10 another client is refused and changes nothing', async () => {
  const app = await newApp();
  const other = await newApp();
  const { refresh } = await publicClient(app);
  const { refresh_token } = await signIn(app);
  const stranger = { client_id: other.id };
  await assert.rejects(refresh(refresh_token, {}, stranger), oauthError('invalid_client', 401));
  await assert.rejects((await publicClient(other)).refresh(refresh_token), oauthError('invalid_grant'));
  await refresh(refresh_token);
});

test('TE-3 errors are of the fixed set, in the allowed characters', async () => {
  const app = await newApp();
  const { as, client, refresh } = await publicClient(app);
  const { refresh_token } = await signIn(app);
  const ask = async (grant, parameters) => {
    const response = await oauth.genericTokenEndpointRequest(as, client, oauth.None(), grant, parameters, insecure);
    return oauth.processGenericTokenEndpointResponse(as, client, response);
  };
  const wrong = [
    [() => refresh(refresh_token, { scope: 'admin' }), 'invalid_scope'],
    [() => refresh('tr1_invented'), 'invalid_grant'],
    [() => ask('urn:example:unknown', {}), 'unsupported_grant_type'],
    [() => ask('refresh_token', {}), 'invalid_request'],
  ];
  for (const [attempt, code] of wrong) {
    await assert.rejects(attempt, (error) => {
      assert.equal(error.error, code);
      assert.match(error.error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
      return true;
    });
  }
  await refresh(refresh_token);
});

test('TE-6 a repeated parameter is refused, an empty one is absent, an unknown one is ignored', async () => {
  const app = await newApp();
  const { refresh } = await publicClient(app);
  const { refresh_token } = await signIn(app);
  const twice = new URLSearchParams([['x', '1'], ['x', '2']]);
  await assert.rejects(refresh(refresh_token, twice), oauthError('invalid_request'));
  await refresh(refresh_token, { scope: '', x: '1' });
});

test('TE-10 there is no password grant', async () => {
  const app = await newApp();
  const { as, client } = await publicClient(app);
  const parameters = { username: 'ann', password: 'secret' };
  const response = await oauth.genericTokenEndpointRequest(as, client, oauth.None(), 'password', parameters, insecure);
  const processed = oauth.processGenericTokenEndpointResponse(as, client, response);
  await assert.rejects(processed, oauthError('unsupported_grant_type'));
});

test('a public client that sends a secret all the same is told so', async () => {
  const app = await newApp();
  const { as, client } = await publicClient(app);
  const { refresh_token } = await signIn(app);
  const ask = async (authentication) => {
    const response = await oauth.refreshTokenGrantRequest(as, client, authentication, refresh_token, insecure);
    return oauth.processRefreshTokenResponse(as, client, response);
  };
  await assert.rejects(ask(oauth.ClientSecretPost('secret')), oauthError('invalid_client', 401));
  await assert.rejects(ask(oauth.ClientSecretBasic('secret')), { name: 'WWWAuthenticateChallengeError', status: 401 });
});
