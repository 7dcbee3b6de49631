// The first minutes of somebody new: from an empty data directory to a session that has come and gone, with what the pages say.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

import { browserForTests } from '../chromium.js';
import { complaints, everywhere } from '../pages.js';

const { people } = browserForTests();

/** A server of its own, because nobody else's steps must count; gives what it says when it is ready. */
async function fresh() {
  const data = await mkdtemp(join(tmpdir(), 'tenure-first-'));
  const listen = ['--listen', '127.0.0.1:0', '--console-listen', '127.0.0.1:0'];
  const server = spawn(process.env.TENURE_BIN, ['dev', '--json', '--data-dir', data, ...listen], { stdio: ['ignore', 'pipe', 'ignore'] });
  const over = new Promise((ended) => server.once('exit', ended));
  after(async () => {
    server.kill('SIGTERM');
    await over;
    await rm(data, { recursive: true });
  });
  for await (const line of createInterface({ input: server.stdout })) return JSON.parse(line);
  throw new Error('the server ended before it was ready');
}

/** Runs what the page says, as somebody would who copied it. */
async function run(command) {
  const { stdout } = await promisify(execFile)('bash', ['-c', command]);
  return JSON.parse(stdout);
}

test('a first session is opened, refreshed, ended and explained by what the pages say', async () => {
  const { console_url: link } = await fresh();
  const context = await people();
  const page = await context.newPage();
  const said = complaints(page);
  page.on('dialog', (dialog) => dialog.accept());
  const steps = page.getByRole('region', { name: 'Your first session' });
  const made = (count) => page.locator(`#steps[data-made="${count}"]`).waitFor();

  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await made(2);
  await everywhere(context, page.url(), 'first-steps');
  await steps.getByRole('link', { name: 'choose what suits your application' }).click();
  await page.getByRole('button', { name: 'Choose higher-security' }).click();
  await page.getByRole('complementary', { name: 'What this means' }).getByText('Works for at most 5 min').waitFor();
  await page.getByRole('button', { name: 'Review the change' }).click();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('status').getByText('version 2 of the settings is in force').waitFor();
  await page.getByRole('link', { name: 'Go on with your first session' }).click();

  // Each command is run elsewhere, and the page sees by itself that it was.
  const opened = await run(await page.locator('#curl').innerText());
  await made(3);
  const refresh = await page.locator('#refresh').innerText();
  await run(refresh.replace('tr1_…', opened.auth_result.refresh_token));
  await made(4);
  await everywhere(context, page.url(), 'first-steps-later');

  await steps.getByRole('link', { name: 'Find it in the list' }).click();
  await page.getByRole('link', { name: 'ann' }).click();
  await page.getByRole('button', { name: 'End session' }).click();
  await page.getByText('The session has ended.').waitFor();
  await page.getByRole('link', { name: 'What its support code says' }).click();
  await page.getByText("An operator or the application's backend ended the session.").waitFor();
  await page.getByRole('link', { name: 'Home' }).click();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  assert.equal(await steps.count(), 0, 'there is nothing left to do');
  assert.deepEqual(said, []);
});
