/** When keys are read, as a state machine that is told the time (monotonic seconds). */

import {
  JWKS_FETCHES_PER_MINUTE, JWKS_FRESH_SECONDS, JWKS_REFRESH_AFTER_SECONDS, JWKS_RETRY_SECONDS, JWKS_STALE_SECONDS,
  JWKS_UNKNOWN_KIDS_MAX, JWKS_UNKNOWN_KID_SECONDS, JWKS_FIRST_RETRY_SECONDS,
} from "../limits.js";

/** What to do before keys are used: `use` them, `refresh` them meanwhile, `wait` for an attempt, or there are `none`. */
export interface Age {
  readonly act: "use" | "refresh" | "wait" | "none";
  /** They are older than they should be. */
  readonly stale: boolean;
}

export class Schedule {
  #good: number | undefined;
  #last: { at: number; brought: boolean } | undefined;
  #recent: number[] = [];
  readonly #missed = new Map<string, { at: number; unknown: boolean }>();

  age(now: number): Age {
    const age = this.#good === undefined ? Infinity : now - this.#good;
    if (age >= JWKS_STALE_SECONDS) return { act: this.#mayRetry(now, JWKS_FIRST_RETRY_SECONDS) ? "wait" : "none", stale: false };
    if (age < JWKS_REFRESH_AFTER_SECONDS) return { act: "use", stale: false };
    const due = this.#mayRetry(now, JWKS_RETRY_SECONDS);
    if (age < JWKS_FRESH_SECONDS) return { act: due ? "refresh" : "use", stale: false };
    // Nobody came for a while: the first one waits, rather than being let in by a key that may be gone.
    if (due && this.#last?.brought) return { act: "wait", stale: true };
    return { act: due ? "refresh" : "use", stale: true };
  }

  /** What is known of a `kid` that no key has: `ask` for it, or wait for the attempt under way; or it is `unknown`, or whether it exists could not be found out. */
  absent(kid: string, now: number, underWay: boolean): "ask" | "unknown" | "unavailable" {
    const missed = this.#missed.get(kid);
    if (missed?.unknown && now - missed.at < JWKS_UNKNOWN_KID_SECONDS) return "unknown";
    if (missed && !missed.unknown && now - missed.at < JWKS_RETRY_SECONDS) return "unavailable";
    return underWay || this.#withinBudget(now) ? "ask" : "unavailable";
  }

  /** An attempt begins now, or may not. */
  begin(now: number): boolean {
    if (!this.#withinBudget(now)) return false;
    this.#recent.push(now);
    return true;
  }

  /** The attempt that began then is over. */
  end(begun: number, brought: boolean): void {
    this.#last = { at: begun, brought };
    if (brought) this.#good = begun;
  }

  /** The last attempt brought no key of this name; whether that is because there is none. */
  missed(kid: string): boolean {
    const last = this.#last ?? { at: 0, brought: false };
    if (this.#missed.size >= JWKS_UNKNOWN_KIDS_MAX) {
      for (const [name, { at }] of this.#missed) if (last.at - at >= JWKS_UNKNOWN_KID_SECONDS) this.#missed.delete(name);
    }
    if (this.#missed.size < JWKS_UNKNOWN_KIDS_MAX || this.#missed.has(kid)) {
      this.#missed.set(kid, { at: last.at, unknown: last.brought });
    }
    return last.brought;
  }

  #mayRetry(now: number, seconds: number): boolean {
    return (!this.#last || this.#last.brought || now - this.#last.at >= seconds) && this.#withinBudget(now);
  }

  #withinBudget(now: number): boolean {
    this.#recent = this.#recent.filter((at) => now - at < 60);
    return this.#recent.length < JWKS_FETCHES_PER_MINUTE;
  }
}
