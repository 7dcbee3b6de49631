/** The feed: what is revoked is refused, and what is known is said to be fresh only while it is. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { type FakeIssuer, fakeIssuer, settled } from "../verify/testing/index.js";
import { verdict } from "./support.js";

const DENY = { onStale: "deny" } as const;
const isFeed = (path: string) => path === "/revocations";

/** Says what a message says, as an event. */
const event = (message: unknown) => `data: ${typeof message === "string" ? message : JSON.stringify(message)}\n\n`;
const stream = (text: string | Uint8Array) =>
  new Response(new ReadableStream({ start: (body) => body.enqueue(typeof text === "string" ? new TextEncoder().encode(text) : text) }), {
    headers: { "Content-Type": "text/event-stream" },
  });

test("an entry refuses the tokens that it names, and no others", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  const now = issuer.clock.unixSeconds();
  const judge = async (claims: object) => verdict(verifier, await issuer.mint({ ...claims }), DENY);
  await issuer.revoke({ sid: "s_1" });
  assert.equal(await judge({ sid: "s_1", iat: now + 30 }), "revoked");
  assert.equal(await judge({ sid: "s_2" }), "valid");
  await issuer.revoke({ sub: "bob", iat: now });
  assert.equal(await judge({ sid: "s_3", sub: "bob" }), "revoked");
  assert.equal(await judge({ sid: "s_3", sub: "bob", iat: now + 1 }), "valid");
  assert.equal(await judge({ sid: undefined, sub: "bob" }), "revoked");
  await issuer.revoke({ app: "demo", iat: now - 10 });
  assert.equal(await judge({ sid: "s_3", iat: now - 10 }), "revoked");
  assert.equal(await judge({ sid: "s_3", iat: now - 9 }), "valid");
  const old = await issuer.mint({ sid: "s_4" });
  assert.equal(await verdict(verifier, old), "valid");
  await issuer.rotate();
  await issuer.revoke({ kid: "k1" });
  assert.equal(await verdict(verifier, old), "revoked", "also where it was verified before");
  assert.equal(await judge({ sid: "s_4" }), "valid");
});

test("a route that denies says 503 until the feed was read, one that allows counts and says so once a minute", async () => {
  const issuer = await fakeIssuer();
  issuer.intercept = (path) => (isFeed(path) ? new Response(null, { status: 503 }) : undefined);
  const [log, counted]: [string[], string[]] = [[], []];
  const verifier = issuer.verifier({ apiKey: issuer.apiKey, log: (line) => log.push(line), metrics: (name) => counted.push(name) });
  assert.equal(await verdict(verifier, await issuer.mint(), DENY), "feed_stale");
  for (let i = 0; i < 5; i++) assert.equal(await verdict(verifier, await issuer.mint()), "valid");
  assert.equal(counted.filter((name) => name === "feed_stale_allowed").length, 5);
  assert.equal(log.filter((line) => line.includes("is stale")).length, 1);
  issuer.intercept = undefined;
  await issuer.clock.advance(11);
  assert.equal(await verdict(verifier, await issuer.mint(), DENY), "valid");
  verifier.close();
});

test("a quiet feed stays fresh", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  for (let i = 0; i < 30; i++) {
    await issuer.clock.advance(2);
    assert.equal(await verdict(verifier, await issuer.mint(), { ...DENY, staleAfter: 4 }), "valid");
  }
  assert.equal(issuer.asked.filter((asked) => asked.includes("revocations")).length, 1);
  verifier.close();
});

