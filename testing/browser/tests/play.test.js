// Every button of the playground that moves no clock: what its guarantee is, on the wire and on the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { changeSettings, newApp, url } from '../../interop/support.js';
import { browserForTests } from '../chromium.js';
import { fit, inEveryLook, playground, press, sessionOf } from '../play.js';

const { people } = browserForTests();
const statuses = (sent) => sent.map(({ status }) => status);

test('every button keeps its promise, in every look', async () => {
  await inEveryLook(people, '/play', async (play, look) => {
    await fit(play, `play-${look}-empty`);
    await scenes(play, look);
    await fit(play, `play-${look}`);
    await play.page.context().close();
  });
});

async function scenes(play, look) {
  const rotate = await press(play, 'Rotate');
  assert.deepEqual(statuses(rotate.sent), [200]);
  assert.notEqual(rotate.sent[0].next, rotate.sent[0].token);
  assert.equal(rotate.kind, 'good');
  assert.match(rotate.cards[1], /#1 is used up, #2 takes its place/);

  const lost = await press(play, 'Lose the response');
  const [first, again] = lost.sent;
  assert.deepEqual([first.token, first.key, first.next], [again.token, again.key, again.next]);
  assert.ok(first.key.length >= 16 && first.next.startsWith('tr1_'));
  assert.deepEqual([lost.kind, lost.status], ['good', 'live']);
  assert.match(lost.cards[0], /lost on its way/);

  const tabs = await press(play, 'Two tabs at once');
  assert.deepEqual(statuses(tabs.sent), [200, 200]);
  assert.equal(tabs.sent[0].next, tabs.sent[1].next);
  assert.deepEqual([tabs.kind, tabs.status], ['good', 'live']);

  const frozen = await press(play, 'Freeze the tab');
  assert.deepEqual(statuses(frozen.sent), [200, 200, 409, 200]);
  assert.deepEqual([frozen.kind, frozen.status], ['good', 'live']);

  const decoded = await press(play, 'Decode the auth token');
  assert.deepEqual([decoded.kind, decoded.sent.length], ['good', 0]);
  assert.match(decoded.outcome, /The signature holds: ES256, by key /);
  assert.match(decoded.cards.at(-1), /"sub": "ann"[^]*verified here|verified here[^]*"sub": "ann"/);
  await fit(play, `play-${look}-decoded`);

  const naive = await press(play, 'Lose it without a key');
  assert.deepEqual(statuses(naive.sent), [200, 401]);
  assert.deepEqual([naive.sent[0].key, naive.sent[1].reason], [undefined, 'reused']);
  assert.deepEqual([naive.kind, naive.status], ['warn', 'ended: reused']);

  const replay = await press(play, 'Replay the old token');
  assert.deepEqual(replay.sent.map(({ status, reason }) => reason ?? status), [200, 'reused', 'reused']);
  assert.equal(replay.sent[1].token, replay.sent[0].token);
  assert.deepEqual([replay.kind, (await sessionOf(play)).status], ['good', 'ended']);
  assert.match(replay.cards.at(-1), /401[^]*invalid_auth_token/);
  await fit(play, `play-${look}-replay`);

  const thief = await press(play, 'Second thief');
  assert.deepEqual(thief.sent.map(({ status, reason }) => reason ?? status), [200, 'reused', 'reused']);
  assert.deepEqual([thief.kind, thief.status], ['good', 'ended: reused']);

  const ended = await press(play, 'End the session');
  assert.deepEqual(ended.sent.map(({ reason }) => reason), ['ended_by_admin']);
  assert.deepEqual([ended.kind, (await sessionOf(play)).reason], ['good', 'ended_by_admin']);

  const everywhere = await press(play, 'Sign out everywhere');
  assert.deepEqual(statuses(everywhere.sent), [401, 401]);
  assert.notEqual(everywhere.sent[0].token, everywhere.sent[1].token);
  assert.equal(everywhere.kind, 'good');
  assert.match(await play.page.locator('#commits').innerText(), /^[1-9]/);
  assert.match(await play.page.locator('#refreshes').innerText(), /^[1-9]/);
}

test('what a user is called is text', async () => {
  const play = await playground(await people());
  const name = '<img src=x onerror="document.title=1">';
  await play.page.getByLabel('User', { exact: true }).fill(name);
  const signedIn = await press(play, 'Sign in');
  assert.equal(await play.page.locator('#whose').innerText(), name, signedIn.outcome);
  const decoded = await press(play, 'Decode the auth token');
  assert.ok(decoded.outcome.includes(name));
  assert.equal(await play.page.locator('#story img, #session img').count(), 0);
  assert.equal(await play.page.title(), 'Playground · Tenure');
  await fit(play, 'play-name');
});

test('what an app has set decides, and the page says so', async () => {
  const app = await newApp({ retry_leeway: 60 });
  const play = await playground(await people());
  await play.page.getByLabel('App', { exact: true }).selectOption(app.id);
  const leeway = await press(play, 'Lose it without a key');
  assert.equal(leeway.sent[0].next, leeway.sent[1].next);
  assert.match(leeway.outcome, /retry_leeway of 1 min/);
  assert.match((await press(play, 'Replay the old token')).outcome, /^Not caught/);

  await changeSettings(app, { retry_leeway: 0, lost_response: 'reissue' });
  await play.page.reload();
  await play.page.locator('body[data-ready]').waitFor();
  await play.page.getByLabel('App', { exact: true }).selectOption(app.id);
  const reissued = await press(play, 'Lose it without a key');
  assert.deepEqual(statuses(reissued.sent), [200, 200]);
  assert.notEqual(reissued.sent[0].next, reissued.sent[1].next);
  assert.match(reissued.outcome, /reissue/);

  await changeSettings(app, { lost_response: 'end', reuse_detection: 'observe' });
  await play.page.reload();
  await play.page.locator('body[data-ready]').waitFor();
  await play.page.getByLabel('App', { exact: true }).selectOption(app.id);
  const observed = await press(play, 'Replay the old token');
  assert.equal(observed.status, 'live');
  assert.match(observed.outcome, /observe/);
});

test('an app without refresh tokens is there, says why, and cannot be chosen', async () => {
  const app = await newApp();
  await changeSettings(app, { refresh_tokens: false });
  const { page } = await playground(await people());
  const option = page.locator(`#app option[value="${app.id}"]`);
  assert.equal(await option.isDisabled(), true);
  assert.match(await option.innerText(), /has no refresh tokens/);
});

test('a server that cannot answer ends a scene, and no session', async () => {
  const play = await playground(await people());
  await press(play, 'Rotate');
  await play.page.route('**/v1/apps/demo/tokens', (route) => route.fulfill({ status: 503, body: '{"code":"unavailable","error":"no"}' }));
  const stopped = await press(play, 'Rotate');
  assert.match(stopped.outcome, /says nothing about the session/);
  assert.equal(stopped.status, 'live');
  await play.page.unroute('**/v1/apps/demo/tokens');
  assert.equal((await press(play, 'Rotate')).kind, 'good');
});

test('a page of another site is refused', async () => {
  for (const headers of [{ origin: 'http://evil.localhost' }, { origin: 'null' }]) {
    const answer = await fetch(`${url}/play/apps`, { headers });
    assert.equal(answer.status, 403);
  }
});
