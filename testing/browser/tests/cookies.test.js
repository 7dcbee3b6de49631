// A person at a page of the app, whose server is at another origin of the same site.
import assert from 'node:assert/strict';
import test, { after } from 'node:test';

import { signIn } from '../../interop/support.js';
import { browserForTests, call, open } from '../chromium.js';
import { cookieApp, cookieOf, handOff, handoffFor, refresh, session, signedIn, signOut } from '../cookie_app.js';
import { siteForTests } from '../sites.js';

const { people, cookiesSet } = browserForTests();
const site = siteForTests();

test('sign-in by handoff, refresh by cookie, sign-out', async () => {
  const app = await cookieApp(site.at());
  const ann = await people();
  const page = await open(ann, site.at());
  const { handoff, sessionId } = await handoffFor(app);
  const handedOver = await handOff(page, app, handoff);
  assert.equal(handedOver.status, 200);
  assert.equal(handedOver.json.auth_result.session_id, sessionId);
  const first = await cookieOf(ann, app);
  const { httpOnly, secure, sameSite, domain, path } = first;
  const expected = { httpOnly: true, secure: true, sameSite: 'Strict', domain: 'localhost', path: '/' };
  assert.deepEqual({ httpOnly, secure, sameSite, domain, path }, expected);
  assert.ok(Math.abs(first.expires - handedOver.json.auth_result.refresh_token_expiration) < 120);

  const refreshed = await refresh(page, app);
  assert.equal(refreshed.status, 200);
  const second = await cookieOf(ann, app);
  assert.notEqual(second.value, first.value);
  assert.match(second.value, /^tr1_/);
  for (const { text } of [handedOver, refreshed]) {
    assert.doesNotMatch(text, /tr1_/, 'no script sees a refresh token');
  }
  assert.equal(await page.evaluate(() => document.cookie), '');

  assert.equal((await signOut(page, app)).status, 200);
  assert.equal(await cookieOf(ann, app), undefined);
  assert.equal((await session(app, sessionId)).reason, 'ended_by_user');
  const nobody = await refresh(page, app);
  assert.deepEqual([nobody.status, nobody.json.reason], [401, 'unknown']);
});

test('another tab, and a page that is loaded again, are signed in as well', async () => {
  const app = await cookieApp(site.at());
  const ann = await people();
  const { page, sessionId } = await signedIn(ann, app, site.at());
  await page.reload();
  const other = await open(ann, site.at());
  for (const [tab, seq] of [[page, 3], [other, 4], [page, 5]]) {
    const { status, json } = await refresh(tab, app);
    assert.deepEqual([status, json.auth_result.session_id, json.auth_result.seq], [200, sessionId, seq]);
  }
});

test('two tabs at once, with one key, get one and the same successor', async () => {
  const app = await cookieApp(site.at());
  const ann = await people();
  const { page, sessionId } = await signedIn(ann, app, site.at());
  const other = await open(ann, site.at());
  const key = { 'Idempotency-Key': 'c1d94b7e6a5f40389b2d' };
  const both = await Promise.all([refresh(page, app, key), refresh(other, app, key)]);
  // Whichever comes second may find the first one's cookie already: then it is a refresh of its own.
  assert.deepEqual(both.map(({ status }) => status), [200, 200]);
  assert.equal((await refresh(page, app)).status, 200);
  assert.equal((await session(app, sessionId)).status, 'live');
});

test('a number that the page does not mean changes nothing', async () => {
  const app = await cookieApp(site.at());
  const ann = await people();
  const { page, sessionId } = await signedIn(ann, app, site.at());
  const before = await cookieOf(ann, app);
  for (const seq of ['1', '3']) {
    const { status, json } = await refresh(page, app, { 'Tenure-Seq': seq });
    assert.deepEqual([status, json.code], [409, 'superseded']);
  }
  assert.deepEqual(await cookieOf(ann, app), before);
  assert.equal((await session(app, sessionId)).seq, 2);
  assert.equal((await refresh(page, app, { 'Tenure-Seq': '2' })).status, 200);
});

