/** Introspection, and what is kept of it: opaque session tokens, and routes that ask each time. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { type FakeIssuer, fakeIssuer } from "../verify/testing/index.js";
import { verdict } from "./support.js";

const asks = (issuer: FakeIssuer) => issuer.asked.filter((asked) => asked.endsWith("introspect")).length;

test("a session token is asked about once a minute while the feed is followed, and not after its end", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  const token = issuer.openSessionToken({ plan: "pro", exp: issuer.clock.unixSeconds() + 1200 });
  for (let i = 0; i < 10; i++) {
    const claims = await verifier.verify(token);
    assert.deepEqual([claims.sub, claims["plan"], claims["active"]], ["ada", "pro", undefined]);
  }
  assert.equal(asks(issuer), 1);
  await issuer.clock.advance(59);
  assert.equal(await verdict(verifier, token), "valid");
  assert.equal(asks(issuer), 1);
  await issuer.clock.advance(1);
  assert.equal(await verdict(verifier, token), "valid");
  assert.equal(asks(issuer), 2);
  await issuer.revoke({ sid: "s_1" });
  assert.equal(await verdict(verifier, token), "revoked");
  assert.equal(verifier.remembered, 0);
  verifier.close();
});

test("a session token is asked about well before it expires, as asking keeps its session from being idle", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  for (const [left, kept] of [[100, 5], [1200, 60], [86_400, 60]] as const) {
    const token = issuer.openSessionToken({ exp: issuer.clock.unixSeconds() + left });
    const before = asks(issuer);
    for (const [pass, asked] of [[0, 1], [kept - 1, 1], [1, 2]] as const) {
      await issuer.clock.advance(pass);
      assert.equal(await verdict(verifier, token), "valid");
      assert.equal(asks(issuer) - before, asked, `${left} s left, after ${pass} s`);
    }
  }
  verifier.close();
});

test("an end by the user or the app is heard, too, and what lives on is asked about again", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  const [ada, bob] = [issuer.openSessionToken(), issuer.openSessionToken({ sub: "bob", sid: "s_2" })];
  for (const token of [ada, bob]) assert.equal(await verdict(verifier, token), "valid");
  await issuer.revoke({ sub: "ada", iat: issuer.clock.unixSeconds() });
  assert.equal(await verdict(verifier, ada), "revoked");
  assert.equal(await verdict(verifier, bob), "valid");
  assert.equal(asks(issuer), 3);
  await issuer.revoke({ app: "demo", iat: issuer.clock.unixSeconds() });
  assert.equal(await verdict(verifier, bob), "valid", "the server knows better");
  assert.equal(asks(issuer), 4);
  verifier.close();
});

test("while the feed is stale the server is asked each time, and its trouble is trouble", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  const token = issuer.openSessionToken();
  assert.equal(await verdict(verifier, token), "valid");
  issuer.intercept = (path) => (path === "/revocations" ? Promise.reject(new Error("down")) : undefined);
  issuer.feed.breakStreams();
  await issuer.clock.advance(11);
  for (let i = 0; i < 3; i++) assert.equal(await verdict(verifier, token), "valid");
  assert.equal(asks(issuer), 4);
  const troubles = [
    () => Promise.reject(new Error("down")), () => new Response(null, { status: 503 }), () => new Response(null, { status: 401 }),
    () => new Response("<html>"), () => Response.json({}), () => Response.json({ active: "true" }), () => Response.json([true]),
    () => new Response('{"active":false,"active":true}'), () => Response.json({ active: true, sub: "ada" }),
    () => new Response(" ".repeat(10_000_000)), () => Response.redirect("https://evil.example/", 307),
  ];
  for (const [at, trouble] of troubles.entries()) {
    issuer.intercept = trouble;
    assert.equal(await verdict(verifier, token), "introspection_unavailable", `trouble ${at}`);
  }
  issuer.intercept = () => new Promise(() => {});
  const judged = verdict(verifier, token);
  await issuer.clock.advance(3);
  assert.equal(await judged, "introspection_unavailable");
  verifier.close();
});

test("a session token is for its audience, until its end, and as recent as the route asks", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  const now = issuer.clock.unixSeconds();
  assert.equal(await verdict(verifier, issuer.openSessionToken({ aud: "other" })), "wrong_audience");
  assert.equal(await verdict(verifier, issuer.openSessionToken({ exp: now })), "expired");
  assert.equal(await verdict(verifier, issuer.openSessionToken({ auth_time: now - 61 }), { maxAge: 60 }), "insufficient_user_authentication");
  const short = issuer.openSessionToken({ exp: now + 5 });
  assert.equal(await verdict(verifier, short), "valid");
  await issuer.clock.advance(5);
  assert.equal(await verdict(verifier, short), "expired", "not from what is kept, either");
  verifier.close();
});

test("without an API key, and in any other form, a session token is no token", async () => {
  const issuer = await fakeIssuer();
  assert.equal(await verdict(issuer.verifier(), issuer.openSessionToken()), "malformed_token");
  const verifier = await issuer.following();
  for (const token of ["ts1_", `ts1_${"A".repeat(91)}`, `ts1_${"A".repeat(91)}=`]) assert.equal(await verdict(verifier, token), "malformed_token");
  assert.equal(asks(issuer), 0);
  verifier.close();
});

test("a route that introspects asks each time, after everything else holds", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  const policy = { revocation: "introspect" } as const;
  const token = await issuer.mint();
  for (let i = 0; i < 3; i++) assert.equal(await verdict(verifier, token, policy), "valid");
  assert.equal(asks(issuer), 3);
  assert.equal(await verdict(verifier, await issuer.mint({ aud: "other" }), policy), "wrong_audience");
  assert.equal(asks(issuer), 3);
  issuer.inactive.add(token);
  assert.equal(await verdict(verifier, token, policy), "revoked");
  assert.equal(await verdict(verifier, token, { revocation: "none" }), "valid");
  verifier.close();
});

test("when a session token began is for the server to say", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  const token = issuer.openSessionToken({ iat: issuer.clock.unixSeconds() + 60 }); // this machine's clock is a minute behind
  assert.equal(await verdict(verifier, token), "valid");
  verifier.close();
});
