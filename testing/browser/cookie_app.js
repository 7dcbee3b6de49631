// Apps that keep their refresh tokens in cookies, and browsers that are signed in to one.
import assert from 'node:assert/strict';

import { manage, newApp } from '../interop/support.js';
import { call, open } from './chromium.js';

/** What a page of the app sends with every call that a cookie goes with. */
export const OF_A_PAGE = { credentials: 'include', headers: { 'Tenure-Client': 'test' } };

/** A new app with the cookie transport, for pages of `origin`. */
export function cookieApp(origin, settings = {}) {
  return newApp({ transport: 'cookie', allowed_origins: [origin], ...settings });
}

/** What the backend of `app` gives to its page: a one-time code, and the session that it is for. */
export async function handoffFor(app, userId = 'ann') {
  const { handoff, session } = await manage('POST', `${app.issuer}/sessions`, { user_id: userId, handoff: true });
  return { handoff, sessionId: session.session_id };
}

/** Turns a code into the cookie. */
export function handOff(page, app, handoff) {
  return call(page, `${app.issuer}/tokens/handoff`, { ...OF_A_PAGE, method: 'POST', body: JSON.stringify({ handoff }) });
}

/** Refreshes by cookie, with these headers besides. */
export function refresh(page, app, headers = {}) {
  const all = { ...OF_A_PAGE.headers, ...headers };
  return call(page, `${app.issuer}/tokens`, { ...OF_A_PAGE, method: 'POST', headers: all });
}

/** Signs out by cookie. */
export function signOut(page, app) {
  return call(page, `${app.issuer}/tokens`, { ...OF_A_PAGE, method: 'DELETE' });
}

/** A page of the app at `origin`, in a browser that is signed in. */
export async function signedIn(context, app, origin, userId = 'ann') {
  const page = await open(context, origin);
  const { handoff, sessionId } = await handoffFor(app, userId);
  const { status, json } = await handOff(page, app, handoff);
  assert.equal(status, 200);
  return { page, sessionId, authToken: json.auth_result.auth_token };
}

/** The cookie of `app` that this browser holds, if it does. */
export async function cookieOf(context, app) {
  const cookies = await context.cookies();
  return cookies.find(({ name }) => name === `__Host-tenure-${app.id}`);
}

/** The session as an operator sees it. */
export function session(app, sessionId) {
  return manage('GET', `${app.issuer}/sessions/${sessionId}`);
}
