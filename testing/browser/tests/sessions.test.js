// What a person does with sessions in the console: finds, opens and ends them, asks why, takes them along, follows what happens.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { manage, newApp } from '../../interop/support.js';
import { browserForTests, open } from '../chromium.js';
import { origin, signIn } from '../console.js';
import { complaints, everywhere } from '../pages.js';

const { people } = browserForTests();

/** More than a job ends before somebody who is quick has pressed Stop. */
const MANY = 6000;
/** How many requests are under way at once. */
const AT_ONCE = 16;

async function admin() {
  const context = await people();
  await signIn(context);
  return context;
}

const openSession = async (app, user, more = {}) =>
  (await manage('POST', `${app.issuer}/sessions`, { user_id: user, ...more })).auth_result;

async function refresh(app, token) {
  const answer = await fetch(`${app.issuer}/tokens`, { method: 'POST', body: JSON.stringify({ refresh_token: token }) });
  return answer.json();
}

async function openMany(app, user, count) {
  let left = count;
  const some = async () => {
    while (left-- > 0) await openSession(app, user);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
}

const live = async (app) => (await manage('GET', `${app.issuer}/sessions?status=live`)).total;

/** The rows of the table that `page` shows, cell by cell. */
const rows = (page) =>
  page.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));

test('a session is found by words, ended for a reason, and its user is told why', async () => {
  const context = await admin();
  const app = await newApp();
  const ann = await openSession(app, 'ann smith', { device: { name: 'Ann’s phone' } });
  await openSession(app, 'bob');
  const page = await open(context, `${origin}/apps/${app.id}/sessions`);
  const said = complaints(page);
  await page.getByLabel('Look for').fill('usr:ann');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.locator('mark', { hasText: 'usr:ann' }).waitFor();
  await page.getByLabel('Look for').fill('user:"ann smith" status:live');
  await page.getByRole('button', { name: 'Show' }).click();
  assert.deepEqual((await rows(page)).map((row) => row[0]), ['ann smith']);
  await page.getByRole('link', { name: 'ann smith' }).click();
  await page.getByRole('heading', { name: 'ann smith' }).waitFor();

  page.once('dialog', (dialog) => dialog.dismiss());
  const ending = page.getByRole('region', { name: 'End this session' });
  await ending.getByLabel('Why').fill('lost the phone');
  await ending.getByRole('button', { name: 'End session' }).click();
  assert.equal(await live(app), 2, 'whoever says no ends nothing');
  page.once('dialog', (dialog) => dialog.accept());
  await ending.getByRole('button', { name: 'End session' }).click();
  await page.getByText('The session has ended.').waitFor();
  assert.equal(await ending.count(), 0);

  const { reason, support_code: code } = await refresh(app, ann.refresh_token);
  assert.equal(reason, 'ended_by_admin');
  await page.getByRole('link', { name: 'Why was I signed out?' }).click();
  await page.getByLabel('Support code').fill(code.toLowerCase().replaceAll('-', ' '));
  await page.getByRole('button', { name: 'Ask' }).first().click();
  await page.getByRole('link', { name: 'ann smith' }).waitFor();
  await page.getByText('ended: by an operator').waitFor();
  await page.getByRole('link', { name: 'Audit log' }).click();
  const [newest] = await rows(page);
  assert.deepEqual(newest.slice(1, 6), ['owner', 'session ended', app.id, ann.session_id, 'lost the phone']);
  assert.deepEqual(said, []);
});

test('one session stays, and all others of its user end', async () => {
  const context = await admin();
  const app = await newApp();
  const [kept] = [await openSession(app, 'ann'), await openSession(app, 'ann'), await openSession(app, 'ann')];
  await openSession(app, 'bob');
  const page = await open(context, `${origin}/apps/${app.id}/users?user_id=ann`);
  const said = complaints(page);
  page.on('dialog', (dialog) => dialog.accept());
  await page.locator(`a[href$="/sessions/${kept.session_id}"]`).click();
  const others = page.getByRole('region', { name: 'End all others of this user' });
  await others.getByLabel('Why').fill('a stranger’s laptop');
  await others.getByRole('button', { name: 'End all others' }).click();
  await page.getByText('2 sessions of this user ended.').waitFor();
  assert.deepEqual((await rows(page)).map((row) => row[1]).sort(), ['ended: by an operator', 'ended: by an operator', 'live']);
  assert.equal(await live(app), 2);
  await page.getByRole('button', { name: 'End all', exact: true }).click();
  await page.getByText('1 session of this user ended.').waitFor();
  assert.equal(await live(app), 1);
  assert.deepEqual(said, []);
});

