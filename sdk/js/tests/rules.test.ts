/** The rules for a token, each by a token that breaks only that one. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Code, CODES, Refused } from "../verify/index.js";
import { type FakeIssuer, SigningKey, fakeIssuer } from "../verify/testing/index.js";
import { verdict } from "./support.js";

const issuer = await fakeIssuer();
const now = issuer.clock.unixSeconds();

test("a token that holds says who it is from", async () => {
  for (const alg of ["ES256", "EdDSA", "RS256"] as const) {
    const signs = await fakeIssuer({ alg });
    const claims = await signs.verifier().verify(await signs.mint({ plan: "pro" }));
    assert.equal(claims.sub, "ada");
    assert.equal(claims["plan"], "pro");
    assert.throws(() => Object.assign(claims, { sub: "eve" }), TypeError);
  }
});

const header = (extra: object) => (issuer: FakeIssuer) => issuer.mint({}, extra as Record<string, unknown>);
const claims = (extra: object) => (issuer: FakeIssuer) => issuer.mint(extra as Record<string, unknown>);

const CASES: readonly [string, Code | "valid", (issuer: FakeIssuer) => string | Promise<string>][] = [
  ["nothing", "missing_token", () => ""],
  ["8 KiB and more", "too_large", async (i) => (await i.mint()) + "A".repeat(8192)],
  ["not three parts", "malformed_token", () => "a.b"],
  ["four parts", "malformed_token", async (i) => `${await i.mint()}.e30`],
  ["an empty signature", "malformed_token", async (i) => (await i.mint()).replace(/[^.]*$/, "")],
  ["padding", "malformed_token", async (i) => `${await i.mint()}=`],
  ["a signature's unused bits set", "malformed_token", async (i) => loosened(await i.mint())],
  ["a header that is a list", "malformed_token", (i) => i.sign("[]", {})],
  ["a payload that is no JSON", "malformed_token", (i) => i.sign({ alg: "ES256", kid: "k1" }, "{")],
  ["a member twice", "malformed_token", (i) => i.sign({ alg: "ES256", kid: "k1" }, '{"sub":"a","sub":"b"}')],
  ["a member twice, escaped", "malformed_token", (i) => i.sign({ alg: "ES256", kid: "k1" }, '{"sub":"a","s\\u0075b":"b"}')],
  ["a member twice, deep down", "malformed_token", (i) => i.sign({ alg: "ES256", kid: "k1" }, '{"a":[{"b":1,"b":2}]}')],
  ["nested 17 deep", "malformed_token", (i) => i.sign({ alg: "ES256", kid: "k1" }, `{"a":${"[".repeat(16)}${"]".repeat(16)}}`)],
  ["nested 16 deep", "valid", (i) => i.mint({ a: JSON.parse(`${"[".repeat(15)}${"]".repeat(15)}`) })],
  ["half a surrogate pair", "malformed_token", (i) => i.sign({ alg: "ES256", kid: "k1" }, '{"sub":"\\ud800"}')],
  ["a number beyond all", "malformed_token", (i) => i.sign({ alg: "ES256", kid: "k1" }, '{"exp":1e999}')],
  ["a byte-order mark", "malformed_token", (i) => i.sign({ alg: "ES256", kid: "k1" }, "\ufeff{}")],
  ["no kid", "malformed_token", header({ kid: undefined })],
  ["a kid with a line feed", "malformed_token", header({ kid: "k\n1" })],
  ["a kid of 129 bytes", "malformed_token", header({ kid: "é".repeat(64) + "x" })],
  ["a key in the header", "unsupported_header", header({ jwk: {} })],
  ["a critical extension", "unsupported_header", header({ crit: [] })],
  ["another issuer", "wrong_issuer", claims({ iss: `${issuer.issuer}/` })],
  ["an unknown key", "unknown_key", header({ kid: "k9" })],
  ["no algorithm", "wrong_algorithm", header({ alg: "none" })],
  ["an HMAC", "wrong_algorithm", header({ alg: "HS256" })],
  ["a status list", "wrong_type", header({ typ: "statuslist+jwt" })],
  ["no type", "wrong_type", header({ typ: undefined })],
  ["a type with its tree", "valid", header({ typ: "application/AT+JWT" })],
  ["another one's signature", "bad_signature", async (i) => (await i.mint()).replace(/[^.]*$/, (await i.mint()).split(".")[2] ?? "")],
  ["a signature of 63 bytes", "bad_signature", async (i) => (await i.mint()).replace(/[^.]*$/, "A".repeat(84))],
  ["another's key under this name", "bad_signature", forged],
  ["no sub", "malformed_claims", claims({ sub: undefined })],
  ["an empty jti", "malformed_claims", claims({ jti: "" })],
  ["exp as text", "malformed_claims", claims({ exp: String(now + 60) })],
  ["nbf as null", "malformed_claims", claims({ nbf: null })],
  ["an audience that is a number", "malformed_claims", claims({ aud: ["demo", 1] })],
  ["exp below 0", "malformed_claims", claims({ exp: -1 })],
  ["exp beyond what all readers read alike", "malformed_claims", claims({ exp: 2 ** 53 })],
  ["an empty sid", "malformed_claims", claims({ sid: "" })],
  ["sid as a number", "malformed_claims", claims({ sid: 1 })],
  ["client_id as a number", "malformed_claims", claims({ client_id: 1 })],
  ["no client_id", "not_an_auth_token", claims({ client_id: undefined })],
  ["a nonce", "not_an_auth_token", claims({ nonce: null })],
  ["another audience", "wrong_audience", claims({ aud: ["other"] })],
  ["one audience of several", "valid", claims({ aud: ["other", "demo"] })],
  ["iat 31 s ahead", "not_yet_valid", claims({ iat: now + 31 })],
  ["iat 30 s ahead", "valid", claims({ iat: now + 30 })],
  ["nbf 31 s ahead", "not_yet_valid", claims({ nbf: now + 31 })],
  ["exp now", "expired", claims({ exp: now })],
  ["exp in a second", "valid", claims({ exp: now + 1 })],
];

for (const [name, code, make] of CASES) {
  test(`${name}: ${code}`, async () => {
    const verifier = issuer.verifier();
    const token = await make(issuer);
    assert.equal(await verdict(verifier, token), code);
    assert.equal(await verdict(verifier, token), code, "the second time");
    assert.equal(verifier.remembered, code === "valid" ? 1 : 0);
  });
}

test("a route that asks for a recent or strong sign-in gets one", async () => {
  const verifier = issuer.verifier();
  const policy = { maxAge: 300, acrValues: ["urn:mfa", "urn:key"] };
  assert.equal(await verdict(verifier, await issuer.mint({ auth_time: now - 300, acr: "urn:key" }), policy), "valid");
  for (const claims of [{ auth_time: now - 301, acr: "urn:key" }, { auth_time: undefined, acr: "urn:key" }, { auth_time: -1, acr: "urn:key" }, { auth_time: now, acr: "pwd" }, { acr: undefined }]) {
    assert.equal(await verdict(verifier, await issuer.mint(claims), policy), "insufficient_user_authentication");
  }
});

test("time is looked at anew for a token that was verified before", async () => {
  const moving = await fakeIssuer();
  const verifier = moving.verifier();
  const token = await moving.mint();
  assert.equal(await verdict(verifier, token), "valid");
  await moving.clock.advance(299);
  assert.equal(await verdict(verifier, token), "valid");
  await moving.clock.advance(1);
  assert.equal(await verdict(verifier, token), "expired");
});

test("every code has its answer", () => {
  for (const code of CODES) {
    const refused = new Refused(code, { maxAge: 60, acrValues: ["urn:mfa"] });
    const trouble = ["keys_unavailable", "feed_stale", "introspection_unavailable"].includes(code);
    const { status, headers } = refused;
    assert.equal(status, trouble ? 503 : 401);
    assert.equal(headers["Cache-Control"], "no-store");
    assert.equal(headers["Retry-After"], trouble ? "2" : undefined);
    const body = JSON.parse(refused.body) as Record<string, unknown>;
    assert.deepEqual(Object.keys(body), ["code", "error", "hint", "refreshable"]);
    assert.equal(body["refreshable"], ["expired", "unknown_key", "revoked"].includes(code));
    assert.match(String(body["hint"]), new RegExp(`verifier-errors\\.md#${code}$`));
    const error = code === "insufficient_user_authentication" ? code : "invalid_token";
    const wanted = trouble ? undefined : code === "missing_token" ? "Bearer" : `Bearer error="${error}", error_description="${body["error"]}"`;
    const more = code === "insufficient_user_authentication" ? ', max_age="60", acr_values="urn:mfa"' : "";
    assert.equal(headers["WWW-Authenticate"], wanted && wanted + more);
  }
});

async function forged(issuer: FakeIssuer): Promise<string> {
  const eve = await SigningKey.generate("k1", "ES256");
  const [head = "", payload = ""] = (await issuer.mint()).split(".");
  const text = (part: string) => Buffer.from(part, "base64url").toString();
  return eve.sign(text(head), text(payload));
}

/** The same bytes, said in another way: the last character of 64 bytes carries four bits that mean nothing. */
function loosened(token: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.slice(-1)) | 1];
}
