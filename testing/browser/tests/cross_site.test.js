// What pages of others try with the cookie of somebody who is signed in. Nothing of it may change anything.
import assert from 'node:assert/strict';
import test from 'node:test';

import { browserForTests, call, open } from '../chromium.js';
import { OF_A_PAGE, cookieApp, cookieOf, handoffFor, refresh, session, signedIn } from '../cookie_app.js';
import { siteForTests } from '../sites.js';

const { people } = browserForTests();
const home = siteForTests();
const foreign = siteForTests();

/** Where an attacker's page may be: another origin of the same site, and another site. */
const PLACES = { 'the same site': () => foreign.at(), 'another site': () => foreign.at('evil.localhost') };

/** Sends a form of this page to `action`, and waits until the browser shows what comes of it. */
async function submit(page, action, enctype, fields) {
  const shown = page.waitForResponse((response) => response.url() === action);
  const there = page.waitForURL(action);
  await page.evaluate(
    ([action, enctype, fields]) => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action, enctype });
      for (const [name, value] of fields) {
        form.append(Object.assign(document.createElement('input'), { name, value }));
      }
      document.body.append(form);
      form.submit();
    },
    [action, enctype, fields],
  );
  await there;
  return (await shown).status();
}

/** Tries something at the address with `path`; what a script may learn of it is nothing. */
function blind(path, options) {
  return async (page, app) => {
    const answer = await call(page, app.issuer + path, { method: 'POST', credentials: 'include', ...options });
    assert.ok(answer.error === 'TypeError' || answer.type === 'opaque', JSON.stringify(answer));
  };
}

const form = (path, enctype, fields = []) => async (page, app) => {
  assert.equal(await submit(page, app.issuer + path, enctype, fields), 403);
};
const ATTEMPTS = {
  'a form': form('/tokens', 'application/x-www-form-urlencoded'),
  'a form in plain text': form('/tokens', 'text/plain', [['{"x":"', '"}']]),
  'a form with files': form('/tokens', 'multipart/form-data', [['x', 'y']]),
  'a form to the handoff': form('/tokens/handoff', 'text/plain', [['{"handoff":"th1_x","y":"', '"}']]),
  'fetch, no-cors': blind('/tokens', { mode: 'no-cors' }),
  'fetch, no-cors, with the header': blind('/tokens', { mode: 'no-cors', headers: { 'Tenure-Client': '1' } }),
  'fetch, no-cors, with a body': blind('/tokens', { mode: 'no-cors', body: '{}' }),
  'fetch with credentials': blind('/tokens', OF_A_PAGE),
  'fetch with credentials and nothing else': blind('/tokens', {}),
  'fetch to the slash': blind('/tokens/', OF_A_PAGE),
  'fetch, keepalive': blind('/tokens', { mode: 'no-cors', keepalive: true }),
  'fetch, to sign out': blind('/tokens', { ...OF_A_PAGE, method: 'DELETE' }),
  'fetch, another number': blind('/tokens', { ...OF_A_PAGE, headers: { 'Tenure-Client': '1', 'Tenure-Seq': '1' } }),
  'an override of the method': blind('/tokens', { mode: 'no-cors', headers: { 'X-HTTP-Method-Override': 'DELETE' } }),
  'a beacon': async (page, app) => {
    const answered = page.waitForResponse(`${app.issuer}/tokens`);
    await page.evaluate((url) => navigator.sendBeacon(url, '{}'), `${app.issuer}/tokens`);
    assert.equal((await answered).status(), 403);
  },
  'an image': async (page, app) => {
    await page.evaluate(
      (url) => new Promise((done) => Object.assign(new Image(), { onload: done, onerror: done, src: url })),
      `${app.issuer}/tokens?refresh_token=x`,
    );
  },
  'a link': async (page, app) => {
    await page.goto(`${app.issuer}/tokens`);
  },
  'their own code': async (page, app) => {
    const { handoff, sessionId } = await handoffFor(app, 'eve');
    await blind('/tokens/handoff', { ...OF_A_PAGE, body: JSON.stringify({ handoff }) })(page, app);
    await blind('/tokens/handoff', { mode: 'no-cors', body: JSON.stringify({ handoff }) })(page, app);
    assert.equal((await session(app, sessionId)).seq, 1, 'nor is the code used up');
  },
};

for (const [place, at] of Object.entries(PLACES)) {
  test(`BB-2 nothing that a page of ${place} tries changes anything`, async (t) => {
    const app = await cookieApp(home.at());
    const victim = await people();
    const { page, sessionId } = await signedIn(victim, app, home.at());
    const cookie = await cookieOf(victim, app);
    const before = await session(app, sessionId);
    const attacker = await victim.newPage();
    for (const [name, attempt] of Object.entries(ATTEMPTS)) {
      await t.test(name, async () => {
        await attacker.goto(at());
        await attempt(attacker, app);
        assert.deepEqual(await cookieOf(victim, app), cookie);
        assert.deepEqual(await session(app, sessionId), before);
      });
    }
    assert.equal((await refresh(page, app, { 'Tenure-Seq': '2' })).status, 200, 'and the victim goes on');
  });
}

