// Revocation (RFC 7009) through oauth4webapi.
import assert from 'node:assert/strict';
import test from 'node:test';

import { newApp, signIn } from '../support.js';
import { oauthError, publicClient } from './clients.js';

test('RV-4 revoking a refresh token ends its session and its auth token', async () => {
  const app = await newApp();
  const { introspect, refresh, revoke } = await publicClient(app);
  const { auth_token, refresh_token } = await signIn(app);
  await revoke(refresh_token);
  await assert.rejects(refresh(refresh_token), oauthError('invalid_grant'));
  assert.equal((await introspect(refresh_token)).active, false);
  assert.equal((await introspect(auth_token)).active, false);
});

test('RV-1 revoking succeeds whatever the token, and as often as one likes', async () => {
  const app = await newApp();
  const { revoke } = await publicClient(app);
  const { refresh_token } = await signIn(app);
  for (const token of [refresh_token, refresh_token, 'tr1_invented', 'invented']) {
    assert.equal(await revoke(token), undefined);
  }
});

test('RV-2 a client revokes only its own tokens', async () => {
  const app = await newApp();
  const other = await publicClient(await newApp());
  const { refresh } = await publicClient(app);
  const { refresh_token } = await signIn(app);
  await other.revoke(refresh_token);
  await refresh(refresh_token);
});

test('RV-3 a wrong or unknown hint does no harm', async () => {
  const app = await newApp();
  const { introspect, revoke } = await publicClient(app);
  for (const token_type_hint of ['access_token', 'refresh_token', 'urn:example:unknown']) {
    const { refresh_token } = await signIn(app);
    await revoke(refresh_token, { token_type_hint });
    assert.equal((await introspect(refresh_token)).active, false);
  }
});

test('an auth token cannot be revoked alone, and the answer says so', async () => {
  const app = await newApp();
  const { introspect, revoke } = await publicClient(app);
  const { auth_token } = await signIn(app);
  await assert.rejects(revoke(auth_token), oauthError('unsupported_token_type'));
  assert.equal((await introspect(auth_token)).active, true);
});
