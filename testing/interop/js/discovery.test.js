// Discovery by oauth4webapi, at both addresses, and what the document promises.
import assert from 'node:assert/strict';
import test from 'node:test';

import { decodeJwt } from 'jose';

import { newApp, signIn } from '../support.js';
import { discover } from './clients.js';

test('MD-1 the metadata is found where OpenID Connect and where RFC 8414 put it', async () => {
  const app = await newApp();
  const oidc = await discover(app, 'oidc');
  const oauth2 = await discover(app, 'oauth2');
  assert.deepEqual(oidc, oauth2);
});

test('MD-2 the issuer is byte for byte the one that was asked for, and the one in tokens', async () => {
  const app = await newApp();
  const metadata = await discover(app);
  const { auth_token } = await signIn(app);
  assert.equal(metadata.issuer, app.issuer);
  assert.equal(decodeJwt(auth_token).iss, app.issuer);
});

test('MD-3 every endpoint that is advertised answers, and one that is not is not there', async () => {
  const app = await newApp();
  const metadata = await discover(app);
  assert.equal((await fetch(metadata.jwks_uri)).status, 200);
  for (const name of ['token_endpoint', 'revocation_endpoint', 'introspection_endpoint']) {
    const response = await fetch(metadata[name], { method: 'POST', body: new URLSearchParams() });
    assert.ok([400, 401].includes(response.status), `${name} answers ${response.status}`);
    assert.ok((await response.json()).error, `${name} has no OAuth error`);
  }
  assert.equal(metadata.authorization_endpoint, undefined);
  assert.equal((await fetch(`${app.issuer}/oauth/authorize`)).status, 404);
  assert.deepEqual(metadata.response_types_supported, []);
});

test('every endpoint is under the issuer', async () => {
  const app = await newApp();
  const metadata = await discover(app);
  const addresses = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name));
  assert.equal(addresses.length, 4);
  for (const [name, address] of addresses) {
    assert.ok(address.startsWith(`${app.issuer}/`), `${name} is ${address}`);
  }
});
