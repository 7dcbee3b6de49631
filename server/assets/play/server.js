// Asking the server, and what is counted there.

/** The server said nothing about the session: the scene cannot go on. */
export class Stopped extends Error {}

/** Sends one request and reads the whole answer; `status` 0 when there is none. */
export async function ask({ method, path, headers = {}, json }) {
  const typed = json === undefined ? headers : { 'Content-Type': 'application/json', ...headers };
  try {
    const response = await fetch(path, { method, headers: typed, body: JSON.stringify(json), cache: 'no-store' });
    const text = await response.text();
    return { status: response.status, ...read(text) };
  } catch {
    return { status: 0 };
  }
}

function read(text) {
  try {
    const json = JSON.parse(text);
    const result = json.auth_result ?? {};
    return { json, reason: json.reason, token: result.refresh_token, auth: result.auth_token };
  } catch {
    return {}; // Sign-outs have no body.
  }
}

/** The same for what must succeed; throws what went wrong, in words. */
export async function must(request) {
  const answer = await ask(request);
  if (answer.status >= 200 && answer.status < 300) return answer;
  const why = answer.status === 0 ? 'The server did not answer.' : `The server answered ${answer.status}: ${answer.json?.error ?? ''}`;
  throw new Stopped(`${why} ${answer.json?.hint ?? ''}`.trim());
}

/** What the server has counted since it started: requests of its own making, refreshes, commits of the store. */
export async function counts() {
  try {
    const text = await (await fetch('/metrics', { cache: 'no-store' })).text();
    const sum = (prefix) => text
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .reduce((all, line) => all + Number(line.split(' ').at(-1)), 0);
    return {
      refreshes: sum('tenure_http_requests_total{route="refresh"'),
      commits: sum('tenure_store_commit_duration_seconds_count'),
    };
  } catch {
    return undefined;
  }
}