test("cut off for a minute: what was known counts, it is stale after 10 s, and nothing is missed", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  await issuer.revoke({ sid: "s_before" });
  issuer.intercept = (path) => (isFeed(path) ? Promise.reject(new Error("no route to host")) : undefined);
  issuer.feed.breakStreams();
  await issuer.clock.advance(9);
  assert.equal(await verdict(verifier, await issuer.mint(), DENY), "valid");
  await issuer.revoke({ sid: "s_during" });
  await issuer.clock.advance(51);
  const judge = async (sid: string) => [await verdict(verifier, await issuer.mint({ sid }), DENY), await verdict(verifier, await issuer.mint({ sid }))];
  assert.deepEqual(await judge("s_other"), ["feed_stale", "valid"]);
  assert.deepEqual(await judge("s_before"), ["revoked", "revoked"]);
  issuer.intercept = undefined;
  await issuer.clock.advance(11);
  assert.deepEqual(await judge("s_other"), ["valid", "valid"]);
  assert.deepEqual(await judge("s_during"), ["revoked", "revoked"]);
  verifier.close();
});

test("a stream that was slow to begin is begun anew, so that what it says does not look old for as long as it lasts", async () => {
  const issuer = await fakeIssuer();
  let slow = 1;
  issuer.intercept = (path) => (isFeed(path) && slow-- > 0 ? new Promise((done) => void issuer.clock.after(6, () => done(undefined))) : undefined);
  const verifier = issuer.verifier({ apiKey: issuer.apiKey });
  await issuer.clock.advance(6);
  await verifier.ready();
  await issuer.clock.advance(4);
  for (let i = 0; i < 20; i++) {
    assert.equal(await verdict(verifier, await issuer.mint(), { ...DENY, staleAfter: 4 }), "valid");
    await issuer.clock.advance(1);
  }
  assert.equal(issuer.asked.filter((asked) => asked.includes("revocations")).length, 2);
  verifier.close();
});

test("a stream that says nothing more is given up, and read again after its cursor", async () => {
  const issuer = await fakeIssuer();
  const urls: string[] = [];
  const verifier = await issuer.following({ fetch: (url, init) => (urls.push(url), issuer.fetch(url, init)) });
  await issuer.revoke({ sid: "s_1" });
  issuer.feed.breakStreams();
  await issuer.clock.advance(1);
  const [first, second] = urls.filter((url) => url.includes("revocations"));
  assert.equal(first, `${issuer.issuer}/revocations`);
  assert.equal(second, `${issuer.issuer}/revocations?after=0000000000c0ffee-1`);
  verifier.close();
});

test("where streams do not get through, polls do, and keep it fresh", async () => {
  const issuer = await fakeIssuer();
  issuer.intercept = (path, init) => (isFeed(path) && isStream(init) ? new Promise(() => {}) : undefined);
  const verifier = issuer.verifier({ apiKey: issuer.apiKey });
  await issuer.clock.advance(60);
  await verifier.ready();
  for (let i = 0; i < 10; i++) {
    assert.equal(await verdict(verifier, await issuer.mint(), DENY), "valid");
    await issuer.clock.advance(2);
  }
  await issuer.revoke({ sid: "s_1" });
  assert.equal(await verdict(verifier, await issuer.mint(), DENY), "revoked");
  assert.equal(issuer.asked.filter((asked) => asked.includes("revocations")).length < 40, true);
  verifier.close();
});

test("after a while of polls one silent stream is enough to go on with them, and the feed stays fresh", async () => {
  const issuer = await fakeIssuer();
  issuer.intercept = (path, init) => (isFeed(path) && isStream(init) ? new Promise(() => {}) : undefined);
  const verifier = issuer.verifier({ apiKey: issuer.apiKey });
  await issuer.clock.advance(60);
  await verifier.ready();
  for (let i = 0; i < 700; i++) {
    await issuer.clock.advance(1);
    assert.equal(await verdict(verifier, await issuer.mint(), DENY), "valid", `after ${i} s`);
  }
  verifier.close();
});

