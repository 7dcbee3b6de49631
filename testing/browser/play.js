// The playground as somebody uses it: presses a button, sees what is sent and answered, and reads what it meant.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';

import { apiKey, url } from '../interop/support.js';
import { complaints, findings } from './pages.js';

const LOOKS = [360, 1440].flatMap((width) => ['light', 'dark'].map((scheme) => ({ width, scheme })));

/** What a browser says of its own accord when an answer is a refusal, as the playground's are meant to be. */
const MEANT = /^error: Failed to load resource: the server responded with a status of (401|409)/;

/** A page at the playground, with everything that it sends and gets. `said` is what the browser complains of. */
export async function playground(context, { width = 1440, scheme = 'light', path = '/play' } = {}) {
  const page = await context.newPage();
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  const said = complaints(page);
  const wire = [];
  page.on('response', async (response) => {
    const request = response.request();
    const at = new URL(response.url()).pathname;
    if (!at.endsWith('/tokens') || request.method() !== 'POST') return;
    const sent = request.postDataJSON();
    const entry = { token: sent.refresh_token, key: request.headers()['idempotency-key'], status: response.status() };
    wire.push(entry);
    entry.done = response.json().then((json) => Object.assign(entry, { reason: json.reason, next: json.auth_result?.refresh_token }));
  });
  await page.goto(`${url}${path}`);
  await page.locator('body[data-ready]').waitFor();
  return { page, wire, said };
}

/** Presses the button `title`, and gives what the scene showed and what it sent. */
export async function press({ page, wire }, title) {
  const before = wire.length;
  await page.getByRole('button', { name: title, exact: true }).click();
  await page.locator(`#story > :first-child[aria-label="${title}"] .outcome:not([hidden])`).waitFor();
  await page.locator('body:not([data-playing])').waitFor();
  const scene = page.locator('#story > :first-child');
  const sent = wire.slice(before);
  await Promise.all(sent.map(({ done }) => done));
  const cards = await scene.locator('.exchange').evaluateAll((all) => all.map((card) => card.innerText));
  const [outcome, kind] = await scene.locator('.outcome').evaluate((p) => [p.textContent, p.className.replace('outcome ', '')]);
  return { sent, cards, outcome, kind, status: await page.locator('#status').innerText() };
}

/** Holds `page` to what every page owes, and leaves a picture of it where TENURE_PICTURES says. */
export async function fit({ page, said }, name) {
  assert.deepEqual(await findings(page), [], name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${name} is ${wide} px wider than its window`);
  assert.deepEqual(said.filter((line) => !MEANT.test(line)), [], name);
  if (!process.env.TENURE_PICTURES) return;
  await mkdir(process.env.TENURE_PICTURES, { recursive: true });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${process.env.TENURE_PICTURES}/${name}.png`, fullPage: true });
}

/** Does the same in every look. */
export async function inEveryLook(people, path, act) {
  for (const look of LOOKS) await act(await playground(await people(), { ...look, path }), `${look.width}-${look.scheme}`);
}

/** The session that the page shows, as the management API has it. */
export async function sessionOf({ page }) {
  const sid = await page.locator('#sid').innerText();
  const response = await fetch(`${url}/v1/apps/demo/sessions/${sid}`, { headers: { authorization: `Bearer ${apiKey}` } });
  return response.json();
}
