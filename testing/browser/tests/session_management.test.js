// Session Management, as an admin uses it: from a new app to settings in force, and back.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { changeSettings, manage, newApp, url } from '../../interop/support.js';
import { browserForTests } from '../chromium.js';
import { origin, signIn } from '../console.js';
import { complaints, everywhere, findings } from '../pages.js';

const { people } = browserForTests();

const at = (app) => `${origin}/apps/${app.id}/session-management`;

/** Somebody who is signed in to the console. */
async function admin(name, role) {
  const context = await people();
  await signIn(context, name, role);
  return context;
}

async function opened(context, url) {
  const page = await context.newPage();
  const said = complaints(page);
  await page.goto(url);
  return { page, said };
}

const settingsOf = (app) => manage('GET', `${app.issuer}/session-settings`);

test('from nothing to settings in force', async () => {
  const context = await admin();
  const { page, said } = await opened(context, `${origin}/apps`);
  await page.getByRole('link', { name: 'Create an app' }).click();
  await page.getByLabel('Name').fill('The bakery');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByText('The app is there.').waitFor();
  const id = new URL(page.url()).pathname.split('/')[2];
  assert.equal(await page.getByRole('radio', { name: 'Off One auth token' }).isChecked(), true, 'refresh tokens are off');
  const means = page.getByRole('complementary', { name: 'What this means' });
  await means.getByText('there is no session to end').waitFor();

  await page.getByRole('button', { name: 'Choose higher-security' }).click();
  await means.getByText('Works for at most 5 min').waitFor();
  await means.getByText('on Friday at 18:30').waitFor();
  // As one types, the server says what it means.
  await page.getByRole('textbox', { name: 'Idle time-out' }).fill('2h');
  await means.getByText('on Friday at 20:00').waitFor();
  await page.getByRole('textbox', { name: 'Idle time-out' }).fill('30m');
  await means.getByText('on Friday at 18:30').waitFor();

  await page.getByRole('button', { name: 'Review the change' }).click();
  await page.getByRole('heading', { name: 'Review the change' }).waitFor();
  assert.deepEqual(await findings(page), []);
  await page.getByLabel('Why?').fill('orders hold addresses');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('version 2 of the settings is in force').waitFor();

  const { apps } = await manage('GET', `${url}/v1/apps`);
  const app = apps.find((known) => known.id === id);
  const { preset, settings } = await settingsOf(app);
  assert.equal(preset, 'higher-security');
  assert.deepEqual([settings.refresh_tokens, settings.auth_token_ttl, settings.idle_timeout], [true, 300, 1800]);
  assert.deepEqual(said, []);
});

test('what cannot be is said beside its field, in the words of the server', async () => {
  const app = await newApp();
  const { page, said } = await opened(await admin(), at(app));
  const field = page.getByRole('textbox', { name: 'Auth token' });
  await field.fill('23h');
  await page.getByRole('textbox', { name: 'Idle time-out' }).fill('1d');
  const says = page.locator('#says-auth_token_ttl');
  await says.getByText('must be at most half of idle_timeout').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await findings(page), []);
  await field.fill('soon');
  await says.getByText('must be a length of time').waitFor();
  await field.fill('1h');
  await page.locator('#says-auth_token_ttl:empty').waitFor({ state: 'attached' });
  assert.equal(await field.getAttribute('aria-invalid'), null);
  assert.deepEqual(said, []);
});

test('the leeway follows what clients there are', async () => {
  const app = await newApp();
  const { page } = await opened(await admin(), at(app));
  const leeway = page.getByRole('textbox', { name: 'Leeway for retries' });
  await page.getByRole('radio', { name: 'An off-the-shelf OAuth' }).check();
  assert.equal(await leeway.inputValue(), '30s');
  await page.getByText('may repeat a refresh for 30 s').waitFor();
  await leeway.fill('45s');
  assert.equal(await page.getByRole('radio', { name: 'Another leeway' }).isChecked(), true);
  await page.getByText('may repeat a refresh for 45 s').waitFor();
});

