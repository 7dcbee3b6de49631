// The buttons of the playground that move the clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { browserForTests } from '../chromium.js';
import { fit, inEveryLook, press, sessionOf } from '../play.js';

const { people } = browserForTests();

test('time ends a session, idle or not, in every look', async () => {
  await inEveryLook(people, '/play', async (play, look) => {
    const idle = await press(play, 'Jump past idle');
    assert.deepEqual(idle.sent.map(({ reason }) => reason), ['expired_idle']);
    assert.deepEqual([idle.kind, (await sessionOf(play)).reason], ['good', 'expired_idle']);

    const absolute = await press(play, 'Jump past the end');
    const refused = absolute.sent.pop();
    assert.ok(absolute.sent.length > 3 && absolute.sent.every(({ status }) => status === 200));
    assert.equal(refused.reason, 'expired_absolute');
    assert.deepEqual([absolute.kind, (await sessionOf(play)).reason], ['good', 'expired_absolute']);
    await fit(play, `play-clock-${look}`);
    await play.page.context().close();
  });
});