test('many end for whoever types their number, as a job that can be stopped and goes on', async () => {
  const context = await admin();
  const app = await newApp();
  await openSession(app, 'ann');
  await openMany(app, 'bob', MANY);
  const page = await open(context, `${origin}/apps/${app.id}/sessions?q=user:bob`);
  const said = complaints(page);
  await page.getByText('6,000 sessions', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'End matching…' }).click();
  await page.getByRole('heading', { name: 'End 6,000 sessions?' }).waitFor();
  await everywhere(context, page.url(), 'end-many');
  await page.getByLabel('Why').fill('a leak');
  await page.getByLabel('Type 6000 to confirm').fill('600');
  await page.getByRole('button', { name: 'End 6,000 sessions' }).click();
  await page.getByRole('alert').getByText('Type 6,000 to end so many. Nothing has ended.').waitFor();
  assert.equal(await page.getByLabel('Why').inputValue(), 'a leak');
  assert.equal(await live(app), MANY + 1);

  await page.getByLabel('Type 6000 to confirm').fill('6,000');
  await page.getByRole('button', { name: 'End 6,000 sessions' }).click();
  await page.getByText(/of 6,000 sessions ended so far/).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText(/^Stopped after [\d,]+ of 6,000 sessions; the others live on$/).waitFor();
  const [, stopped] = (await page.locator('#words').innerText()).match(/after ([\d,]+) of/);
  const left = MANY + 1 - Number(stopped.replace(',', ''));
  assert.ok(left > 1, 'it was stopped in time');
  assert.equal(await live(app), left, 'nothing goes on behind one’s back');
  await everywhere(context, page.url(), 'job-stopped');

  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('6,000 of 6,000 sessions ended', { exact: true }).waitFor();
  assert.equal(await page.locator('#share').getAttribute('width'), '1000');
  assert.equal(await page.locator('main button').count(), 0, 'there is nothing left to press');
  assert.equal(await live(app), 1);
  await page.getByRole('link', { name: /: jobs$/ }).click();
  assert.deepEqual((await rows(page)).map((row) => row.slice(0, 2)), [['user:bob', 'done']]);
  assert.deepEqual(said, []);
  await everywhere(context, page.url(), 'jobs-done');
});

test('what matches is taken along as files that say what the page says', async () => {
  const context = await admin();
  const app = await newApp();
  for (const user of ['=1+1', 'a "b", c', '@SUM(A1)', 'bob', 'zoë']) {
    await openSession(app, user, { device: { name: `+${user}`, ip: '192.0.2.7' } });
  }
  const page = await open(context, `${origin}/apps/${app.id}/sessions?q=status:live`);
  const said = complaints(page);
  const shown = await rows(page);
  const file = async (kind) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: kind, exact: true }).click(),
    ]);
    assert.equal(download.suggestedFilename(), `${app.id}-sessions.${kind.toLowerCase()}`);
    return readFile(await download.path(), 'utf8');
  };

  const objects = (await file('NDJSON')).trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(objects.map(({ user_id: user }) => user), shown.map(([user]) => user), 'the same, in the same order');
  assert.deepEqual(objects.map(({ device }) => device.name), shown.map((row) => row[2]));

  const [head, ...records] = csv(await file('CSV'));
  const column = (name) => records.map((record) => record[head.indexOf(name)]);
  assert.deepEqual(column('session_id'), objects.map(({ session_id: sid }) => sid));
  assert.deepEqual(column('status'), shown.map((row) => row[1]));
  assert.deepEqual(column('user_id').map((cell) => cell.replace(/^'/, '')), shown.map(([user]) => user));
  for (const cell of records.flat()) assert.doesNotMatch(cell, /^\s*[=+\-@]/, 'no cell is a formula');
  assert.deepEqual(said, []);

  await page.getByRole('link', { name: 'Audit log' }).click();
  assert.deepEqual((await rows(page)).slice(0, 2).map((row) => [row[2], row[3]]), Array(2).fill(['sessions exported', app.id]));
});

/** The records of a CSV file (RFC 4180). */
function csv(text) {
  const records = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    records.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ',') records.push([]);
  }
  records.pop();
  return records;
}

test('events are followed, paused and caught up with', async () => {
  const context = await admin();
  const app = await newApp();
  const page = await open(context, `${origin}/apps/${app.id}/events?type=ended`);
  const said = complaints(page);
  const end = async (user) => {
    const { session_id: sid } = await openSession(app, user);
    await manage('DELETE', `${app.issuer}/sessions/${sid}`);
  };
  await end('before');
  await page.getByRole('button', { name: 'Follow live' }).click();
  await page.getByText('Following', { exact: true }).waitFor();
  await end('ann');
  await page.getByRole('link', { name: 'ann' }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await end('bob');
  await end('carl');
  await page.getByText('Paused: 2 new').waitFor();
  assert.deepEqual((await rows(page)).map((row) => row[3]), ['ann'], 'a paused list stands still');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('link', { name: 'carl' }).waitFor();
  assert.deepEqual((await rows(page)).map((row) => row[3]), ['carl', 'bob', 'ann'], 'nothing was missed, newest first');
  await page.reload();
  assert.deepEqual((await rows(page)).map((row) => row[3]), ['carl', 'bob', 'ann', 'before']);
  assert.deepEqual(said, []);
});
