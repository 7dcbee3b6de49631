/** The vectors that every verifier is held to: `vectors/` of the repository. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

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
