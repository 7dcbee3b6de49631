/** Courses of the feed over a network that loses, repeats, delays and reorders: nothing is missed, and fresh means fresh. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { readMessage } from "../verify/feed/message.js";
import { Reader } from "../verify/feed/reader.js";

const STORE = "0000000000c0ffee";
const BOUND = 10;
/** `as_of` is in whole seconds: so much later than it was may a moment look. */
const ROUNDING = 1;

/** A number from 0 on below `below`, by a seed: a course that fails can be run again (mulberry32). */
function randomness(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * below);
  };
}

interface Said {
  at: number;
  sid: string;
}

/** What the server says at this moment, of what comes after a number. A page is short, so that a reader is not always at the head. */
function message(said: readonly Said[], after: number | null, now: number): Uint8Array {
  const from = after ?? 0;
  const page = said.slice(from, from + 5);
  const entries = page.map(({ sid }, i) => ({ n: from + i + 1, at: 1, until: 9_999_999_999, sid }));
  const cursor = (number: number) => `${STORE}-${number}`;
  const text = {
    after: after === null ? null : cursor(after), cursor: cursor(from + page.length), head: cursor(said.length),
    as_of: 1_764_111_600 + Math.floor(now), entries, ...(after === null ? { reset: "start" } : {}),
  };
  return new TextEncoder().encode(JSON.stringify(text));
}

function run(seed: number): { fresh: number; gaps: number } {
  const random = randomness(seed);
  const reader = new Reader();
  const said: Said[] = [];
  let [now, sentTo, fresh, gaps] = [0, null as number | null, 0, 0];
  let line: Uint8Array[] = [];
  const connect = () => {
    reader.begin(now);
    line = [];
    sentTo = reader.cursor === null ? null : Number(reader.cursor.split("-")[1]);
  };
  connect();
  for (let step = 0; step < 400; step++) {
    now += random(30) / 10;
    const does = random(18);
    if (does < 3) said.push({ at: now, sid: `s_${said.length}` });
    if (does === 3 && random(4) === 0) connect();
    if (does >= 4 && does < 9) {
      line.push(message(said, sentTo, now));
      sentTo = Math.min((sentTo ?? 0) + 5, said.length);
    }
    if (does === 9) line.splice(random(line.length + 1), 1); // lost
    if (does === 10 && line.length > 1) line.unshift(...line.splice(random(line.length), 1)); // out of order
    const next = does === 11 ? line[0] : does > 11 ? line.shift() : undefined; // the former comes twice
    if (next) {
      const outcome = reader.take(readMessage(next), now, 1_764_111_600 + now);
      if (outcome === "gap" || outcome === "foreign") {
        gaps += 1;
        connect();
      }
    }
    if (reader.isFresh(now, BOUND)) {
      fresh += 1;
      const missed = said.find(({ at, sid }) => at < now - BOUND - ROUNDING && !refuses(reader, sid));
      assert.equal(missed, undefined, `seed ${seed}, step ${step}: fresh at ${now}, and not heard of`);
    }
  }
  // On a line that works, everything is known in the end.
  connect();
  for (let page = 0; page <= said.length / 5; page++) {
    reader.take(readMessage(message(said, sentTo, now)), now, now);
    sentTo = Number(reader.cursor?.split("-")[1]);
  }
  assert.deepEqual(said.filter(({ sid }) => !refuses(reader, sid)), [], `seed ${seed}: missed`);
  return { fresh, gaps };
}

const refuses = (reader: Reader, sid: string) => reader.refuses({ sid, sub: "ada", app: "demo", kid: "k1", iat: 1 });

test("over two thousand courses nothing is missed, and nothing counts as fresh that is not", () => {
  let [fresh, gaps] = [0, 0];
  for (let seed = 1; seed <= 2000; seed++) {
    const course = run(seed);
    [fresh, gaps] = [fresh + course.fresh, gaps + course.gaps];
  }
  assert.ok(fresh > 10_000 && gaps > 1000, `the courses say something: ${fresh} moments were fresh, ${gaps} messages came out of turn`);
});
