/** Where keys come from, and what happens when they do not. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { type FakeIssuer, SigningKey, fakeIssuer, settled } from "../verify/testing/index.js";
import { verdict } from "./support.js";

const asks = (issuer: FakeIssuer) => issuer.asked.filter((asked) => asked.endsWith("jwks.json")).length;
const MINUTE = 60;
const HOUR = 60 * MINUTE;

test("tokens that come together make one fetch", async () => {
  const issuer = await fakeIssuer();
  const verifier = issuer.verifier();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.mint()));
  assert.deepEqual(new Set(await Promise.all(tokens.map((token) => verdict(verifier, token)))), new Set(["valid"]));
  assert.equal(asks(issuer), 1);
});

test("keys are read again in the background from 8 minutes on, and a caller waits from 10 on", async () => {
  const issuer = await fakeIssuer();
  const verifier = issuer.verifier();
  const judge = async () => verdict(verifier, await issuer.mint());
  assert.equal(await judge(), "valid");
  await issuer.clock.advance(8 * MINUTE - 1);
  assert.equal(await judge(), "valid");
  assert.equal(asks(issuer), 1);
  await issuer.clock.advance(1);
  await judge();
  await settled();
  assert.equal(asks(issuer), 2);

  const old = await issuer.mint({ exp: issuer.clock.unixSeconds() + HOUR });
  assert.equal(await verdict(verifier, old), "valid");
  await issuer.rotate({ keepOld: false });
  await issuer.clock.advance(11 * MINUTE);
  assert.equal(await verdict(verifier, old), "unknown_key", "a key that has left makes its tokens unknown, also those that were verified before");
});

test("keys that cannot be read for an hour are used meanwhile, and after a day no more", async () => {
  const issuer = await fakeIssuer();
  const counted = new Map<string, number>();
  const verifier = issuer.verifier({ metrics: (name) => counted.set(name, (counted.get(name) ?? 0) + 1) });
  const judge = async () => verdict(verifier, await issuer.mint());
  assert.equal(await judge(), "valid");
  issuer.intercept = () => Promise.reject(new Error("down"));
  for (let minute = 0; minute < 60; minute++) {
    await issuer.clock.advance(MINUTE);
    assert.equal(await judge(), "valid", `after ${minute} minutes`);
  }
  assert.ok((counted.get("jwks_stale") ?? 0) >= 50);
  assert.ok(asks(issuer) <= 62, `${asks(issuer)} fetches`);
  await issuer.clock.advance(23 * HOUR);
  assert.equal(await judge(), "keys_unavailable");
  issuer.intercept = undefined;
  await issuer.clock.advance(MINUTE);
  assert.equal(await judge(), "valid");
});

test("no keys at all is trouble, and does not last", async () => {
  const issuer = await fakeIssuer();
  const verifier = issuer.verifier();
  issuer.intercept = () => new Response("<html>", { status: 502 });
  for (let i = 0; i < 50; i++) assert.equal(await verdict(verifier, await issuer.mint()), "keys_unavailable");
  assert.equal(asks(issuer), 1);
  issuer.intercept = undefined;
  await issuer.clock.advance(6);
  assert.equal(await verdict(verifier, await issuer.mint()), "valid");
});

test("keys rotate under load without a refused token", async () => {
  const issuer = await fakeIssuer();
  const verifier = issuer.verifier();
  for (let round = 0; round < 8; round++) {
    const tokens = await Promise.all(Array.from({ length: 25 }, () => issuer.mint()));
    const verdicts = await Promise.all(tokens.map((token) => verdict(verifier, token)));
    assert.deepEqual(new Set(verdicts), new Set(["valid"]), `round ${round}`);
    await issuer.rotate();
    await issuer.clock.advance(10);
  }
  assert.equal(asks(issuer), 8, "one for each new key");
});

test("a flood of unknown keys is ten fetches a minute, and those who come with known keys notice nothing", async () => {
  const issuer = await fakeIssuer();
  const verifier = issuer.verifier();
  assert.equal(await verdict(verifier, await issuer.mint()), "valid");
  const seen = new Set<string>();
  for (let i = 0; i < 200; i++) seen.add(await verdict(verifier, await issuer.mint({}, { kid: `made up ${i}` })));
  assert.equal(asks(issuer), 10);
  // Beyond the budget nobody looked: that is trouble, as the key might be the next one of a rotation.
  assert.deepEqual(seen, new Set(["unknown_key", "keys_unavailable"]));
  assert.equal(await verdict(verifier, await issuer.mint()), "valid");
});

test("a key that was not there is asked for again after a minute, and one that could not be looked for after 30 s", async () => {
  const issuer = await fakeIssuer();
  const verifier = issuer.verifier();
  const token = await issuer.mint({}, { kid: "k9" });
  assert.equal(await verdict(verifier, token), "unknown_key");
  await issuer.clock.advance(59);
  assert.equal(await verdict(verifier, token), "unknown_key");
  assert.equal(asks(issuer), 2);
  await issuer.clock.advance(1);
  issuer.intercept = () => new Response(null, { status: 500 });
  assert.equal(await verdict(verifier, token), "keys_unavailable");
  assert.equal(asks(issuer), 3);
  await issuer.clock.advance(29);
  assert.equal(await verdict(verifier, token), "keys_unavailable");
  assert.equal(asks(issuer), 3);
  issuer.intercept = undefined;
  await issuer.clock.advance(1);
  assert.equal(await verdict(verifier, token), "unknown_key");
  assert.equal(asks(issuer), 4);
});

const endless = () => new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(1024)) });
const silent = () => new ReadableStream({});
const HOSTILE: Record<string, () => Response | Promise<Response>> = {
  "10 MB": () => new Response(" ".repeat(10_000_000)),
  "an endless body": () => new Response(endless()),
  "a body that never comes": () => new Response(silent()),
  "an answer that never comes": () => new Promise(() => {}),
  HTML: () => new Response("<html><body>Welcome to the hotel</body></html>"),
  "a redirect": () => new Response(null, { status: 302, headers: { Location: "https://evil.example/" } }),
  "a truncated body": () => new Response('{"keys":[{"kty":"EC"'),
  "no keys": () => new Response('{"keys":[]}'),
  "keys that are none": () => new Response('{"keys":{"k1":1}}'),
  "keys twice": () => new Response('{"keys":[],"keys":[]}'),
  "33 keys": () => new Response(JSON.stringify({ keys: Array.from({ length: 33 }, (_, i) => ({ kid: `k${i}` })) })),
  "304 of nothing": () => new Response(null, { status: 304 }),
};
for (const [name, answer] of Object.entries(HOSTILE)) {
  test(`keys that come as ${name} are trouble, and keep the last good ones`, async () => {
    const issuer = await fakeIssuer();
    const fresh = issuer.verifier();
    const used = issuer.verifier();
    assert.equal(await verdict(used, await issuer.mint()), "valid");
    issuer.intercept = answer;
    const judged = issuer.mint().then((token) => verdict(fresh, token));
    await issuer.clock.advance(3);
    assert.equal(await judged, "keys_unavailable");
    await issuer.clock.advance(9 * MINUTE);
    assert.equal(await verdict(used, await issuer.mint()), "valid");
    await issuer.clock.advance(3);
    await issuer.clock.advance(2 * MINUTE);
    assert.equal(await verdict(used, await issuer.mint()), "valid");
  });
}

test("keys that cannot be used are left out", async () => {
  const issuer = await fakeIssuer();
  const weak = await crypto.subtle.generateKey(
    { name: "RSASSA-PKCS1-v1_5", modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" }, true, ["sign", "verify"]);
  const { jwk } = issuer.key;
  const { n, e } = await crypto.subtle.exportKey("jwk", weak.publicKey);
  const bad = [
    null, 7, {}, { ...jwk, kid: "no-alg", alg: undefined }, { ...jwk, kid: "other-alg", alg: "ES384" }, { ...jwk, kid: "other-crv", crv: "P-384" },
    { ...jwk, kid: "enc", use: "enc" }, { kty: "RSA", kid: "weak", alg: "RS256", n, e }, { kty: "oct", kid: "oct", alg: "HS256", k: "AAAA" },
    { ...jwk, kid: "off-curve", x: "A".repeat(43) }, { ...jwk, kid: 7 },
  ];
  issuer.intercept = () => Response.json({ keys: [...bad, jwk] });
  const verifier = issuer.verifier();
  assert.equal(await verdict(verifier, await issuer.mint()), "valid");
  for (const key of bad) {
    const kid = (key as { kid?: unknown } | null)?.kid;
    if (typeof kid === "string") assert.equal(await verdict(verifier, await issuer.mint({}, { kid })), "unknown_key", kid);
  }
});

test("of two keys with one name the first counts, and use may be left out", async () => {
  const issuer = await fakeIssuer();
  const other = await SigningKey.generate("k1", "EdDSA");
  const { use: _, ...jwk } = issuer.key.jwk;
  issuer.intercept = () => Response.json({ keys: [jwk, other.jwk] });
  assert.equal(await verdict(issuer.verifier(), await issuer.mint()), "valid");
});

test("what has not changed is not sent again", async () => {
  const issuer = await fakeIssuer();
  const sent: (string | null)[] = [];
  const outcomes: string[] = [];
  issuer.intercept = (_path, init) => {
    const etag = new Headers(init.headers).get("if-none-match");
    sent.push(etag);
    return etag === '"1"' ? new Response(null, { status: 304 }) : new Response(issuer.jwks(), { headers: { ETag: '"1"' } });
  };
  const verifier = issuer.verifier({ metrics: (name, _, { outcome }) => void (name === "jwks_fetch" && outcomes.push(outcome ?? "")) });
  for (let i = 0; i < 3; i++) {
    assert.equal(await verdict(verifier, await issuer.mint()), "valid");
    await issuer.clock.advance(11 * MINUTE);
  }
  assert.deepEqual(sent, [null, '"1"', '"1"']);
  assert.deepEqual(outcomes, ["changed", "same", "same"]);
});

test("with given keys nothing is fetched", async () => {
  const issuer = await fakeIssuer();
  const verifier = issuer.verifier({ jwks: issuer.jwks() });
  assert.equal(await verdict(verifier, await issuer.mint()), "valid");
  assert.equal(await verdict(verifier, await issuer.mint({}, { kid: "k2" })), "unknown_key");
  assert.deepEqual(issuer.asked, []);
});

test("a new key that joins a fetch under way gets one of its own", async () => {
  const issuer = await fakeIssuer();
  const verifier = issuer.verifier();
  assert.equal(await verdict(verifier, await issuer.mint()), "valid");
  const before = issuer.jwks();
  let answer = () => {};
  issuer.intercept = () => new Promise((done) => (answer = () => done(new Response(before))));
  const stranger = verdict(verifier, await issuer.mint({}, { kid: "nobody" }));
  await settled();
  issuer.intercept = undefined;
  await issuer.rotate();
  const joined = verdict(verifier, await issuer.mint());
  await settled();
  answer();
  assert.deepEqual([await stranger, await joined], ["unknown_key", "valid"]);
  assert.equal(asks(issuer), 3);
});
