// Whatever strangers say of themselves is text, on every page of the console, in a real browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { changeSettings, manage, newApp } from '../../interop/support.js';
import { browserForTests } from '../chromium.js';
import { link, origin, signIn } from '../console.js';
import { SAYINGS, harm, harmless, watch } from '../strangers.js';

const { people } = browserForTests();
const said = Object.values(SAYINGS);
const inAddress = encodeURIComponent;
const word = (text) => `"${text.replaceAll('"', '""')}"`;

async function looking(name, role) {
  const context = await people();
  await signIn(context, name, role);
  const page = await context.newPage();
  return { context, page, seen: watch(page) };
}

/** An app with a session of everybody who says something, in every field; gives their ids by what they say. */
async function strange() {
  const app = await newApp();
  const sessions = new Map();
  for (const text of said) {
    const device = { name: text, user_agent: text, ip: text };
    const claims = { own: text, nested: { list: [text] } };
    const opened = await manage('POST', `${app.issuer}/sessions`, { user_id: text, device, claims });
    sessions.set(text, opened.session.session_id);
    await manage('PUT', `${app.issuer}/session-settings?reason=${inAddress(text)}`, { idle_timeout: 7200 + sessions.size });
  }
  return { app, sessions };
}

test('the watch sees what a page lets through', async () => {
  const { context } = await looking();
  const audit = async () => {
    const page = await context.newPage();
    const seen = watch(page);
    await harmless(page, seen, '/audit');
    return { page, seen };
  };
  for (const name of ['image', 'drawing', 'attribute', 'end of the element', 'comment']) {
    const { page, seen } = await audit();
    // As a template that does not escape would: within an attribute, in either quotation marks or none.
    await page.evaluate((html) => {
      for (const quote of ['"', "'", '']) {
        const piece = document.createElement('div');
        piece.innerHTML = `<input value=${quote}${html}${quote}>`;
        document.querySelector('main').append(piece);
      }
    }, SAYINGS[name]);
    assert.notDeepEqual(await harm(page, seen), [], name);
    await page.close();
  }
  const { page, seen } = await audit();
  await page.evaluate((text) => document.querySelector('h1').append(text, ' more'), SAYINGS['right to left']);
  assert.deepEqual(await harm(page, seen), ['turned around: Audit logann\u202Enimda more']);
});

test('AD-6: the lists of what strangers say show it as text', async () => {
  const { app, sessions } = await strange();
  const { page, seen } = await looking();
  const below = `/apps/${app.id}`;
  for (const [text, sid] of sessions) {
    await manage('DELETE', `${app.issuer}/sessions/${sid}`);
    await manage('PATCH', app.issuer, { name: text });
    for (const path of ['/apps', `${below}/session-management`, `${below}/end?q=status:live`]) await harmless(page, seen, path, [text]);
    // Its menu names apps only while there are few.
    await harmless(page, seen, '/');
  }
  await harmless(page, seen, `${below}/sessions`, said);
  await harmless(page, seen, `${below}/events`, said);
  await harmless(page, seen, `${below}/session-management/history`, said);
});

test('AD-6: the pages about one stranger show what they say as text', async () => {
  const { app, sessions } = await strange();
  const { page, seen } = await looking();
  const below = `/apps/${app.id}`;
  for (const [text, sid] of sessions) {
    const typed = inAddress(text);
    const own = inAddress(`user:${word(text)}`);
    await harmless(page, seen, `${below}/sessions/${sid}`, [text]);
    await page.getByRole('link', { name: text, exact: true }).click();
    await page.getByRole('heading', { name: text, level: 1 }).waitFor();
    assert.equal(new URL(page.url()).pathname, `${below}/users`, 'a link goes where it should');
    await harmless(page, seen, `${below}/users?user_id=${typed}`, [text, '1 session as of']);
    await harmless(page, seen, `${below}/sessions?q=${own}`, [text, '1 session ']);
    await harmless(page, seen, `${below}/end?q=${own}`, [word(text)]);
    await harmless(page, seen, `/why?app=${app.id}&user=${typed}`, [text]);
    await harmless(page, seen, `${below}/events?user=${typed}`, [text]);
  }
});

