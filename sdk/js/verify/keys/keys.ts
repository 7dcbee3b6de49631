/** The keys in use, and the one attempt at a time to read them again. */

import type { Clock } from "../clock.js";
import { JWKS_MAX_BYTES, REQUEST_TIMEOUT_SECONDS } from "../limits.js";
import type { Meter } from "../metrics.js";
import type { Code } from "../refusal.js";
import { type Fetch, ask } from "../request.js";
import { Schedule } from "./schedule.js";
import { type Key, type KeySet, readKeySet } from "./set.js";

export interface Keys {
  /** The key of this name, or why there is none. Waits for the network only where it must. */
  find(kid: string): Promise<Key | Code>;
  /** Throws where there never will be keys. */
  ready(): Promise<void>;
}

/** Keys that were given: nothing is fetched. */
export class PinnedKeys implements Keys {
  readonly #keys: Promise<KeySet | Error>;

  constructor(json: string, meter: Meter) {
    this.#keys = readKeySet(json).catch((why: Error) => {
      const error = new Error(`the given key set cannot be used: ${why.message}`);
      meter.warn("keys", error.message);
      return error;
    });
  }

  async find(kid: string): Promise<Key | Code> {
    const keys = await this.#keys;
    return keys instanceof Error ? "keys_unavailable" : (keys.get(kid) ?? "unknown_key");
  }

  async ready(): Promise<void> {
    const keys = await this.#keys;
    if (keys instanceof Error) throw keys;
  }
}

export class FetchedKeys implements Keys {
  readonly #url: string;
  readonly #fetch: Fetch;
  readonly #clock: Clock;
  readonly #meter: Meter;
  readonly #signal: AbortSignal;
  readonly #schedule = new Schedule();
  #keys: KeySet = new Map();
  #etag: string | null = null;
  #attempt: Promise<true> | undefined;

  constructor(issuer: string, fetch: Fetch, clock: Clock, meter: Meter, signal: AbortSignal) {
    this.#url = `${issuer}/.well-known/jwks.json`;
    [this.#fetch, this.#clock, this.#meter, this.#signal] = [fetch, clock, meter, signal];
  }

  async find(kid: string): Promise<Key | Code> {
    if (!(await this.#tend())) return "keys_unavailable";
    const known = this.#keys.get(kid);
    if (known) return known;
    const absent = this.#schedule.absent(kid, this.#now(), this.#attempt !== undefined);
    if (absent !== "ask") return absent === "unknown" ? "unknown_key" : "keys_unavailable";
    // An attempt that others had begun may have been answered before the issuer had the key: then one that begins afterwards decides.
    for (const joined of [this.#attempt !== undefined, false]) {
      if (!(await this.#read())) return "keys_unavailable";
      const found = this.#keys.get(kid);
      if (found) return found;
      if (!joined) break;
    }
    return this.#schedule.missed(kid) ? "unknown_key" : "keys_unavailable";
  }

  async ready(): Promise<void> {}

  /** Sees to it that the keys are fresh; false if there are none. */
  async #tend(): Promise<boolean> {
    let age = this.#schedule.age(this.#now());
    if (age.act === "wait" || (age.act === "none" && this.#attempt)) {
      await this.#read();
      age = this.#schedule.age(this.#now());
      if (age.act === "wait" || age.act === "none") return false;
    } else if (age.act === "refresh") {
      void this.#read();
    }
    if (age.stale) this.#meter.count("jwks_stale");
    return age.act !== "none";
  }

  /** One attempt, which all wait for that want one meanwhile; false if there were too many lately. Never throws. */
  #read(): Promise<boolean> {
    if (this.#attempt) return this.#attempt;
    const begun = this.#now();
    if (!this.#schedule.begin(begun)) return Promise.resolve(false);
    this.#attempt = this.#fetchOnce()
      .then(
        (outcome) => {
          this.#schedule.end(begun, true);
          this.#meter.count("jwks_fetch", { outcome });
          return true as const;
        },
        (why: unknown) => {
          this.#schedule.end(begun, false);
          this.#meter.count("jwks_fetch", { outcome: "failed" });
          this.#meter.warn("keys", `the issuer's keys could not be read; the last good ones stay in use: ${String(why)}`);
          return true as const;
        },
      )
      .finally(() => (this.#attempt = undefined));
    return this.#attempt;
  }

  async #fetchOnce(): Promise<"same" | "changed"> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (this.#etag !== null) headers["If-None-Match"] = this.#etag;
    const request = { fetch: this.#fetch, clock: this.#clock, url: this.#url, init: { headers } };
    const bounds = { maxBytes: JWKS_MAX_BYTES, timeoutSeconds: REQUEST_TIMEOUT_SECONDS };
    const answer = await ask({ ...request, ...bounds }, this.#signal);
    if (answer.status === 304 && this.#etag !== null) return "same";
    if (answer.status !== 200) throw new Error(`${this.#url}: the answer is ${answer.status}`);
    const before = this.#keys;
    this.#keys = await readKeySet(answer.body, before);
    this.#etag = answer.headers.get("etag");
    return this.#keys.size === before.size && [...this.#keys.values()].every((key) => before.get(key.kid) === key) ? "same" : "changed";
  }

  #now(): number {
    return this.#clock.monotonicSeconds();
  }
}
