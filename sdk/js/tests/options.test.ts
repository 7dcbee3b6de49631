/** Setting up: by code and by the environment, with a clear word where that cannot work. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import * as core from "../verify/index.js";
import { createVerifier, fromEnv } from "../verify/node.js";
import { fakeIssuer } from "../verify/testing/index.js";
import { verdict } from "./support.js";

const issuer = "https://sessions.example/v1/apps/demo";

test("an environment is enough, or says what is wrong", () => {
  fromEnv({ TENURE_ISSUER: issuer }).close();
  const wrong: [Record<string, string>, RegExp][] = [
    [{}, /TENURE_ISSUER is not set/],
    [{ TENURE_ISSUER: "" }, /TENURE_ISSUER is empty/],
    [{ TENURE_ISSUER: "demo" }, /no URL/],
    [{ TENURE_ISSUER: "http://sessions.example/v1/apps/demo" }, /https:/],
    [{ TENURE_ISSUER: "ftp://localhost/v1/apps/demo" }, /https:/],
    [{ TENURE_ISSUER: `${issuer}/` }, /name of an app/],
    [{ TENURE_ISSUER: `${issuer}?x` }, /nothing after it/],
    [{ TENURE_ISSUER: "https://me@sessions.example/v1/apps/demo" }, /name of an app/],
    [{ TENURE_ISSUER: issuer, TENURE_API_KEY: "" }, /TENURE_API_KEY is empty/],
    [{ TENURE_ISSUER: issuer, TENURE_API_KEY: "tk_1\r\nX: y" }, /no API key/],
    [{ TENURE_ISSUER: issuer, TENURE_AUDIENCE: "" }, /TENURE_AUDIENCE is empty/],
    [{ TENURE_ISSUER: issuer, TENURE_JWKS_FILE: "/nowhere/keys.json" }, /nowhere.keys\.json, cannot be read/],
  ];
  for (const [env, says] of wrong) {
    assert.throws(() => fromEnv(env), (why: Error) => why instanceof TypeError && says.test(why.message) && !why.message.includes("tk_1"));
  }
  assert.throws(() => createVerifier({ issuer, leeway: 31 }), /0 to 30/);
  assert.throws(() => createVerifier({ issuer, feed: "never" as "background" }), /background or on_demand/);
  assert.throws(() => core.fromEnv({ TENURE_ISSUER: issuer, TENURE_JWKS_FILE: "x" }), /no file system/);
});

test("plain http is for this machine alone", () => {
  for (const host of ["localhost", "127.0.0.1", "[::1]"]) fromEnv({ TENURE_ISSUER: `http://${host}:7400/v1/apps/demo` }).close();
});

test("keys come from a file, and one that has none is trouble", async (t) => {
  const fake = await fakeIssuer({ now: Math.floor(Date.now() / 1000) });
  const dir = mkdtempSync(join(tmpdir(), "keys-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "keys.json");
  writeFileSync(file, fake.jwks());
  const env = { TENURE_ISSUER: fake.issuer, TENURE_JWKS_FILE: file };
  assert.equal(await verdict(fromEnv(env), await fake.mint()), "valid");
  assert.equal(await verdict(fromEnv({ ...env, TENURE_AUDIENCE: "other" }), await fake.mint()), "wrong_audience");
  const log: string[] = [];
  const broken = createVerifier({ issuer: fake.issuer, jwks: "<html>", log: (line) => log.push(line) });
  await assert.rejects(broken.ready(), /key set cannot be used: it is no JSON/);
  assert.equal(await verdict(broken, await fake.mint()), "keys_unavailable");
  assert.deepEqual(log, ["tenure: the given key set cannot be used: it is no JSON with keys"]);
});

test("leeway lets a token live on, for that long", async () => {
  const fake = await fakeIssuer();
  const verifier = fake.verifier({ leeway: 10 });
  const token = await fake.mint();
  await fake.clock.advance(309);
  assert.equal(await verdict(verifier, token), "valid");
  await fake.clock.advance(1);
  assert.equal(await verdict(verifier, token), "expired");
});

test("neither a hook nor a log that throws stops anything", async () => {
  const fake = await fakeIssuer();
  const fails = () => {
    throw new Error("no");
  };
  const verifier = fake.verifier({ apiKey: "tk_wrong", metrics: fails, log: fails });
  assert.equal(await verdict(verifier, await fake.mint()), "valid");
  await fake.clock.advance(5);
  verifier.close();
});

test("metrics say what happened, by the names that every verifier has", async () => {
  const fake = await fakeIssuer();
  const seen: string[] = [];
  const verifier = await fake.following({ metrics: (name, value, labels) => seen.push([name, value, ...Object.values(labels)].join(" ")) });
  const token = await fake.mint();
  for (let i = 0; i < 2; i++) await verdict(verifier, token);
  await fake.revoke({ sid: "s_1" });
  await verdict(verifier, token);
  assert.deepEqual(seen, [
    "feed_message 1", "feed_reset 1 start", "feed_lag_seconds 0", "feed_entries 0",
    "jwks_fetch 1 changed", "verified 1", "cache_hit 1", "verified 1",
    "feed_message 1", "feed_lag_seconds 0", "feed_entries 1", "cache_hit 1", "refused 1 revoked",
  ]);
  verifier.close();
});

test("no more than 10,000 tokens are remembered, the oldest first out", async () => {
  const { Tokens } = await import("../verify/tokens.js");
  const tokens = new Tokens<number>();
  for (let i = 0; i < 10_001; i++) tokens.remember(`t${i}`, i);
  assert.equal(tokens.size, 10_000);
  assert.deepEqual([tokens.find("t0"), tokens.find("t1"), tokens.find("t10000")], [undefined, 1, 10_000]);
});

test("the core imports nothing but itself, so that it runs where there is no Node", () => {
  const all = readdirSync(new URL("../verify/", import.meta.url), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  const imports = (file: string) =>
    [...readFileSync(new URL(`../verify/${file}`, import.meta.url), "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(([, from]) => from ?? "");
  assert.ok(all.length > 25);
  assert.ok(imports("node.js").includes("node:fs"), "imports are found at all");
  for (const file of all.filter((file) => file !== "node.js")) {
    for (const from of imports(file)) assert.match(from, /^\.\.?\//, file);
  }
});
