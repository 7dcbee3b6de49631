/** The vectors that every verifier is held to: `vectors/` of the repository. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Unreadable, readMessage } from "../verify/feed/message.js";
import { Reader } from "../verify/feed/reader.js";
import { type Policy, createVerifier } from "../verify/index.js";
import { FrozenClock } from "../verify/testing/index.js";
import { codeOf } from "./support.js";

// From build/tests.
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../../../vectors/${name}`, import.meta.url), "utf8"));

interface Vector {
  name: string;
  keys: string;
  issuer: string;
  audience: string;
  now: number;
  require?: { max_age?: number; acr_values?: string[] };
  token: string;
  verdict: string;
  claims?: Record<string, unknown>;
}

test("every token has the verdict that it has everywhere", async () => {
  const keys = read("keys.json") as Record<string, object>;
  const vectors = read("tokens.json") as Vector[];
  assert.ok(vectors.length > 0);
  for (const { name, keys: set, issuer, audience, now, require, token, verdict, claims = {}, ...others } of vectors) {
    assert.deepEqual(Object.keys(others), ["why"], `${name}: a member that is not known`);
    const verifier = createVerifier({ issuer, audience, jwks: JSON.stringify(keys[set]), clock: new FrozenClock(now) });
    const policy: Policy = {
      ...(require?.max_age === undefined ? {} : { maxAge: require.max_age }),
      ...(require?.acr_values === undefined ? {} : { acrValues: require.acr_values }),
    };
    for (const time of ["first", "second"]) {
      const said = await verifier.verify(token, policy).catch(codeOf);
      assert.equal(typeof said === "string" ? said : "valid", verdict, `${name}, the ${time} time`);
      if (typeof said === "string") continue;
      for (const [claim, value] of Object.entries(claims)) assert.deepEqual(said[claim as keyof typeof said], value, `${name}: ${claim}`);
    }
  }
});

type Subject = { sid?: string; sub: string; iat: number; kid: string };
type Text = { text: string; outcome: string } | { repeat: [string, number]; outcome: string };
type Step =
  | { begin: true }
  | { advance: number }
  | { wall: number }
  | { message: object; bytes?: number; outcome: string }
  | Text
  | { token: Subject; now: number; verdict: string }
  | { fresh: boolean }
  | { cursor: string | null }
  | { entries: number };

test("every course of the feed goes as it goes everywhere", () => {
  const courses = read("feed.json") as { name: string; app: string; steps: Step[] }[];
  assert.ok(courses.length > 0);
  for (const { name, app, steps } of courses) {
    assert.ok(steps.length > 0, name);
    const course = new Course(app);
    for (const [at, step] of steps.entries()) course.take(step, `${name}, step ${at}`);
  }
});

class Course {
  readonly #reader = new Reader();
  readonly #app: string;
  #now = 0;
  #wall = 1_764_111_600;

  constructor(app: string) {
    this.#app = app;
  }

  take(step: Step, where: string): void {
    const reader = this.#reader;
    if ("begin" in step) reader.begin(this.#now);
    else if ("advance" in step) [this.#now, this.#wall] = [this.#now + step.advance, this.#wall + step.advance];
    else if ("wall" in step) this.#wall = step.wall;
    else if ("message" in step) assert.equal(this.#read(JSON.stringify(step.message).padEnd(step.bytes ?? 0)), step.outcome, where);
    else if ("text" in step) assert.equal(this.#read(step.text), step.outcome, where);
    else if ("repeat" in step) assert.equal(this.#read(step.repeat[0].repeat(step.repeat[1])), step.outcome, where);
    else if ("token" in step) {
      const { sid, sub, iat, kid } = step.token;
      assert.equal(reader.refuses({ sid, sub, iat, kid, app: this.#app }) ? "revoked" : "valid", step.verdict, where);
    } else if ("fresh" in step) assert.equal(reader.isFresh(this.#now, 10), step.fresh, where);
    else if ("cursor" in step) assert.equal(reader.cursor, step.cursor, where);
    else if ("entries" in step) assert.equal(reader.entries(this.#wall), step.entries, where);
    else assert.fail(`${where}: a step that is not known`);
  }

  #read(text: string): string {
    try {
      return this.#reader.take(readMessage(new TextEncoder().encode(text)), this.#now, this.#wall);
    } catch (why) {
      assert.ok(why instanceof Unreadable, String(why));
      return "refused";
    }
  }
}
