// The console's pages, one after the other, as everybody would see them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { changeSettings, manage, newApp, ready } from '../../interop/support.js';
import { browserForTests } from '../chromium.js';
import { link, origin, signIn } from '../console.js';
import { everywhere } from '../pages.js';

const { people, cookiesSet } = browserForTests();

test('whoever is not signed in is sent to the sign-in', async () => {
  const context = await people();
  await everywhere(context, `${origin}/`, 'sign-in', async (page) => {
    assert.equal(page.url(), `${origin}/sign-in`);
  });
});

test('a link signs in once', async () => {
  const url = await link('once');
  const [first, second] = [await people(), await people()];
  for (const [context, works] of [[first, true], [second, false]]) {
    const page = await context.newPage();
    await page.goto(url);
    assert.equal(page.url(), `${origin}/sign-in`, 'the code is out of the address');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: works ? 'Home' : 'Not signed in' }).waitFor();
  }
});

/** An app with sessions of every kind: live, signed out, caught, of many devices. */
async function lively() {
  const app = await newApp({ idle_timeout: 3600, auth_token_ttl: 300 });
  const open = async (user, device) =>
    (await manage('POST', `${app.issuer}/sessions`, { user_id: user, device, claims: { plan: 'pro' } })).auth_result;
  const refresh = (token) =>
    fetch(`${app.issuer}/tokens`, { method: 'POST', body: JSON.stringify({ refresh_token: token }) });
  for (let n = 0; n < 8; n += 1) await open(`user-${n}`, { name: `Laptop ${n}`, ip: `192.0.2.${n}` });
  const ann = await open('ann', { name: 'Ann’s phone', user_agent: 'Mozilla/5.0 (Android 16; Mobile)', ip: '198.51.100.7' });
  const next = await (await refresh(ann.refresh_token)).json();
  await fetch(`${app.issuer}/tokens`, { method: 'DELETE', body: JSON.stringify({ refresh_token: next.auth_result.refresh_token }) });
  const bob = await open('bob', { name: 'Bob’s laptop' });
  await refresh(bob.refresh_token);
  const caught = await (await refresh(bob.refresh_token)).json();
  return { app, ann, bob, caught };
}

test('every page is fit to be seen', async () => {
  const context = await people();
  await signIn(context);
  const { app, bob, caught } = await lively();
  await everywhere(context, `${origin}/`, 'home');
  await everywhere(context, `${origin}/apps/${app.id}/sessions`, 'sessions');
  await everywhere(context, `${origin}/apps/${app.id}/sessions?q=idle:7d`, 'sessions-problem');
  await everywhere(context, `${origin}/apps/${app.id}/sessions/${bob.session_id}`, 'session');
  await everywhere(context, `${origin}/apps/${app.id}/users?user_id=ann`, 'user');
  await everywhere(context, `${origin}/apps/${app.id}/end?q=status:live`, 'end');
  await everywhere(context, `${origin}/apps/${app.id}/jobs`, 'jobs');
  await everywhere(context, `${origin}/apps/${app.id}/events`, 'events');
  await everywhere(context, `${origin}/why?code=${caught.support_code}`, 'why');
  await everywhere(context, `${origin}/audit`, 'audit');
  await everywhere(context, `${origin}/apps/${app.id}/session-management`, 'settings');
  await everywhere(context, `${origin}/apps/${app.id}/session-management?preset=higher-security`, 'settings-preset');
  await changeSettings(app, { preset: 'consumer' });
  await everywhere(context, `${origin}/apps/${app.id}/session-management/history`, 'history');
});

test('every cookie of the console is held fast', () => {
  const own = cookiesSet.filter((cookie) => cookie.startsWith('__Host-tenure.admin'));
  assert.ok(own.length > 0);
  for (const cookie of own) assert.match(cookie, /; Path=\/; Secure; HttpOnly; SameSite=Lax/);
  assert.equal(ready.console_url.startsWith(origin), true);
});