test("a server that drops its readers after one message is not asked again at once each time", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  const quiet = { after: `${at}-0`, cursor: `${at}-0`, head: `${at}-0`, as_of: issuer.clock.unixSeconds(), entries: [] };
  issuer.intercept = (path) => (isFeed(path) ? new Response(event(quiet), { headers: { "Content-Type": "text/event-stream" } }) : undefined);
  issuer.feed.breakStreams();
  const before = issuer.asked.length;
  await issuer.clock.advance(60);
  assert.ok(issuer.asked.length - before < 60, `${issuer.asked.length - before} times in a minute`);
  verifier.close();
});

test("polls that are answered at once are made no oftener for that", async () => {
  const issuer = await fakeIssuer();
  const verifier = issuer.verifier({
    apiKey: issuer.apiKey,
    fetch: async (url, init) => {
      if (isStream(init)) return new Promise(() => {});
      return issuer.fetch(url.replace(/wait=[0-9]+/, "wait=0"), init);
    },
  });
  await issuer.clock.advance(60);
  await verifier.ready();
  const before = issuer.asked.length;
  await issuer.clock.advance(30);
  assert.ok(issuer.asked.length - before <= 21, `${issuer.asked.length - before} polls in 30 s`);
  assert.equal(await verdict(verifier, await issuer.mint(), DENY), "valid");
  verifier.close();
});

test("read on demand, it is asked for when a route needs it and what is known is too old", async () => {
  const issuer = await fakeIssuer();
  const verifier = issuer.verifier({ apiKey: issuer.apiKey, feed: "on_demand" });
  await verifier.ready();
  const asks = () => issuer.asked.filter((asked) => asked.includes("revocations")).length;
  await issuer.revoke({ sid: "s_early" });
  await issuer.clock.advance(60);
  assert.equal(await verdict(verifier, await issuer.mint(), { revocation: "none" }), "valid");
  assert.equal(asks(), 0);
  const tokens = await Promise.all(Array.from({ length: 10 }, () => issuer.mint({ sid: "s_2" })));
  assert.deepEqual(new Set(await Promise.all(tokens.map((token) => verdict(verifier, token, DENY)))), new Set(["valid"]));
  assert.equal(asks(), 1, "once for all who come together");
  assert.equal(await verdict(verifier, await issuer.mint({ sid: "s_early" })), "revoked");
  await issuer.revoke({ sid: "s_1" });
  await issuer.clock.advance(10);
  assert.equal(await verdict(verifier, await issuer.mint(), DENY), "valid", "known to be so ten seconds ago");
  assert.equal(asks(), 1);
  assert.equal(await verdict(verifier, await issuer.mint(), { ...DENY, staleAfter: 5 }), "revoked", "a stricter route asks");
  assert.equal(asks(), 2);
  issuer.intercept = (path) => (isFeed(path) ? Promise.reject(new Error("down")) : undefined);
  await issuer.clock.advance(11);
  for (let i = 0; i < 20; i++) {
    assert.equal(await verdict(verifier, await issuer.mint({ sid: "s_2" }), DENY), "feed_stale");
    assert.equal(await verdict(verifier, await issuer.mint({ sid: "s_2" })), "valid");
  }
  assert.ok(asks() <= 4, `${asks() - 2} attempts at one moment`);
  issuer.intercept = undefined;
  await issuer.clock.advance(11);
  assert.equal(await verdict(verifier, await issuer.mint({ sid: "s_2" }), DENY), "valid");
  verifier.close();
  await issuer.clock.advance(11);
  assert.equal(await verdict(verifier, await issuer.mint({ sid: "s_2" }), DENY), "feed_stale", "nothing is asked after close");
});

