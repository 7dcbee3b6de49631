// What a scene has shown, as far as the answers say it.
import { length, moment } from './words.js';

const good = (text) => ({ kind: 'good', text });
const warn = (text) => ({ kind: 'warn', text });

/** Something to know. */
export const note = (text) => ({ kind: 'note', text });

const told = ({ status, reason }) => `the server answered ${status}${reason ? ` ${reason}` : ''}`;
const authIs = ({ status }) => (status === 401 ? 'the server refuses the auth token, too' : `the auth token got ${status}`);
const unexpected = (answer) => warn(`Not what this scene is about: ${told(answer)}.`);

export function rotated(answer) {
  return answer.status === 200
    ? good('The session goes on with a new token. The old one is worth nothing, and a sign of theft should it come back.')
    : unexpected(answer);
}

export function recovered(lost, again) {
  if (again.status !== 200) return unexpected(again);
  return again.token === lost.token
    ? good('The same successor came back, byte for byte. A lost answer costs nothing: the key proves that it is the same client.')
    : warn('Another successor came back than the one that was lost.');
}

export function recoveredWithoutKey(lost, again, settings) {
  if (again.status === 401) {
    return warn('Without a key, a lost answer looks like theft, and this app allows no leeway: signed out. Send a key, or set retry_leeway.');
  }
  if (again.status !== 200) return unexpected(again);
  return again.token === lost.token
    ? good(`The same successor: this app’s retry_leeway of ${length(settings.retry_leeway)} covers a client without a key, and a thief as quick.`)
    : warn('Another successor replaced the lost one: this app’s lost_response is reissue. Of two parties, the displaced one gives itself away.');
}

export function caught(stage, { thief, owner, auth }) {
  const refused = thief.status === 401 && owner.status === 401;
  if (refused && !stage.live) {
    return good(`Theft caught: neither party is served again, and ${authIs(auth)}. The user can sign in anew; the thief cannot.`);
  }
  if (stage.live && (thief.status === 401 || owner.status === 401)) {
    return warn('The reuse was noticed and counted, and ended nothing: this app’s reuse_detection is observe.');
  }
  return warn(`Not caught within retry_leeway (${length(stage.app.settings.retry_leeway)}): it serves whoever comes soon enough.`);
}

export function sameForBoth([one, other]) {
  const bad = [one, other].find(({ status }) => status !== 200);
  if (bad !== undefined) return unexpected(bad);
  return one.token === other.token
    ? good('Both tabs got the same successor. They share one key for one token, so it does not matter who is first.')
    : warn('The tabs got different successors.');
}

export function late(refused, next) {
  if (refused.status !== 409) return unexpected(refused);
  return next.status === 200
    ? good('The late request was turned away without a verdict (409 superseded), and the session lives: the tab refreshed with what the app has now.')
    : unexpected(next);
}

export function expired(answer, reason) {
  if (answer.status !== 401 || answer.reason !== reason) return unexpected(answer);
  return reason === 'expired_idle'
    ? good('Over, because nobody was active. No job had to run: the deadline is looked at when the token comes.')
    : good('Over, although the user came back every time: no refresh extends the absolute end.');
}

export function over(stage, refused, auth) {
  const all = refused.every(({ status }) => status === 401);
  return all && !stage.live
    ? good(`Over at once: no refresh token is served, and ${authIs(auth)}.`)
    : unexpected(refused.find(({ status }) => status !== 401) ?? refused[0]);
}

export function verified(result, claims, now) {
  if (result.kind !== 'good') return warn(result.text);
  const left = claims.exp - now;
  const until = left > 0 ? `accepted for ${length(left)} more` : 'which has expired';
  return good(`${result.text} It is for ${claims.sub}, and is ${until} (until ${moment(claims.exp)}). No one had to be asked.`);
}
