// Drives an example as a browser would, against a real server: node drive.mjs <port> <command> [argument…]
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';

const { issuer, api_key: apiKey } = JSON.parse(process.env.TENURE_READY);
const [port, command, ...args] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}`;

/** A browser that is at the example's own pages: it keeps the cookie that it is given, as it is given. */
class Browser {
  cookie;

  async ask(method, path, form, site = 'same-origin') {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { 'sec-fetch-site': site, ...(this.cookie && { cookie: this.cookie }) },
      body: form && new URLSearchParams(form),
    });
    for (const line of response.headers.getSetCookie()) {
      assert.match(line, /^__Host-session=/);
      for (const word of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) {
        assert.ok(line.toLowerCase().includes(word.toLowerCase()), `${line} is without ${word}`);
      }
      const value = line.slice(0, line.indexOf(';'));
      this.cookie = /=ts1_/.test(value) ? value : undefined;
    }
    return { status: response.status, text: await response.text() };
  }

  async signIn(password = 'correct horse', user = 'ann') {
    return (await this.ask('POST', '/sign-in', { user, password })).status;
  }

  async me() {
    return (await this.ask('GET', '/me')).status;
  }
}

async function signedIn() {
  const browser = new Browser();
  assert.equal(await browser.signIn(), 303);
  assert.equal(await browser.me(), 200);
  return browser;
}

async function manage(method, path) {
  const response = await fetch(issuer + path, { method, headers: { authorization: `Bearer ${apiKey}` } });
  assert.ok(response.ok, `${method} ${path} answers ${response.status}`);
  return response.json().catch(() => undefined);
}

/** Waits until the browser is refused; fails after a second. */
async function refusedWithinASecond(browser) {
  const began = performance.now();
  while ((await browser.me()) !== 401) {
    assert.ok(performance.now() - began < 1000, 'it is still let in after a second');
    await new Promise((done) => setTimeout(done, 10));
  }
}

const example = spawn(command, args, {
  env: { ...process.env, PORT: port, TENURE_ISSUER: issuer, TENURE_API_KEY: apiKey },
  stdio: ['ignore', 'inherit', 'inherit'],
});

test('the example', async (t) => {
  t.after(() => example.kill());
  for (let tries = 0; !(await fetch(url).then((r) => r.ok, () => false)); tries++) {
    assert.ok(example.exitCode === null && tries < 300, 'it did not start');
    await new Promise((done) => setTimeout(done, 100));
  }

  await t.test('a stranger is not let in, nor with a wrong password or an unknown name', async () => {
    const stranger = new Browser();
    assert.equal(await stranger.me(), 401);
    assert.equal(await stranger.signIn('wrong'), 401);
    assert.equal(await stranger.signIn('correct horse', 'bob'), 401);
    assert.equal(await stranger.me(), 401);
    stranger.cookie = '__Host-session=ts1_made-up';
    assert.equal(await stranger.me(), 401);
  });

  await t.test('a user is let in, and told who they are', async () => {
    const browser = await signedIn();
    assert.deepEqual(JSON.parse((await browser.ask('GET', '/me')).text), { user: 'ann' });
    assert.match((await browser.ask('GET', '/')).text, /sign-out-everywhere/);
  });

  await t.test('a form of another site signs nobody in or out', async () => {
    const browser = await signedIn();
    assert.equal((await browser.ask('POST', '/sign-out', {}, 'cross-site')).status, 403);
    assert.equal((await new Browser().ask('POST', '/sign-in', { user: 'ann', password: 'correct horse' }, 'cross-site')).status, 403);
    assert.equal(await browser.me(), 200);
  });

  await t.test('who signs out is out, and the token is good for nothing', async () => {
    const browser = await signedIn();
    const other = await signedIn();
    const kept = browser.cookie;
    assert.equal((await browser.ask('POST', '/sign-out', {})).status, 303);
    assert.equal(browser.cookie, undefined);
    browser.cookie = kept;
    await refusedWithinASecond(browser);
    assert.equal(await other.me(), 200, 'another session of the user goes on');
  });

  await t.test('who signs in again has one session, not two', async () => {
    const browser = await signedIn();
    const before = Object.assign(new Browser(), { cookie: browser.cookie });
    assert.equal(await browser.signIn(), 303);
    await refusedWithinASecond(before);
    assert.equal(await browser.me(), 200);
  });

  await t.test('a session that is ended elsewhere is refused within a second', async () => {
    const browser = await signedIn();
    const { sessions } = await manage('GET', '/sessions?user_id=ann&status=live');
    await Promise.all(sessions.map(({ session_id: id }) => manage('DELETE', `/sessions/${id}`)));
    await refusedWithinASecond(browser);
  });

  await t.test('signing out everywhere ends every session of the user', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    assert.equal((await one.ask('POST', '/sign-out-everywhere', {})).status, 303);
    await refusedWithinASecond(other);
    assert.equal(await (await signedIn()).me(), 200, 'and signing in again is possible');
  });
});