test('of two admins who edit at once the second is told and loses nothing', async () => {
  const app = await newApp();
  const [ann, ben] = [await opened(await admin('ann', 'operator'), at(app)), await opened(await admin('ben', 'operator'), at(app))];
  for (const [{ page }, idle] of [[ann, '1d'], [ben, '2d']]) {
    await page.getByRole('textbox', { name: 'Idle time-out' }).fill(idle);
    await page.getByRole('button', { name: 'Review the change' }).click();
    await page.getByLabel('Why?').fill(`because ${idle}`);
  }
  await ann.page.getByRole('button', { name: 'Apply' }).click();
  await ann.page.getByText('of the settings is in force').waitFor();
  await ben.page.getByRole('button', { name: 'Apply' }).click();
  await ben.page.getByText('Somebody changed the settings meanwhile').waitFor();
  await ben.page.getByText('by ann').waitFor();
  assert.equal(await ben.page.getByLabel('Why?').inputValue(), 'because 2d');
  assert.equal((await settingsOf(app)).settings.idle_timeout, 86_400);
  await ben.page.getByRole('button', { name: 'Apply' }).click();
  await ben.page.getByText('of the settings is in force').waitFor();
  assert.equal((await settingsOf(app)).settings.idle_timeout, 172_800);

  await ben.page.getByRole('link', { name: 'History and undo' }).click();
  await ben.page.getByText('because 1d').waitFor();
  await ben.page.getByRole('link', { name: 'Undo the last change' }).click();
  await ben.page.getByRole('button', { name: 'Undo' }).click();
  await ben.page.getByText('Undone:').waitFor();
  assert.equal((await settingsOf(app)).settings.idle_timeout, 86_400);
});

test('who reads only sees all of it and no button', async () => {
  const app = await newApp();
  const { page, said } = await opened(await admin('rita', 'read_only'), at(app));
  await page.getByRole('heading', { name: 'What this means' }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Idle time-out' }).isDisabled(), true);
  assert.equal(await page.locator('main button').count(), 0);
  const status = await page.evaluate(
    (url) => fetch(url, { method: 'POST', body: new URLSearchParams({ version: '1' }) }).then((answer) => answer.status),
    `${at(app)}/apply`,
  );
  assert.equal(status, 403);
  assert.deepEqual(said.filter((line) => !line.includes('403')), []);
});

test('every page of it is fit to be seen', async () => {
  const app = await newApp();
  const context = await admin();
  await everywhere(context, `${origin}/apps/new`, 'new-app');
  const stateless = (await manage('POST', `${url}/v1/apps`, { name: 'Stateless' })).app;
  await everywhere(context, at(stateless), 'session-management-off');
  await everywhere(context, at(app), 'session-management');
  for (const preset of ['kiosk', 'higher-security', 'long-lived', 'unattended']) {
    await everywhere(context, `${at(app)}?preset=${preset}`, `session-management-${preset}`);
  }
  await changeSettings(app, { preset: 'consumer' });
  for (let n = 0; n < 120; n += 1) await manage('POST', `${app.issuer}/sessions`, { user_id: `user-${n}` });
  await changeSettings(app, { idle_timeout: 7200 });
  await everywhere(context, `${at(app)}/history`, 'settings-history');
  await everywhere(context, `${at(app)}/undo`, 'settings-undo');
  await everywhere(context, `${at(app)}?preset=bank-psd2`, 'settings-review', async (page) => {
    await page.getByText('Advanced: every other setting').click();
    if (process.env.TENURE_PICTURES) {
      const { width } = page.viewportSize();
      await page.screenshot({ path: `${process.env.TENURE_PICTURES}/settings-advanced-${width}.png`, fullPage: true });
    }
    await page.getByRole('button', { name: 'Review the change' }).click();
    await page.getByRole('heading', { name: 'Review the change' }).waitFor();
  });
});
