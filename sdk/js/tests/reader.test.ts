/** What a reader of the feed makes of each message (rules 2 to 4, 6 and 7 of docs/reference/revocation-feed.md). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { readMessage } from "../verify/feed/message.js";
import { type Outcome, Reader } from "../verify/feed/reader.js";

const [OURS, OTHER] = ["0000000000c0ffee", "0000000000decaf0"];
const BEGUN = 1_764_111_600;

interface Says {
  store?: string;
  after: number | null;
  cursor: number;
  head?: number;
  asOf?: number;
  entries?: object[];
}

function said({ store = OURS, after, cursor, head = cursor, asOf = BEGUN, entries = [] }: Says) {
  const text = (number: number) => `${store}-${number}`;
  const listed = entries.map((entry) => ({ at: BEGUN, until: BEGUN + 100, ...entry }));
  const reset = after === null ? { reset: "start" } : {};
  const message = { after: after === null ? null : text(after), cursor: text(cursor), head: text(head), as_of: asOf, entries: listed, ...reset };
  return readMessage(new TextEncoder().encode(JSON.stringify(message)));
}

/** A reader that holds s_3 and stands at 5, known to be complete at the monotonic moment 100. */
function standing(): Reader {
  const reader = new Reader();
  reader.begin(100);
  assert.equal(reader.take(said({ after: null, cursor: 5, entries: [{ n: 3, sid: "s_3" }] }), 101, BEGUN), "reset");
  return reader;
}

const refuses = (reader: Reader, sid: string) => reader.refuses({ sid, sub: "ada", app: "demo", kid: "k1", iat: 1 });

const TABLE: readonly [string, Says, Outcome, string][] = [
  ["goes on", { after: 5, cursor: 7, entries: [{ n: 7, sid: "s_new" }] }, "applied", `${OURS}-7`],
  ["overlaps", { after: 2, cursor: 7, entries: [{ n: 3, sid: "s_3" }, { n: 6, sid: "s_new" }] }, "applied", `${OURS}-7`],
  ["says nothing", { after: 5, cursor: 5 }, "quiet", `${OURS}-5`],
  ["was seen", { after: 2, cursor: 4, entries: [{ n: 4, sid: "s_new" }] }, "seen", `${OURS}-5`],
  ["was seen up to here", { after: 4, cursor: 5, entries: [{ n: 5, sid: "s_new" }] }, "seen", `${OURS}-5`],
  ["lacks something before it", { after: 6, cursor: 7, entries: [{ n: 7, sid: "s_new" }] }, "gap", `${OURS}-5`],
  ["is of another store", { store: OTHER, after: 5, cursor: 6, entries: [{ n: 6, sid: "s_new" }] }, "foreign", `${OURS}-5`],
  ["begins anew, of another store", { store: OTHER, after: null, cursor: 1, entries: [{ n: 1, sid: "s_new" }] }, "reset", `${OTHER}-1`],
];
for (const [name, says, outcome, cursor] of TABLE) {
  test(`a message that ${name}: ${outcome}`, () => {
    const reader = standing();
    assert.equal(reader.take(said({ ...says, asOf: BEGUN + 4 }), 105, BEGUN + 4), outcome);
    assert.equal(reader.cursor, cursor);
    assert.equal(refuses(reader, "s_new"), outcome === "applied" || outcome === "reset");
    assert.ok(refuses(reader, "s_3"), "what was held is kept");
    assert.equal(reader.lag(105), ["seen", "gap", "foreign"].includes(outcome) ? 5 : 1);
  });
}

test("before anything was read every message but a beginning is foreign, and nothing is fresh", () => {
  const reader = new Reader();
  reader.begin(0);
  assert.equal(reader.take(said({ after: 0, cursor: 0 }), 0, BEGUN), "foreign");
  assert.equal(reader.isFresh(0, 10), false);
});

test("a beginning in several messages is fresh with the last of them, though all are of one second", () => {
  const reader = new Reader();
  reader.begin(0);
  reader.take(said({ after: null, cursor: 5, head: 9 }), 0, BEGUN);
  assert.equal(reader.isFresh(0, 10), false);
  reader.take(said({ after: 5, cursor: 9 }), 0, BEGUN);
  assert.equal(reader.isFresh(0, 10), true);
  assert.equal(reader.isFresh(10, 10), true);
  assert.equal(reader.isFresh(10.1, 10), false);
});

test("a server's clock that leaps ahead makes nothing fresher than now, and one that stands still makes nothing fresh", () => {
  const reader = standing();
  reader.take(said({ after: 5, cursor: 5, asOf: BEGUN + 3600 }), 103, BEGUN);
  assert.equal(reader.lag(110), 7);
  reader.begin(111);
  reader.take(said({ after: 5, cursor: 5, asOf: BEGUN + 3600 }), 112, BEGUN);
  assert.equal(reader.lag(112), 9);
});

test("on a new line the first message counts from when it was begun", () => {
  const reader = standing();
  reader.begin(150);
  reader.take(said({ after: 5, cursor: 5, asOf: BEGUN + 60 }), 158, BEGUN);
  assert.equal(reader.lag(158), 8);
});

test("an entry is forgotten 30 s after its until, and one that is said again is kept for the longer", () => {
  const reader = standing();
  reader.take(said({ after: 5, cursor: 7, entries: [{ n: 6, sub: "ada", iat: 5 }, { n: 7, sub: "ada", iat: 3, until: BEGUN + 200 }] }), 101, BEGUN);
  assert.equal(reader.entries(BEGUN + 9000), 2, "not by the verifier's clock alone");
  reader.take(said({ after: 7, cursor: 7, asOf: BEGUN + 9000 }), 101, BEGUN);
  assert.equal(reader.entries(BEGUN + 130), 2);
  assert.equal(reader.entries(BEGUN + 131), 1);
  assert.ok(reader.refuses({ sid: undefined, sub: "ada", app: "demo", kid: "k1", iat: 5 }));
  assert.equal(reader.entries(BEGUN + 230), 1);
  assert.equal(reader.entries(BEGUN + 231), 0);
});

test("above a million entries a reader is not fresh", () => {
  const reader = new Reader();
  reader.begin(0);
  const cursor = (number: number) => ({ incarnation: OURS, number });
  const subject = (n: number) => ({ kind: "sid", name: `s_${n}` }) as const;
  for (let from = 0; from <= 1_000_000; from += 1000) {
    const [first, count] = [from + 1, from === 1_000_000 ? 1 : 1000];
    const entries = Array.from({ length: count }, (_, i) => ({ n: first + i, until: 9_999_999_999, subject: subject(first + i) }));
    const to = from + count;
    const after = from === 0 ? ({ reset: "start" } as const) : from;
    if (from === 1_000_000) assert.equal(reader.isFresh(0, 10), true);
    reader.take({ after, cursor: cursor(to), head: to, asOf: BEGUN, entries }, 0, BEGUN);
  }
  assert.equal(reader.size, 1_000_001);
  assert.equal(reader.isFresh(0, 10), false);
});

test("a first message that makes nothing fresher is when the stream began all the same", () => {
  const reader = standing();
  reader.begin(110);
  assert.equal(reader.take(said({ after: 5, cursor: 5 }), 110, BEGUN + 60), "quiet", "the server stands still");
  assert.equal(reader.lag(110), 10);
  assert.equal(reader.take(said({ after: 5, cursor: 5, asOf: BEGUN + 60 }), 170, BEGUN + 70), "quiet");
  assert.equal(reader.lag(170), 0, "60 s later than 110, at the earliest");
});