test("BB-3 a page of another app of this server has no leave for this app's cookie", async () => {
  const shop = await cookieApp(home.at());
  const bank = await cookieApp(foreign.at());
  const victim = await people();
  const { sessionId } = await signedIn(victim, shop, home.at());
  const ofBank = await signedIn(victim, bank, foreign.at());
  assert.equal((await refresh(ofBank.page, shop)).error, 'TypeError');
  assert.equal((await session(shop, sessionId)).seq, 2);
  assert.equal((await refresh(ofBank.page, bank)).status, 200);
});

test('a page of the app that does not say so with the header is refused, and so is a sandboxed frame in it', async () => {
  const app = await cookieApp(home.at());
  const victim = await people();
  const { page, sessionId } = await signedIn(victim, app, home.at());
  const cookie = await cookieOf(victim, app);
  const bare = await call(page, `${app.issuer}/tokens`, { method: 'POST', credentials: 'include' });
  assert.deepEqual([bare.status, bare.json.code], [403, 'forbidden']);
  await page.evaluate(
    () =>
      new Promise((loaded) => {
        const frame = Object.assign(document.createElement('iframe'), { srcdoc: '<p>', onload: loaded });
        frame.sandbox = 'allow-scripts';
        document.body.append(frame);
      }),
  );
  const sandboxed = page.frames().find((frame) => frame !== page.mainFrame());
  for (const options of [OF_A_PAGE, { credentials: 'include', mode: 'no-cors' }]) {
    await blind('/tokens', options)(sandboxed, app);
  }
  assert.deepEqual(await cookieOf(victim, app), cookie);
  assert.equal((await session(app, sessionId)).seq, 2);
});

test('the cookie is not sent from another site, nor from the app in a frame of one', async () => {
  const app = await cookieApp(home.at());
  const victim = await people();
  const { sessionId } = await signedIn(victim, app, home.at());
  const cookie = await cookieOf(victim, app);
  const sent = async (page, run) => {
    const asked = page.waitForRequest((request) => request.url() === `${app.issuer}/tokens` && request.method() === 'POST');
    await run();
    return (await (await asked).allHeaders()).cookie;
  };
  const attacker = await open(victim, foreign.at('evil.localhost'));
  const blindly = () => blind('/tokens', { mode: 'no-cors' })(attacker, app);
  assert.equal(await sent(attacker, blindly), undefined);
  await attacker.evaluate(
    (src) =>
      new Promise((loaded) => {
        document.body.append(Object.assign(document.createElement('iframe'), { src, onload: loaded }));
      }),
    home.at(),
  );
  const framed = attacker.frames().find((frame) => frame !== attacker.mainFrame());
  let answer;
  assert.equal(await sent(attacker, async () => (answer = await refresh(framed, app))), undefined);
  assert.deepEqual([answer.status, answer.json.reason], [401, 'unknown']);
  assert.deepEqual(await cookieOf(victim, app), cookie);
  assert.equal((await session(app, sessionId)).seq, 2);
});

test('nobody plants the cookie from a subdomain, and no script of this host overwrites it', async () => {
  const app = await cookieApp(home.at());
  const [victim, eve] = [await people(), await people()];
  await signedIn(eve, app, home.at(), 'eve');
  const { name, value } = await cookieOf(eve, app);
  const { page, sessionId } = await signedIn(victim, app, home.at());
  const cookie = await cookieOf(victim, app);
  const scripts = [
    `${name}=${value}; Domain=localhost; Path=/; Secure`,
    `${name}=${value}; Domain=localhost; Path=/v1`,
    `${name}=${value}; Path=/; Secure`,
    `${name.toUpperCase()}=${value}; Domain=localhost; Path=/; Secure`,
    `=${name}=${value}; Domain=localhost; Path=/; Secure`,
    `__Host-tenure-${app.id} =${value}; Domain=localhost; Path=/; Secure`,
  ];
  for (const place of [foreign.at('evil.localhost'), foreign.at()]) {
    const attacker = await open(victim, place);
    for (const script of scripts) {
      await attacker.evaluate((script) => (document.cookie = script), script);
    }
  }
  const sent = (await victim.cookies(`${app.issuer}/tokens`)).filter((found) => found.value === value);
  assert.deepEqual(sent, [], 'nothing of it would be sent to us');
  assert.deepEqual(await cookieOf(victim, app), cookie);
  const refreshed = await refresh(page, app);
  assert.equal(refreshed.json.auth_result.session_id, sessionId);
});