test('a code is for one browser and one use', async () => {
  const app = await cookieApp(site.at());
  const [ann, thief] = [await people(), await people()];
  const page = await open(ann, site.at());
  const { handoff, sessionId } = await handoffFor(app);
  assert.equal((await handOff(page, app, handoff)).status, 200);
  const stolen = await handOff(await open(thief, site.at()), app, handoff);
  assert.deepEqual([stolen.status, stolen.json.code, stolen.json.reason], [401, 'invalid_handoff', 'reused']);
  assert.equal(await cookieOf(thief, app), undefined);
  assert.equal((await session(app, sessionId)).reason, 'reused');
});

test('a sign-in takes the place of the one before, and a code that is refused does not', async () => {
  const app = await cookieApp(site.at());
  const browser = await people();
  const { page, sessionId } = await signedIn(browser, app, site.at());
  const before = await cookieOf(browser, app);
  assert.equal((await handOff(page, app, 'th1_none')).status, 401);
  assert.deepEqual(await cookieOf(browser, app), before);
  const { handoff, sessionId: next } = await handoffFor(app, 'bob');
  assert.equal((await handOff(page, app, handoff)).status, 200);
  assert.equal((await session(app, sessionId)).reason, 'ended_by_user');
  assert.equal((await refresh(page, app)).json.auth_result.session_id, next);
});

test('a session cookie has no end of its own', async () => {
  const app = await cookieApp(site.at(), { cookie_persistence: 'session' });
  const ann = await people();
  await signedIn(ann, app, site.at());
  assert.equal((await cookieOf(ann, app)).expires, -1);
});

test('two apps of one server are two cookies, and one sign-out is of one app', async () => {
  const [shop, bank] = [await cookieApp(site.at()), await cookieApp(site.at())];
  const ann = await people();
  const { page } = await signedIn(ann, shop, site.at());
  await signedIn(ann, bank, site.at());
  assert.equal((await signOut(page, shop)).status, 200);
  assert.equal(await cookieOf(ann, shop), undefined);
  assert.equal((await refresh(page, bank)).status, 200);
});

test("another app's cookie under this app's name is refused, and lives on under its own", async () => {
  const [shop, bank] = [await cookieApp(site.at()), await cookieApp(site.at())];
  const ann = await people();
  const { page, sessionId } = await signedIn(ann, bank, site.at());
  const cookie = await cookieOf(ann, bank);
  await ann.addCookies([{ ...cookie, name: `__Host-tenure-${shop.id}` }]);
  const renamed = await refresh(page, shop);
  assert.deepEqual([renamed.status, renamed.json.reason], [401, 'wrong_client']);
  await signOut(page, shop);
  assert.equal((await session(bank, sessionId)).seq, 2);
  assert.equal((await refresh(page, bank)).status, 200);
});

test('a user sees their sessions and ends the others', async () => {
  const app = await cookieApp(site.at());
  const ann = await people();
  const elsewhere = await signIn(app);
  const { page, sessionId, authToken } = await signedIn(ann, app, site.at());
  const me = (method, path) =>
    call(page, `${app.issuer}/me/sessions${path}`, { method, headers: { Authorization: `Bearer ${authToken}` } });
  const { sessions } = (await me('GET', '')).json;
  const seen = sessions.map(({ session_id, current }) => [session_id, current]);
  assert.deepEqual(new Map(seen), new Map([[sessionId, true], [elsewhere.session_id, false]]));
  assert.deepEqual((await me('DELETE', '?except=current')).json, { ended: 1 });
  assert.equal((await session(app, elsewhere.session_id)).reason, 'ended_by_user');
  assert.equal((await me('DELETE', `/${sessionId}`)).status, 200);
  assert.equal((await me('GET', '')).status, 401);
  assert.equal((await refresh(page, app)).json.reason, 'ended_by_user');
});

after(() => {
  assert.ok(cookiesSet.length > 20, `${cookiesSet.length} cookies were set`);
  for (const cookie of cookiesSet) {
    assert.match(cookie, /^__Host-tenure-[\w-]+=(tr1_[\w-]{92})?; Path=\/; Secure; HttpOnly; SameSite=Strict(; Max-Age=\d+)?$/);
  }
});
