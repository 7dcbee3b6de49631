// Lifetimes, by the virtual clock. Run last: the clock only goes forward, and takes all sessions along.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';

import { oauthError, publicClient } from '../js/clients.js';
import { advanceClock, newApp, signIn } from '../support.js';

test('RT-16 RT-17 refreshing moves neither the end of the session nor an auth token beyond it', async () => {
  const app = await newApp({ auth_token_ttl: 600, idle_timeout: null, absolute_lifetime: 1200 });
  const { refresh } = await publicClient(app);
  let answer = await refresh((await signIn(app)).refresh_token);
  for (let i = 0; i < 3; i += 1) {
    const left = answer.authorization_expires_in;
    await advanceClock(300);
    answer = await refresh(answer.refresh_token);
    assert.ok(answer.authorization_expires_in <= left - 300);
    assert.ok(answer.expires_in <= answer.authorization_expires_in);
  }
  assert.equal(answer.expires_in, answer.authorization_expires_in);
  await advanceClock(answer.authorization_expires_in);
  await assert.rejects(refresh(answer.refresh_token), oauthError('invalid_grant'));
});

test('RT-15 a session that nobody uses ends, and one that is used does not', async () => {
  const app = await newApp({ auth_token_ttl: 600, idle_timeout: 3600, absolute_lifetime: 86400 });
  const { refresh, introspect } = await publicClient(app);
  const unused = (await signIn(app, 'bob')).refresh_token;
  let used = (await signIn(app)).refresh_token;
  for (let i = 0; i < 2; i += 1) {
    await advanceClock(3000);
    used = (await refresh(used)).refresh_token;
  }
  await assert.rejects(refresh(unused), oauthError('invalid_grant'));
  await advanceClock(3600);
  assert.equal((await introspect(used)).active, false);
  await assert.rejects(refresh(used), oauthError('invalid_grant'));
});

test('RT-4 RT-5 the leeway gives the same successor with a fresh auth token, from the first use on', async () => {
  const app = await newApp({ retry_leeway: 300 });
  const { refresh } = await publicClient(app);
  const { refresh_token } = await signIn(app);
  const first = await refresh(refresh_token);
  await advanceClock(200);
  const again = await refresh(refresh_token);
  assert.equal(again.refresh_token, first.refresh_token);
  assert.notEqual(decodeJwt(again.access_token).jti, decodeJwt(first.access_token).jti);
  await advanceClock(101);
  await assert.rejects(refresh(refresh_token), oauthError('invalid_grant'));
  await assert.rejects(refresh(first.refresh_token), oauthError('invalid_grant'));
});

test('an auth token ends for introspection when it ends for jose', async () => {
  const app = await newApp({ auth_token_ttl: 60 });
  const { introspect } = await publicClient(app);
  const { auth_token } = await signIn(app);
  const keys = createRemoteJWKSet(new URL(`${app.issuer}/.well-known/jwks.json`));
  const check = (now) => jwtVerify(auth_token, keys, { currentDate: new Date(now * 1000) });
  await check(await advanceClock(0));
  assert.equal((await introspect(auth_token)).active, true);
  const later = await advanceClock(61);
  await assert.rejects(check(later), { code: 'ERR_JWT_EXPIRED' });
  assert.equal((await introspect(auth_token)).active, false);
});
