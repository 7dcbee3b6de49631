// The running server, as run.sh hands it over, and what tests ask of its management API.
import assert from 'node:assert/strict';

const handedOver = process.env.TENURE_READY;
assert.ok(handedOver, 'TENURE_READY is not set: start these tests with the run.sh of their folder');
/** What the server said when it was ready. */
export const ready = JSON.parse(handedOver);

/** An API key that may do everything. */
export const apiKey = ready.api_key;
/** Where it is reached. */
export const url = ready.url;

/** A new app with refresh tokens: what one test does never shows in another. */
export async function newApp(settings = {}) {
  const { app } = await manage('POST', `${ready.url}/v1/apps`, { name: 'Interop' });
  await changeSettings(app, { refresh_tokens: true, ...settings });
  return { id: app.id, issuer: app.issuer };
}

/** Changes the settings of `app`. */
export function changeSettings(app, settings) {
  return manage('PUT', `${app.issuer}/session-settings`, settings);
}

/** Signs a user in, as the app's own backend would; gives the `auth_result`. */
export async function signIn(app, userId = 'ann') {
  const opened = await manage('POST', `${app.issuer}/sessions`, { user_id: userId });
  return opened.auth_result;
}

/** A new API key for `app` alone, with one role. */
export async function newApiKey(app, role) {
  const made = await manage('POST', `${app.issuer}/api-keys`, { name: `interop ${role}`, role });
  return made.api_key;
}

/** Moves the server's clock forward; gives its time in Unix seconds. */
export async function advanceClock(seconds) {
  return (await manage('POST', `${ready.url}/dev/clock`, { advance_seconds: seconds })).now;
}

/** Asks the management API; gives the JSON, and throws where the answer is an error. */
export async function manage(method, url, body) {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${url} answers ${response.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
