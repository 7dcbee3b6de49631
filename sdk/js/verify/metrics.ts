/** What is counted, and what is said in the log. */

import type { Clock } from "./clock.js";
import { LOG_EVERY_SECONDS } from "./limits.js";

export type Counter =
  | "verified" | "refused" | "cache_hit" | "jwks_fetch" | "jwks_stale"
  | "feed_message" | "feed_reset" | "feed_reconnect" | "feed_stale_allowed";
export type Gauge = "feed_lag_seconds" | "feed_entries";

/** Called with each increment of a counter (`value` is 1) and each new value of a gauge. What it throws is dropped. */
export type MetricsHook = (name: Counter | Gauge, value: number, labels: Readonly<Record<string, string>>) => void;
export type Log = (message: string) => void;

export class Meter {
  readonly #hook: MetricsHook | undefined;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #said = new Map<string, number>();

  constructor(hook: MetricsHook | undefined, log: Log, clock: Clock) {
    this.#hook = hook;
    this.#log = log;
    this.#clock = clock;
  }

  count(name: Counter, labels: Readonly<Record<string, string>> = {}): void {
    this.#tell(name, 1, labels);
  }

  gauge(name: Gauge, value: number): void {
    this.#tell(name, value, {});
  }

  /** Says a message of a kind, at most once a minute. `kind` is one of ours, so that the kinds are few. */
  warn(kind: string, message: string): void {
    const now = this.#clock.monotonicSeconds();
    const said = this.#said.get(kind);
    if (said !== undefined && now - said < LOG_EVERY_SECONDS) return;
    this.#said.set(kind, now);
    try {
      this.#log(`tenure: ${message}`);
    } catch {
      // A log that fails stops nothing.
    }
  }

  #tell(name: Counter | Gauge, value: number, labels: Readonly<Record<string, string>>): void {
    try {
      this.#hook?.(name, value, labels);
    } catch {
      // Nor does a hook.
    }
  }
}
