// One function a scene. What it ends with is read off the answers; nothing is taken for granted.
import { decode, verify } from './auth_token.js';
import { pause } from './dom.js';
import * as verdict from './verdicts.js';
import { length } from './words.js';

/** Jumps of the clock that a scene makes, at most. */
const MOST_JUMPS = 80;

async function rotate(stage) {
  const answer = await stage.refresh('app');
  return verdict.rotated(answer);
}

async function loseTheResponse(stage) {
  const lost = await stage.refresh('app', { lost: true });
  const again = await stage.refresh('app');
  return verdict.recovered(lost, again);
}

async function loseItWithoutAKey(stage) {
  const lost = await stage.refresh('app', { key: false, lost: true });
  const again = await stage.refresh('app', { key: false });
  return verdict.recoveredWithoutKey(lost, again, stage.app.settings);
}

async function replayTheOldToken(stage) {
  await stage.steal();
  await stage.refresh('app');
  const thief = await stage.refresh('thief', { key: false });
  const owner = await stage.refresh('app');
  const auth = await stage.useAuthToken('app');
  return verdict.caught(stage, { thief, owner, auth });
}

async function secondThief(stage) {
  await stage.steal();
  await stage.refresh('thief', { key: false });
  const owner = await stage.refresh('app');
  const thief = await stage.refresh('thief', { key: false });
  const auth = await stage.useAuthToken('thief');
  return verdict.caught(stage, { thief, owner, auth });
}

async function twoTabsAtOnce(stage) {
  // One storage, so one token and one key for it, whichever tab needs it first.
  stage.holders.app.key ??= crypto.randomUUID();
  stage.share();
  const row = stage.wire.row();
  const both = await Promise.all([stage.refresh('app', { row }), stage.refresh('tab', { row })]);
  return verdict.sameForBoth(both);
}

async function freezeTheTab(stage) {
  stage.holders.app.key ??= crypto.randomUUID();
  stage.share();
  stage.frozen = true;
  stage.wire.event('tab', stage.wire.row(), 'Is about to refresh, and freezes before the request leaves it: ', stage.holders.tab.token);
  await pause();
  await stage.refresh('app');
  await stage.refresh('app');
  const refused = await stage.refresh('tab'); // The same token, with the same key as the app's first.
  stage.frozen = false;
  stage.share();
  stage.wire.event('tab', stage.wire.row(), 'Reads again what all tabs share, and goes on with ', stage.holders.app.token);
  return verdict.late(refused, await stage.refresh('tab'));
}

async function jumpPastIdle(stage) {
  const { idle_expires_at: end, active_at: active } = stage.session;
  if (end === null) return verdict.note('This app has no idle time-out: nothing to jump past.');
  const seconds = end - active + 1;
  await stage.jump(seconds, `${length(seconds)} pass, and nobody uses the app.`);
  return verdict.expired(await stage.refresh('app'), 'expired_idle');
}

async function jumpPastTheEnd(stage) {
  const { expires_at: end } = stage.session;
  let now = await stage.clock();
  let answer;
  for (let jumps = 0; jumps < MOST_JUMPS && (answer?.status ?? 200) === 200; jumps += 1) {
    const { idle_expires_at: idleEnd, active_at: active } = stage.session;
    const left = Math.max(1, end - now + 1);
    const seconds = idleEnd === null ? left : Math.min(left, Math.floor((idleEnd - active) * 0.9));
    const says = seconds < left ? 'pass; the user comes back in time.' : 'pass, and with them the absolute end.';
    now = await stage.jump(seconds, `${length(seconds)} ${says}`);
    answer = await stage.refresh('app', { activity: 'focused' });
  }
  return verdict.expired(answer, 'expired_absolute');
}

async function endTheSession(stage) {
  const path = stage.backend(`/sessions/${stage.session.session_id}`);
  await stage.operate({ method: 'DELETE', path }, () => 'The end is durable, and announced in the same commit.');
  const refused = await stage.refresh('app');
  return verdict.over(stage, [refused], await stage.useAuthToken('app'));
}

async function signOutEverywhere(stage) {
  stage.frozen = true; // From here on the second column is another device, with a session of its own.
  stage.take('tab', await stage.open('tab', 'The same user signs in on a second device: another session.'));
  const path = stage.backend(`/users/${encodeURIComponent(stage.user)}/tokens`);
  await stage.operate({ method: 'DELETE', path }, () => 'Every session of this user has ended.');
  const row = stage.wire.row();
  const both = await Promise.all([stage.refresh('app', { row }), stage.refresh('tab', { row })]);
  const auth = await stage.useAuthToken('tab');
  stage.frozen = false;
  return verdict.over(stage, both, auth);
}

async function decodeTheAuthToken(stage) {
  const { auth } = stage.holders.app;
  const path = stage.at('/.well-known/jwks.json');
  const keys = await stage.exchange('app', { method: 'GET', path }, () => 'The app’s public keys: all that a backend needs.');
  const result = await verify(auth, keys.json?.keys ?? []);
  stage.wire.panel(decode(auth), result);
  return verdict.verified(result, decode(auth).claims, await stage.clock());
}

/** Every button, in the order of the page. */
export const scenes = [
  { id: 'rotate', title: 'Rotate', says: 'A refresh: the token is used up, and a new one comes.', play: rotate },
  { id: 'lose', title: 'Lose the response', says: 'The answer never arrives. The app asks again with the same Idempotency-Key.', play: loseTheResponse },
  { id: 'lose-without-key', title: 'Lose it without a key', says: 'The same, by a client that sends no key: what the app’s settings say, happens.', play: loseItWithoutAKey },
  { id: 'replay', title: 'Replay the old token', says: 'A thief has a copy and comes second, with a token that was used.', play: replayTheOldToken },
  { id: 'second-thief', title: 'Second thief', says: 'The thief comes first. The owner’s next refresh gives it away.', play: secondThief },
  { id: 'two-tabs', title: 'Two tabs at once', says: 'Both refresh in the same moment.', play: twoTabsAtOnce },
  { id: 'freeze', title: 'Freeze the tab', says: 'A request that is stuck on its way, until newer tokens are in use.', play: freezeTheTab },
  { id: 'idle', title: 'Jump past idle', says: 'The clock jumps; nobody was there.', play: jumpPastIdle, clock: true },
  { id: 'absolute', title: 'Jump past the end', says: 'The user keeps coming back, until the absolute end.', play: jumpPastTheEnd, clock: true },
  { id: 'end', title: 'End the session', says: 'An operator ends it.', play: endTheSession },
  { id: 'everywhere', title: 'Sign out everywhere', says: 'Two devices of one user, both over at once.', play: signOutEverywhere },
  { id: 'decode', title: 'Decode the auth token', says: 'What it says, and whether its signature holds.', play: decodeTheAuthToken },
];
