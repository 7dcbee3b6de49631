// What a service sees of a session's life, whatever it is written in.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Server } from './server.js';
import { services } from './service.js';

/** Longer than anything here may take. */
const STUCK_MS = 30_000;
const CLIENTS = 20;

let server, all, key;

before(async () => {
  server = new Server(await mkdtemp(`${tmpdir()}/tenure-verifiers-`));
  await server.start();
  key = (await server.manage('POST', '/api-keys', { name: 'services', role: 'backend' })).api_key;
  all = await services({ TENURE_ISSUER: server.issuer, TENURE_API_KEY: key });
});

after(async () => {
  all?.forEach((service) => service.stop());
  await server.kill('SIGTERM');
  await rm(server.folder, { recursive: true });
});

/** Asks `service` until it answers with `status`; any other answer must be among `meanwhile`. Gives the answer, and how long it took. */
async function until(service, path, token, status, meanwhile = [200]) {
  const begun = performance.now();
  while (performance.now() - begun < STUCK_MS) {
    const answer = await service.ask(path, token);
    if (answer.status === status) return { answer, ms: performance.now() - begun };
    assert.ok(meanwhile.includes(answer.status), `${service.name} ${path}: ${answer.status} ${await answer.text()}`);
    await sleep(2);
  }
  assert.fail(`${service.name} ${path} never answered ${status}`);
}

/** Every service lets `token` in on both routes. */
async function letIn(token, user) {
  for (const service of all) {
    await until(service, '/sure', token, 200, [503]);
    assert.equal(await (await service.ask('/me', token)).text(), user, service.name);
  }
}

/** Every service refuses `token` as revoked, soon; says how soon. */
async function revoked(token, test) {
  const begun = performance.now();
  await Promise.all(all.map(async (service) => {
    const { answer, ms } = await until(service, '/me', token, 401);
    assert.equal((await answer.json()).code, 'revoked', service.name);
    assert.match(answer.headers.get('www-authenticate'), /^Bearer error="invalid_token"/, service.name);
    test.diagnostic(`${service.name}: ${ms.toFixed(1)} ms`);
  }));
  assert.ok(performance.now() - begun < STUCK_MS);
}

test('RV-9 an ended session is refused before its auth token expires', async (t) => {
  const client = await server.open('ann');
  await letIn(client.auth, 'ann');
  await server.manage('DELETE', `/sessions/${client.sid}`);
  await revoked(client.auth, t);
});

test('signing keys are rotated under load, and nobody is refused', async (t) => {
  await server.manage('PUT', '/session-settings', { publish_lead: 0 });
  const clients = await Promise.all(Array.from({ length: CLIENTS }, (_, n) => server.open(`user-${n}`)));
  for (const client of clients) await letIn(client.auth, client.user);
  const [answers, signedBy] = [{}, new Set()];
  let stop = false;
  const load = clients.map(async (client) => {
    while (!stop) {
      await server.refresh(client);
      signedBy.add(JSON.parse(Buffer.from(client.auth.split('.')[0], 'base64url')).kid);
      for (const service of all) {
        const { status } = await service.ask('/me', client.auth);
        answers[`${service.name} ${status}`] = (answers[`${service.name} ${status}`] ?? 0) + 1;
      }
    }
  });
  for (let rotation = 0; rotation < 3; rotation++) {
    await sleep(1000);
    await server.manage('POST', '/signing-keys', {});
  }
  await sleep(1000);
  stop = true;
  await Promise.all(load);
  t.diagnostic(JSON.stringify(answers));
  assert.equal(signedBy.size, 4);
  assert.deepEqual(Object.keys(answers).sort(), ['JavaScript 200', 'Python 200', 'Rust 200']);
});

test('a signing key that somebody else has is refused at once, its successor is not', async (t) => {
  const [before, client] = await Promise.all([server.open('eve'), server.open('bob')]);
  await letIn(before.auth, 'eve');
  const { kid } = JSON.parse(Buffer.from(before.auth.split('.')[0], 'base64url'));
  await server.manage('POST', `/signing-keys/${kid}/retire`, { compromised: true });
  await revoked(before.auth, t);
  await server.refresh(client);
  await letIn(client.auth, 'bob');
});

test('an opaque session token is let in until its session ends, and is in no file', async (t) => {
  const client = await server.open('cat');
  const opaque = await server.exchange(client.auth, key);
  await letIn(opaque, 'cat');
  await server.manage('DELETE', `/sessions/${client.sid}`);
  await revoked(opaque, t);
  const secret = opaque.split('_').at(-1);
  const files = await readdir(`${server.folder}/data`, { recursive: true, withFileTypes: true });
  for (const file of files.filter((file) => file.isFile())) {
    const bytes = await readFile(`${file.parentPath ?? file.path}/${file.name}`);
    assert.ok(!bytes.includes(secret), file.name);
  }
});

test('while the server is gone nobody is signed out, and careful routes say so', async (t) => {
  const [client, other] = await Promise.all([server.open('dan'), server.open('dora')]);
  await letIn(client.auth, 'dan');
  await letIn(other.auth, 'dora');
  await server.kill();
  for (const service of all) {
    const { answer } = await until(service, '/sure', client.auth, 503);
    assert.ok(Number(answer.headers.get('retry-after')) > 0, service.name);
    assert.equal((await answer.json()).code, 'feed_stale', service.name);
    assert.equal((await service.ask('/me', client.auth)).status, 200, service.name);
  }
  await server.start();
  await server.manage('DELETE', `/sessions/${other.sid}`);
  for (const service of all) {
    await until(service, '/sure', client.auth, 200, [503]);
    const answer = await service.ask('/sure', other.auth);
    assert.equal(answer.status, 401, `${service.name} is fresh again and knows what happened meanwhile`);
  }
  await revoked(other.auth, t);
});
