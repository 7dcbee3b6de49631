// A server that can be killed and started again, at the same address, with the same store.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export class Server {
  #process;
  #ready;

  constructor(folder) {
    this.folder = folder;
  }

  async start() {
    const at = this.#ready ? new URL(this.#ready.url).port : 0;
    const options = ['dev', '--json', '--data-dir', `${this.folder}/data`, '--listen', `127.0.0.1:${at}`, '--console-listen', '127.0.0.1:0'];
    this.#process = spawn(process.env.TENURE_BIN, options, { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = await once(createInterface(this.#process.stdout), 'line');
    this.#ready = JSON.parse(line);
  }

  async kill(signal = 'SIGKILL') {
    const gone = once(this.#process, 'exit');
    this.#process.kill(signal);
    await gone;
  }

  get issuer() {
    return this.#ready.issuer;
  }

  /** Asks the management API; gives the JSON, and throws where the answer is an error. */
  async manage(method, path, body) {
    const headers = { authorization: `Bearer ${this.#ready.api_key}`, 'content-type': 'application/json' };
    const answer = await fetch(this.issuer + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path} answers ${answer.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Signs somebody in; gives what a client holds, and the session's id. */
  async open(user) {
    const { auth_result: held } = await this.manage('POST', '/sessions', { user_id: user });
    const { sid } = JSON.parse(Buffer.from(held.auth_token.split('.')[1], 'base64url'));
    return { user, sid, auth: held.auth_token, refresh: held.refresh_token };
  }

  /** A new auth token for `client`, who holds the new refresh token from then on. */
  async refresh(client) {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: client.refresh });
    const answer = await fetch(`${this.issuer}/oauth/token`, { method: 'POST', body });
    assert.equal(answer.status, 200);
    const { access_token, refresh_token } = await answer.json();
    Object.assign(client, { auth: access_token, refresh: refresh_token });
  }

  /** The opaque token of a session, for `auth`, as a backend gets it (RFC 8693). */
  async exchange(auth, key) {
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: auth,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      requested_token_type: 'urn:tenure:params:oauth:token-type:session',
    });
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${this.issuer}/oauth/token`, { method: 'POST', body, headers });
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()).access_token;
  }
}
