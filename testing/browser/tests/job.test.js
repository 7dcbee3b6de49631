// A job of the console, watched by nobody: its page goes on by itself, and that keeps no admin signed in.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { manage, newApp } from '../../interop/support.js';
import { browserForTests } from '../chromium.js';
import { origin, signIn } from '../console.js';

const { people } = browserForTests();

/** A page with a job that is over, and that is shown as running until `job.runs` is false. */
async function watched(page, job) {
  await page.route('**/jobs/*/state', async (route) => {
    const answer = await route.fetch();
    const state = await answer.json();
    await route.fulfill({ response: answer, json: job.runs ? { ...state, state: 'running', running: true } : state });
  });
  await page.route('**/jobs/*', async (route) => {
    const answer = await route.fetch();
    const html = await answer.text();
    const running = html.replace('id="job"', 'id="job" data-running').replace('id="acts">', 'id="acts"><button>Stop</button>');
    await route.fulfill({ response: answer, body: job.runs ? running : html });
  });
  await page.goto(page.url());
}

test('what can be done about a job that has ended is asked for without a sign of life', async () => {
  const context = await people();
  await signIn(context);
  const app = await newApp();
  for (const user of ['ann', 'bob', 'eve']) await manage('POST', `${app.issuer}/sessions`, { user_id: user });
  const page = await context.newPage();
  await page.goto(`${origin}/apps/${app.id}/end?q=status:live`);
  await page.getByLabel('Why').fill('a test');
  await page.getByLabel('Every live session').check();
  await page.getByRole('button', { name: 'End 3 sessions' }).click();
  await page.waitForURL('**/jobs/*');
  const job = { runs: true };
  await watched(page, job);
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  const asked = [];
  page.on('request', (request) => asked.push(request));
  job.runs = false;
  await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
  assert.equal(await page.locator('#state').textContent(), 'done');
  assert.match(await page.locator('#words').textContent(), /^3 of 3 sessions ended$/);
  const addresses = asked.map((request) => new URL(request.url()).pathname.replace(/.*\/jobs\/[^/]*/, 'job'));
  assert.ok(addresses.includes('job/state') && addresses.includes('job'), addresses.join());
  for (const request of asked.filter((request) => request.url().includes('/jobs/'))) {
    assert.equal(request.isNavigationRequest(), false, request.url());
    assert.equal(request.headers()['tenure-activity'], 'hidden', request.url());
  }
});