test("read on demand from a slow server, nobody waits for all of it", async () => {
  const issuer = await fakeIssuer();
  let page = 0;
  const slowly = () => new Promise<Response>((done) => void issuer.clock.after(2, () => done(Response.json(next()))));
  const next = () => {
    page += 1;
    const [after, reset] = page === 1 ? [null, { reset: "start" }] : [`${at}-${page - 1}`, {}];
    return { after, cursor: `${at}-${page}`, head: `${at}-90`, as_of: Math.floor(issuer.clock.unixSeconds()), entries: [], ...reset };
  };
  issuer.intercept = (path) => (isFeed(path) ? slowly() : undefined);
  const verifier = issuer.verifier({ apiKey: issuer.apiKey, feed: "on_demand" });
  const judged = issuer.mint().then((token) => verdict(verifier, token, DENY));
  await issuer.clock.advance(6);
  assert.equal(await Promise.race([judged, settled().then(() => "waits")]), "feed_stale");
  const read = page;
  void verdict(verifier, await issuer.mint(), DENY);
  await issuer.clock.advance(6);
  assert.ok(page > read, "and the next one goes on from there");
  verifier.close();
});

test("a restored store is read anew, and what was held is kept", async () => {
  const issuer = await fakeIssuer();
  const resets: string[] = [];
  const verifier = await issuer.following({ metrics: (name, _, { reason }) => void (name === "feed_reset" && resets.push(reason ?? "")) });
  await issuer.revoke({ sid: "s_1" });
  issuer.feed.restore();
  await issuer.clock.advance(3);
  await issuer.revoke({ sid: "s_2" });
  assert.equal(await verdict(verifier, await issuer.mint({ sid: "s_1" }), DENY), "revoked");
  assert.equal(await verdict(verifier, await issuer.mint({ sid: "s_2" }), DENY), "revoked");
  assert.deepEqual(resets, ["start", "other_store"]);
  verifier.close();
});

const at = "0000000000c0ffee";
const good = { after: `${at}-0`, cursor: `${at}-1`, head: `${at}-1`, as_of: 1_764_111_600, entries: [{ n: 1, at: 1, until: 9_999_999_999, sid: "s_1" }] };
const entry = (extra: object) => ({ ...good, entries: [{ n: 1, at: 1, until: 9_999_999_999, ...extra }] });
const HOSTILE: Record<string, unknown> = {
  "no JSON": "<html>",
  "a list": [good],
  "a member twice": JSON.stringify(good).replace("{", '{"after":null,'),
  "no cursor": { ...good, cursor: undefined },
  "a cursor that is none": { ...good, cursor: `${at}-x` },
  "a head of another store": { ...good, head: `${at.replace("c", "d")}-1` },
  "a head before its cursor": { ...good, head: `${at}-0` },
  "a beginning after its end": { ...good, after: `${at}-2` },
  "as_of as text": { ...good, as_of: "1" },
  "entries that are none": { ...good, entries: {} },
  "an entry without a subject": entry({}),
  "an entry with two": entry({ sid: "s_1", kid: "k1" }),
  "a user without iat": entry({ sub: "ada" }),
  "a subject that is a number": entry({ sid: 1 }),
  "an entry out of bounds": entry({ n: 2, sid: "s_1" }),
  "entries out of order": { ...good, cursor: `${at}-3`, head: `${at}-3`, entries: [{ ...good.entries[0], n: 2 }, { ...good.entries[0], n: 1 }] },
  "an entry twice": { ...good, entries: [good.entries[0], good.entries[0]] },
  "reset where it is none": { ...good, reset: "start" },
  "no reset where it is one": { ...good, after: null },
  "too much": " ".repeat(1024 * 1024 + 100),
  "something missing before it": { ...good, after: `${at}-5`, cursor: `${at}-6`, head: `${at}-6`, entries: [] },
};
for (const [name, message] of Object.entries(HOSTILE)) {
  test(`a message with ${name} changes nothing, and the feed is read again`, async () => {
    const issuer = await fakeIssuer();
    const reconnects: string[] = [];
    const verifier = await issuer.following({ metrics: (name) => void (name === "feed_reconnect" && reconnects.push(name)) });
    await forced(issuer, event(message) + event(good));
    assert.equal(await verdict(verifier, await issuer.mint()), "valid", "what comes after it on the same stream does not count");
    assert.ok(reconnects.length > 1);
    issuer.intercept = undefined;
    await issuer.clock.advance(11);
    assert.equal(await verdict(verifier, await issuer.mint(), DENY), "valid");
    verifier.close();
  });
}