test('AD-6: what stands in an address is text, too', async () => {
  const { page, seen } = await looking();
  const app = await newApp();
  const below = `/apps/${app.id}`;
  for (const text of said) {
    const typed = inAddress(text);
    await harmless(page, seen, `${below}/sessions?q=${typed}`, [text]);
    await harmless(page, seen, `/why?code=${typed}`, [text]);
    for (const path of [
      `/${typed}`,
      `/apps/${typed}/sessions`,
      `${below}/sessions/${typed}?done=${typed}`,
      `${below}/sessions?cursor=${typed}`,
      `${below}/jobs/${typed}`,
      `${below}/events?type=${typed}&session=${typed}&before=${typed}`,
      `${below}/session-management?preset=${typed}&notice=${typed}`,
      `${below}/session-management/history?before=${typed}`,
      `/audit?after=${typed}`,
      `/why?app=${typed}&user=x`,
      `/why?app=${app.id}&user=x&at=${typed}`,
      `/sign-in?notice=${typed}`,
    ]) {
      await harmless(page, seen, path);
    }
  }
});

test('AD-6: what admins type and are called is text for the next one', async () => {
  const { app, sessions } = await strange();
  const below = `${origin}/apps/${app.id}`;
  for (const [n, name] of ['script', 'image', 'attribute', 'escaped once'].entries()) {
    const text = SAYINGS[name];
    const { page, seen } = await looking(text, 'operator');
    await harmless(page, seen, '/', [text]);
    await page.goto(`${below}/end?q=${inAddress(`user:${word(text)}`)}`);
    await page.getByLabel('Why').fill(text);
    await page.getByRole('button', { name: 'End 1 session' }).click();
    await page.getByText('1 of 1 session ended').waitFor();
    await harmless(page, seen, new URL(page.url()).pathname, [text]);
    await harmless(page, seen, `/apps/${app.id}/jobs`, [text]);
    await harmless(page, seen, '/audit', [text]);
    await harmless(page, seen, `/apps/${app.id}/events`, [text]);
    // As a change of settings that somebody else overtook.
    await page.goto(`${below}/session-management`);
    await page.getByRole('textbox', { name: 'Idle time-out' }).fill(text);
    await page.locator('#says-idle_timeout').getByText('must be a length of time').waitFor();
    assert.deepEqual(await harm(page, seen), []);
    await page.getByRole('textbox', { name: 'Idle time-out' }).fill(`${2 + sessions.size}h`);
    await page.getByRole('button', { name: 'Review the change' }).click();
    await page.getByLabel('Why').fill(text);
    await manage('PUT', `${app.issuer}/session-settings?reason=${inAddress(text)}`, { idle_timeout: 100_000 + n });
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Somebody changed the settings meanwhile').waitFor();
    assert.equal(await page.getByLabel('Why').inputValue(), text);
    assert.deepEqual(await harm(page, seen), []);
    await page.close();
  }
  await assert.rejects(link(SAYINGS['right to left']), /visible characters/);
});

test('AD-6: what happens while one looks is text', async () => {
  const { app, sessions } = await strange();
  const { page, seen } = await looking();
  await harmless(page, seen, `/apps/${app.id}/events?type=ended`);
  await page.getByRole('button', { name: 'Follow live' }).click();
  await page.getByText('Following', { exact: true }).waitFor();
  for (const [text, sid] of sessions) {
    await manage('DELETE', `${app.issuer}/sessions/${sid}`);
    await page.getByRole('link', { name: text, exact: true }).waitFor();
    assert.deepEqual(await harm(page, seen), [], text);
  }
  assert.equal(await page.locator('#events tr').count(), sessions.size, 'nothing was forged');
  await page.goto(`${origin}/apps/${app.id}/events`);
  await page.getByRole('button', { name: 'Follow live' }).click();
  await page.getByText('Following', { exact: true }).waitFor();
  for (const [n, text] of said.entries()) {
    await manage('PUT', `${app.issuer}/session-settings?reason=${inAddress(`live ${text}`)}`, { idle_timeout: 9000 + n });
    await page.getByText(`because: live ${text}`).first().waitFor();
    assert.deepEqual(await harm(page, seen), [], text);
  }
  await changeSettings(app, { idle_timeout: 7200 });
});
