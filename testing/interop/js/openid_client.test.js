// openid-client against a server without an authorization endpoint: discovery, refresh, introspection, revocation.
import assert from 'node:assert/strict';
import test from 'node:test';

import * as client from 'openid-client';

import { apiKey, newApp, signIn } from '../support.js';

function configure(app, authentication, algorithm = 'oidc') {
  const options = { algorithm, execute: [client.allowInsecureRequests] };
  return client.discovery(new URL(app.issuer), app.id, undefined, authentication, options);
}

test('MD-1 openid-client discovers the app at both addresses', async () => {
  const app = await newApp();
  for (const algorithm of ['oidc', 'oauth2']) {
    const config = await configure(app, client.None(), algorithm);
    assert.equal(config.serverMetadata().issuer, app.issuer);
  }
});

test('RT-1 RT-2 openid-client refreshes, and is told when a token was used before', async () => {
  const app = await newApp();
  const config = await configure(app, client.None());
  const first = (await signIn(app)).refresh_token;
  const second = await client.refreshTokenGrant(config, first);
  const third = await client.refreshTokenGrant(config, second.refresh_token);
  assert.equal(new Set([first, second.refresh_token, third.refresh_token]).size, 3);
  assert.ok(third.expiresIn() > 0);
  const refused = { name: 'ResponseBodyError', error: 'invalid_grant', status: 400 };
  await assert.rejects(client.refreshTokenGrant(config, first), refused);
  await assert.rejects(client.refreshTokenGrant(config, third.refresh_token), refused);
});

test('openid-client introspects with an API key as its secret, and revokes', async () => {
  const app = await newApp();
  const { refresh_token, auth_token } = await signIn(app);
  for (const authentication of [client.ClientSecretBasic(apiKey), client.ClientSecretPost(apiKey)]) {
    const caller = await configure(app, authentication);
    assert.equal((await client.tokenIntrospection(caller, auth_token)).sub, 'ann');
  }
  const caller = await configure(app, client.ClientSecretBasic(apiKey));
  await client.tokenRevocation(await configure(app, client.None()), refresh_token);
  assert.deepEqual(await client.tokenIntrospection(caller, auth_token), { active: false });
});
