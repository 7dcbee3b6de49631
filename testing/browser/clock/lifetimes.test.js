// What the server's clock decides, whatever the browser's says.
import assert from 'node:assert/strict';
import test from 'node:test';

import { advanceClock } from '../../interop/support.js';
import { browserForTests, open } from '../chromium.js';
import { cookieApp, cookieOf, handOff, handoffFor, refresh, session, signedIn } from '../cookie_app.js';
import { siteForTests } from '../sites.js';

const { people } = browserForTests();
const site = siteForTests();

test('CK-3 when the session is over, the cookie that the browser still sends is refused', async () => {
  const app = await cookieApp(site.at(), { auth_token_ttl: 60, idle_timeout: 120, expiring_notice: 30 });
  const ann = await people();
  const { page } = await signedIn(ann, app, site.at());
  const before = await cookieOf(ann, app);
  await advanceClock(120);
  const idle = await refresh(page, app);
  assert.deepEqual([idle.status, idle.json.reason], [401, 'expired_idle']);
  assert.deepEqual(await cookieOf(ann, app), before, 'only a sign-out takes it away');
});

test('a code is good for a minute', async () => {
  const app = await cookieApp(site.at());
  const ann = await people();
  const page = await open(ann, site.at());
  const { handoff, sessionId } = await handoffFor(app);
  await advanceClock(61);
  const late = await handOff(page, app, handoff);
  assert.deepEqual([late.status, late.json.reason], [401, 'handoff_expired']);
  assert.equal(await cookieOf(ann, app), undefined);
  assert.equal((await session(app, sessionId)).seq, 1);
});