test("the good one of these does count", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  await forced(issuer, event(good));
  assert.equal(await verdict(verifier, await issuer.mint()), "revoked");
  verifier.close();
});

test("replayed messages make nothing fresher, and nothing undone", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  await issuer.revoke({ sid: "s_1" });
  const quiet = { after: `${at}-1`, cursor: `${at}-1`, head: `${at}-1`, as_of: issuer.clock.unixSeconds(), entries: [] };
  issuer.intercept = (path) => (isFeed(path) ? stream(event({ ...good, entries: [] }) + event(quiet)) : undefined);
  issuer.feed.breakStreams();
  await issuer.clock.advance(20);
  assert.equal(await verdict(verifier, await issuer.mint({ sid: "s_2" }), DENY), "feed_stale");
  assert.equal(await verdict(verifier, await issuer.mint({ sid: "s_1" }), DENY), "revoked");
  verifier.close();
});

test("events are read whatever pieces they come in", async () => {
  const { Events } = await import("../verify/feed/sse.js");
  const text = new TextEncoder().encode(`: hello\r\nid: 1\r\ndata: {"a":\r\ndata:"ä"}\r\n\r\nretry: 5\ndata: 2\n\n\n\ndata: 3\r\rdata: lost`);
  for (let size = 1; size <= text.length; size++) {
    const events = new Events();
    const found: string[] = [];
    for (let at = 0; at < text.length; at += size) {
      for (const data of events.take(text.subarray(at, at + size))) found.push(new TextDecoder().decode(data));
    }
    assert.deepEqual(found, ['{"a":\n"ä"}', "2", "3"], `pieces of ${size}`);
  }
});

test("an endless line is given up", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  let pulled = 0;
  issuer.intercept = (path) => {
    if (!isFeed(path)) return undefined;
    const body = new ReadableStream({ pull: (stream) => (pulled++, stream.enqueue(new Uint8Array(64 * 1024).fill(97))) });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
  issuer.feed.breakStreams();
  await issuer.clock.advance(0.25);
  assert.ok(pulled > 0 && pulled < 100, `${pulled} pieces of 64 KiB`);
  verifier.close();
});

test("where nothing may begin outside of a request, that is said, and nothing worse happens", async () => {
  const issuer = await fakeIssuer();
  const log: string[] = [];
  const clock = { unixSeconds: () => issuer.clock.unixSeconds(), monotonicSeconds: () => 0, after: () => { throw new Error("disallowed"); } };
  const verifier = issuer.verifier({ apiKey: issuer.apiKey, clock, log: (line) => log.push(line), jwks: issuer.jwks() });
  assert.equal(await verdict(verifier, await issuer.mint()), "valid");
  assert.ok(log.some((line) => line.includes('cannot be followed here, say feed: "on_demand"')), log.join());
});

test("a closed verifier asks for nothing more, and still knows its keys", async () => {
  const issuer = await fakeIssuer();
  const verifier = await issuer.following();
  const token = await issuer.mint();
  assert.equal(await verdict(verifier, token), "valid");
  verifier.close();
  const asked = issuer.asked.length;
  await issuer.clock.advance(60);
  assert.equal(issuer.asked.length, asked);
  assert.equal(await verdict(verifier, token), "valid");
  assert.equal(await verdict(verifier, token, DENY), "feed_stale");
});

function isStream(init: RequestInit): boolean {
  return new Headers(init.headers).get("accept") === "text/event-stream";
}

/** Breaks the stream, and lets every next one say this. */
async function forced(issuer: FakeIssuer, text: string): Promise<void> {
  issuer.intercept = (path) => (isFeed(path) ? stream(text) : undefined);
  issuer.feed.breakStreams();
  await issuer.clock.advance(2);
}
