/** What the README says to type works: each of its programs is run as a program of its own, against an issuer over HTTP. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

import { type FakeIssuer, fakeIssuer } from "../verify/testing/index.js";

// From build/tests. The programs lie inside the package, so that its name leads to itself.
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const folder = new URL("../readme/", import.meta.url);

const SERVED: Record<string, string> = {
  Express: `
app.listen(0, "127.0.0.1", function () { console.log(this.address().port); });`,
  Fastify: `
await app.listen({ host: "127.0.0.1", port: 0 });
console.log(app.server.address().port);`,
  Next: `
import { createServer } from "node:http";
createServer(async (incoming, outgoing) => {
  const answer = await GET(new Request("http://localhost/me", { headers: incoming.headers }));
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`,
};

for (const [stack, served] of Object.entries(SERVED)) {
  test(`the lines for ${stack} let in who may, and not after the session has ended`, async (t) => {
    const issuer = await overHttp(t);
    const program = start(t, stack, codeOf(stack) + served, { TENURE_ISSUER: issuer.issuer, TENURE_API_KEY: issuer.apiKey });
    const port = await program.line;
    const get = async (token?: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}/me`, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } });
      return [answer.status, answer.status === 200 ? await answer.text() : ((await answer.json()) as { code: string }).code];
    };
    const token = await issuer.mint();
    assert.deepEqual(await get(token), [200, "Hello, ada"]);
    assert.deepEqual(await get(), [401, "missing_token"]);
    await issuer.revoke({ sid: "s_1" });
    const deadline = Date.now() + 2000;
    while ((await get(token))[1] !== "revoked") assert.ok(Date.now() < deadline, "an end is heard of within two seconds");
  });
}

test("the lines for tests of an app do what they say, and end by themselves", async (t) => {
  const say = "await verifier.verify(token).catch((why) => console.log(why.code));\n";
  const [before = "", after = ""] = codeOf("Tests of your app").split("await issuer.clock");
  const program = start(t, "tests", `${before}${say}await issuer.clock${after}${say}`, {});
  assert.deepEqual([await program.ended, await program.output], [0, "revoked\nexpired\n"]);
});

test("a verifier without a feed keeps no process alive, nor does one that is closed", async (t) => {
  const issuer = await overHttp(t);
  const env = { TENURE_ISSUER: issuer.issuer, TENURE_API_KEY: issuer.apiKey, TOKEN: await issuer.mint() };
  const head = 'import { fromEnv } from "@tenure/js/verify";\n';
  const judge = "console.log((await verifier.verify(process.env.TOKEN)).sub);\n";
  const without = start(t, "without", `${head}const verifier = fromEnv({ TENURE_ISSUER: process.env.TENURE_ISSUER });\n${judge}`, env);
  assert.deepEqual([await without.line, await without.ended], ["ada", 0]);
  const closed = start(t, "closed", `${head}const verifier = fromEnv();\nawait verifier.ready();\n${judge}verifier.close();\n`, env);
  assert.deepEqual([await closed.line, await closed.ended], ["ada", 0]);
});

/** The first program below this heading. */
function codeOf(heading: string): string {
  const code = readme.split(`## ${heading}\n`)[1]?.split("```js\n")[1]?.split("```")[0];
  assert.ok(code, heading);
  return code;
}

function start(t: TestContext, name: string, code: string, env: Record<string, string>) {
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${name}.mjs`, folder);
  writeFileSync(file, code);
  const child = spawn(process.execPath, [fileURLToPath(file)], { env: { PATH: process.env["PATH"], ...env }, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const ended = new Promise<number | null>((done) => child.on("exit", done));
  const output = new Promise<string>((done) => {
    let all = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (all += text)).on("end", () => done(all));
  });
  const line = new Promise<string>((done, fail) => {
    child.stdout.once("data", (text: string) => done(text.trim()));
    void output.then(() => fail(new Error(`${name} ended and said nothing`)));
  });
  line.catch(() => {}); // not everybody waits for it
  return { line, output, ended };
}

/** An issuer that answers on this machine. */
async function overHttp(t: TestContext): Promise<FakeIssuer> {
  let issuer: FakeIssuer | undefined;
  const server = createServer(async (incoming, outgoing) => {
    assert.ok(issuer);
    const gone = new AbortController();
    outgoing.on("close", () => gone.abort());
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const method = incoming.method ?? "GET";
    const body = method === "GET" ? {} : { body: Buffer.concat(chunks).toString() };
    const headers = incoming.headers as Record<string, string>;
    const answer = await issuer.fetch(new URL(incoming.url ?? "", issuer.issuer).href, { method, headers, signal: gone.signal, ...body });
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    try {
      for await (const piece of answer.body ?? []) outgoing.write(piece);
    } catch {
      // the reader went away
    }
    outgoing.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => (server.close(), server.closeAllConnections()));
  const { port } = server.address() as AddressInfo;
  issuer = await fakeIssuer({ issuer: `http://127.0.0.1:${port}/v1/apps/demo`, now: Math.floor(Date.now() / 1000) });
  return issuer;
}
