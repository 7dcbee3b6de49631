/**
 * Following the feed for as long as its verifier lives: by streams, by long polls where those do not get through, and again after a pause
 * when either fails.
 */

import { type Clock, sleep } from "../clock.js";
import {
  FEED_BACKOFF_FIRST_SECONDS, FEED_BACKOFF_MAX_SECONDS, FEED_MESSAGE_MAX_BYTES, FEED_POLLING_SECONDS, FEED_POLL_WAIT_SECONDS,
  FEED_SILENCE_SECONDS, FEED_STREAMS_BEFORE_POLLS, REQUEST_TIMEOUT_SECONDS,
} from "../limits.js";
import type { Meter } from "../metrics.js";
import { type Fetch, ask, chunksOf, linked, orAborted } from "../request.js";
import { Unreadable, readMessage } from "./message.js";
import type { Reader } from "./reader.js";
import { Events } from "./sse.js";

export interface Following {
  readonly issuer: string;
  readonly apiKey: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly reader: Reader;
  /** Called after every message that was taken. */
  readonly onMessage: () => void;
}

export class Follower {
  readonly #to: Following;
  readonly #signal: AbortSignal;
  /** Ask without a cursor: the last answer was of another store. */
  #anew = false;
  /** How many streams in a row brought no first message. */
  #silent = 0;
  #pollingUntil = -Infinity;
  #failures = 0;

  constructor(to: Following, signal: AbortSignal) {
    [this.#to, this.#signal] = [to, signal];
  }

  /** Until the signal is aborted. Never throws. */
  async run(): Promise<void> {
    const { clock, meter, reader } = this.#to;
    while (!this.#signal.aborted) {
      try {
        if (clock.monotonicSeconds() < this.#pollingUntil) await this.#poll();
        else await this.#stream();
      } catch (why) {
        if (this.#signal.aborted) return;
        meter.count("feed_reconnect");
        meter.warn("feed", `the revocation feed was lost, and is read again: ${String(why)}`);
        const lag = reader.lag(clock.monotonicSeconds());
        if (Number.isFinite(lag)) meter.gauge("feed_lag_seconds", lag);
        const most = Math.min(FEED_BACKOFF_FIRST_SECONDS * 2 ** this.#failures++, FEED_BACKOFF_MAX_SECONDS);
        await sleep(clock, Math.random() * most, this.#signal);
      }
    }
  }

  /** Reads a stream until it breaks, or what it says does not follow on what is known. Ends by throwing, always. */
  async #stream(): Promise<never> {
    const { clock, fetch, reader } = this.#to;
    const abort = linked(this.#signal);
    let [answered, brought] = [false, false];
    const silence = () => clock.after(FEED_SILENCE_SECONDS, () => abort.abort(new Error("the stream brings nothing")));
    let cancel = silence();
    try {
      reader.begin(clock.monotonicSeconds());
      const init = { headers: this.#headers("text/event-stream"), redirect: "manual", signal: abort.signal } as const;
      const response = await orAborted(fetch(this.#url(), init), abort.signal);
      if (response.status !== 200 || !response.headers.get("content-type")?.startsWith("text/event-stream")) {
        brought = true; // an answer came through: a poll would fare no better
        throw new Error(`the answer is ${response.status}, and no stream`);
      }
      answered = true;
      const events = new Events();
      for await (const chunk of chunksOf(response, abort.signal)) {
        for (const json of events.take(chunk)) {
          this.#take(json);
          [brought, this.#silent] = [true, 0];
          cancel();
          cancel = silence();
        }
      }
      throw new Error("the stream ended");
    } catch (why) {
      // A server that cannot be reached says nothing of what stands between.
      const silent = !brought && (answered || abort.signal.aborted);
      if (silent && !(why instanceof Unreadable)) this.#wasSilent();
      throw why;
    } finally {
      cancel();
      abort.abort();
    }
  }

  /** Asks once for what comes next, and waits a little where nothing did at once: not every proxy lets the server wait. */
  async #poll(): Promise<void> {
    const { clock, fetch, reader } = this.#to;
    const [begun, before] = [clock.monotonicSeconds(), reader.cursor];
    reader.begin(begun);
    const bounds = { maxBytes: FEED_MESSAGE_MAX_BYTES, timeoutSeconds: FEED_POLL_WAIT_SECONDS + REQUEST_TIMEOUT_SECONDS };
    const init = { headers: this.#headers("application/json") };
    const answer = await ask({ fetch, clock, url: this.#url(FEED_POLL_WAIT_SECONDS), init, ...bounds }, this.#signal);
    if (answer.status !== 200) throw new Error(`the answer is ${answer.status}`);
    this.#take(answer.body);
    const early = begun + FEED_POLL_WAIT_SECONDS / 2 - clock.monotonicSeconds();
    if (reader.cursor === before && early > 0) await sleep(clock, early, this.#signal);
  }

  /** Takes a message; where it does not follow on what is known, another question does. */
  #take(json: Uint8Array): void {
    const { clock, meter, reader, onMessage } = this.#to;
    const message = readMessage(json);
    const outcome = reader.take(message, clock.monotonicSeconds(), clock.unixSeconds());
    this.#anew = outcome === "foreign";
    meter.count("feed_message");
    if (outcome === "gap") throw new Unreadable("something is missing before a message");
    if (outcome === "foreign") throw new Unreadable("a message is of another store");
    this.#failures = 0;
    if (typeof message.after !== "number") meter.count("feed_reset", { reason: message.after.reset });
    onMessage();
  }

  #wasSilent(): void {
    this.#silent += 1;
    if (this.#silent < FEED_STREAMS_BEFORE_POLLS) return;
    this.#silent = 0;
    this.#pollingUntil = this.#to.clock.monotonicSeconds() + FEED_POLLING_SECONDS;
    this.#to.meter.warn("polls", "streams of the revocation feed do not get through: it is read by long polls");
  }

  #headers(accept: string): Record<string, string> {
    return { Accept: accept, Authorization: `Bearer ${this.#to.apiKey}` };
  }

  #url(waitSeconds?: number): string {
    const url = new URL(`${this.#to.issuer}/revocations`);
    const cursor = this.#anew ? null : this.#to.reader.cursor;
    if (cursor !== null) url.searchParams.set("after", cursor);
    if (waitSeconds !== undefined) url.searchParams.set("wait", String(waitSeconds));
    return url.href;
  }
}
