// What an answer means, in a sentence.

const REASONS = {
  unknown: 'The server does not know this token. Nothing happened to any session.',
  expired_idle: 'Nobody was active for longer than the idle time-out: the user has to sign in again.',
  expired_absolute: 'The session has lived for as long as it may, however active it was: the user has to sign in again.',
  ended_by_user: 'The user ended this session, or all of theirs.',
  ended_by_admin: 'An operator ended this session.',
  ended_by_limit: 'A newer session of the user took its place.',
  ended_by_settings: 'A change of the app’s settings ended this session.',
  user_disabled: 'The user was disabled.',
  wrong_client: 'This token belongs to another app. The session lives.',
};

/** What became of a refresh. `known` is what the page had seen before: the successor of this token, and whether the session lived. */
export function ofRefresh(answer, known) {
  const { status, reason } = answer;
  if (status === 200) return ofSuccess(answer, known);
  if (status === 409) return 'Too late: newer tokens were used since. No verdict, nothing changed, nobody is signed out.';
  if (status !== 401) return ofAnything(answer);
  if (reason !== 'reused') return REASONS[reason] ?? `Refused: ${reason}.`;
  if (known.livesOn) return 'A replaced token came back. It is refused; this app only observes, so nothing has ended.';
  return known.lived
    ? 'A replaced token came back, so two parties have it. The session ends here, with everything that was issued from it.'
    : 'Refused: the session has ended, because a replaced token came back.';
}

function ofSuccess(answer, { presented, number, successor }) {
  if (successor === undefined) return `#${presented} is used up, #${number} takes its place.`;
  if (successor === answer.token) return `The same #${number} again, byte for byte: a repeated request, not a second use.`;
  return `Another successor, #${number}: the one before it is dead.`;
}

/** What an answer means that has no meaning of its own here. */
export function ofAnything({ status, json }) {
  if (status === 0) return 'No answer came. That says nothing about the session.';
  if (status === 429) return 'Too many requests for now. That says nothing about the session.';
  if (status >= 500) return 'The server cannot do this right now. That says nothing about the session.';
  return json?.error ?? 'Done.';
}

/** What became of a request with an auth token. */
export function ofAuthToken({ status, json }) {
  if (status === 200) return 'The auth token is accepted.';
  return status === 401 ? 'The server refuses the auth token as well.' : ofAnything({ status, json });
}
