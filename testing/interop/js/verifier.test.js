// Our verifier (sdk/js) against the real server: keys, the feed as a stream, introspection.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createVerifier } from '../../../sdk/js/dist/verify/node.js';
import { apiKey, manage, newApiKey, newApp, signIn } from '../support.js';

/** Within this, an end has to be known; far more than it takes. */
const HEARD_WITHIN_MS = 2000;

/** A verifier of `app` that follows its feed. */
async function following(t, app) {
  const verifier = createVerifier({ issuer: app.issuer, apiKey: await newApiKey(app, 'verify') });
  t.after(() => verifier.close());
  await verifier.ready();
  return verifier;
}

const STRICT = { onStale: 'deny' };
const verdict = (verifier, token, policy = STRICT) => verifier.verify(token, policy).then(() => 'valid', (why) => why.code ?? why);

/** Waits until the verdict is another; gives how long that took. */
async function until(verifier, token, wanted) {
  const begun = performance.now();
  for (;;) {
    const said = await verdict(verifier, token);
    const took = performance.now() - begun;
    if (said === wanted) return took;
    assert.ok(took < HEARD_WITHIN_MS, `${said} after ${took} ms, not ${wanted}`);
    await new Promise((done) => setTimeout(done, 1));
  }
}

test('auth tokens are verified, whatever the algorithm, and refused once their session has ended', async (t) => {
  for (const alg of ['ES256', 'EdDSA', 'RS256']) {
    const app = await newApp({ signing_alg: alg });
    const verifier = await following(t, app);
    const [ended, live] = [await signIn(app), await signIn(app)];
    const claims = await verifier.verify(ended.auth_token, STRICT);
    assert.deepEqual([claims.sub, claims.sid, claims.iss, claims.aud], ['ann', ended.session_id, app.issuer, [app.id]]);
    await manage('DELETE', `${app.issuer}/sessions/${ended.session_id}`);
    t.diagnostic(`${alg}: refused ${(await until(verifier, ended.auth_token, 'revoked')).toFixed(1)} ms after the server had answered`);
    assert.equal(await verdict(verifier, live.auth_token), 'valid');
  }
});

test('a hundred ends in a row are all heard of, and nothing else is', async (t) => {
  const app = await newApp();
  const verifier = await following(t, app);
  const took = [];
  for (let i = 0; i < 100; i++) {
    const { auth_token: token, session_id: sid } = await signIn(app);
    assert.equal(await verdict(verifier, token), 'valid');
    await manage('DELETE', `${app.issuer}/sessions/${sid}`);
    took.push(await until(verifier, token, 'revoked'));
  }
  took.sort((a, b) => a - b);
  t.diagnostic(`refused after ${took[50].toFixed(1)} ms in the middle, ${took[99].toFixed(1)} ms at most`);
});

test('the end of a user, and of a compromised key', async (t) => {
  const app = await newApp();
  const verifier = await following(t, app);
  const [ann, bob] = [await signIn(app), await signIn(app, 'bob')];
  await manage('DELETE', `${app.issuer}/users/ann/tokens`);
  await until(verifier, ann.auth_token, 'revoked');
  assert.equal(await verdict(verifier, bob.auth_token), 'valid');
  const { kid } = JSON.parse(Buffer.from(bob.auth_token.split('.')[0], 'base64url'));
  await manage('POST', `${app.issuer}/signing-keys/${kid}/retire`, { compromised: true, reason: 'a test' });
  await until(verifier, bob.auth_token, 'revoked');
  const after = await signIn(app);
  assert.equal(await verdict(verifier, after.auth_token), 'valid', 'the new key is read when it is met');
});

test('a verifier that begins late knows what ended before', async (t) => {
  const app = await newApp();
  const { auth_token: token, session_id: sid } = await signIn(app);
  await manage('DELETE', `${app.issuer}/sessions/${sid}`);
  assert.equal(await verdict(await following(t, app), token), 'revoked');
});

test('a session token is understood, and refused once its session has ended', async (t) => {
  const app = await newApp();
  const verifier = await following(t, app);
  const { auth_token: token, session_id: sid } = await signIn(app);
  const response = await fetch(`${app.issuer}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      requested_token_type: 'urn:tenure:params:oauth:token-type:session',
    }),
  });
  const { access_token: sessionToken } = await response.json();
  const claims = await verifier.verify(sessionToken, STRICT);
  assert.deepEqual([claims.sub, claims.sid], ['ann', sid]);
  await manage('DELETE', `${app.issuer}/sessions/${sid}`);
  await until(verifier, sessionToken, 'revoked');
});

test('a route that introspects hears of an end at once', async (t) => {
  const app = await newApp();
  const verifier = await following(t, app);
  const { auth_token: token, session_id: sid } = await signIn(app);
  const policy = { revocation: 'introspect' };
  assert.equal(await verdict(verifier, token, policy), 'valid');
  await manage('DELETE', `${app.issuer}/sessions/${sid}`);
  assert.equal(await verdict(verifier, token, policy), 'revoked');
});

test('an API key that is none leaves the feed stale and introspection unavailable, never a 401', async (t) => {
  const app = await newApp();
  const verifier = createVerifier({ issuer: app.issuer, apiKey: 'tk_wrong', log: () => {} });
  t.after(() => verifier.close());
  const { auth_token: token } = await signIn(app);
  assert.equal(await verdict(verifier, token), 'feed_stale');
  assert.equal(await verdict(verifier, token, { revocation: 'introspect' }), 'introspection_unavailable');
  assert.equal(await verdict(verifier, token, {}), 'valid');
});
