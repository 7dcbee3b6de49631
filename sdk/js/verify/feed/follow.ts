/**
 * Following the feed for as long as its verifier lives: by streams, by long polls where those do not get through, and again after a pause
 * when either fails. Or reading it when it is asked for, where nothing runs in between.
 */

import { type Clock, sleep } from "../clock.js";
import {
  FEED_BACKOFF_FIRST_SECONDS, FEED_BACKOFF_MAX_SECONDS, FEED_MESSAGE_MAX_BYTES, FEED_PAGES_AT_ONCE, FEED_POLLING_SECONDS, FEED_POLL_WAIT_SECONDS,
  FEED_SILENCE_SECONDS, FEED_SLOW_BEGINNING_SECONDS, FEED_STREAMS_BEFORE_POLLS, FEED_STREAM_TRIAL_SECONDS, REQUEST_TIMEOUT_SECONDS,
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
  /** Until when polls are made; `-Infinity` where streams get through, as far as is known. */
  #pollingUntil = -Infinity;
  #failures = 0;
  /** Messages that came since the feed was lost last. */
  #heard = 0;
  /** The reading on demand that goes on now, and when the next may begin. */
  #catchingUp: Promise<void> | undefined;
  #notBefore = -Infinity;

  constructor(to: Following, signal: AbortSignal) {
    [this.#to, this.#signal] = [to, signal];
  }

  /** Until the signal is aborted. Throws only where there are no timers. */
  async run(): Promise<void> {
    const { clock } = this.#to;
    while (!this.#signal.aborted) {
      try {
        if (clock.monotonicSeconds() < this.#pollingUntil) await this.#poll();
        else await this.#stream();
      } catch (why) {
        if (this.#signal.aborted) return;
        await sleep(clock, this.#lost(why), this.#signal);
      }
    }
  }

  /**
   * Reads what there is up to the head, once for all who ask meanwhile, and not at once after a failure; of what takes long, a part, after
   * which the next one goes on. Never throws.
   */
  catchUp(): Promise<void> {
    if (this.#signal.aborted || this.#to.clock.monotonicSeconds() < this.#notBefore) return Promise.resolve();
    this.#catchingUp ??= this.#readToHead()
      .catch((why: unknown) => void (this.#notBefore = this.#to.clock.monotonicSeconds() + this.#lost(why)))
      .finally(() => (this.#catchingUp = undefined));
    return this.#catchingUp;
  }

  async #readToHead(): Promise<void> {
    const { clock, reader } = this.#to;
    const enough = clock.monotonicSeconds() + REQUEST_TIMEOUT_SECONDS;
    for (let page = 0; page < FEED_PAGES_AT_ONCE && clock.monotonicSeconds() < enough; page++) {
      await this.#ask(0);
      if (Number.isFinite(reader.lag(clock.monotonicSeconds()))) return;
    }
  }

  /** The feed was lost; gives the seconds after which it is read again. */
  #lost(why: unknown): number {
    this.#heard = 0;
    const { clock, meter, reader } = this.#to;
    meter.count("feed_reconnect");
    meter.warn("feed", `the revocation feed was lost, and is read again: ${String(why)}`);
    const lag = reader.lag(clock.monotonicSeconds());
    if (Number.isFinite(lag)) meter.gauge("feed_lag_seconds", lag);
    return Math.random() * Math.min(FEED_BACKOFF_FIRST_SECONDS * 2 ** this.#failures++, FEED_BACKOFF_MAX_SECONDS);
  }

  /** Reads a stream until it breaks, or what it says does not follow on what is known; then throws. Comes back where it should be begun anew. */
  async #stream(): Promise<void> {
    const { clock, fetch, reader } = this.#to;
    const abort = linked(this.#signal);
    const begun = clock.monotonicSeconds();
    let [answered, brought, slow] = [false, false, false];
    const silence = (seconds: number) => clock.after(seconds, () => abort.abort(new Error("the stream brings nothing")));
    // Not for long where others kept their first message back, as nothing is read meanwhile.
    let cancel = silence(this.#pollingUntil === -Infinity ? FEED_SILENCE_SECONDS : FEED_STREAM_TRIAL_SECONDS);
    try {
      reader.begin(begun);
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
          // The server is there after all: the next beginning will be quicker, and its first message says what this one does.
          if (slow) return;
          this.#take(json);
          slow = !brought && clock.monotonicSeconds() - begun >= FEED_SLOW_BEGINNING_SECONDS;
          [brought, this.#silent, this.#pollingUntil] = [true, 0, -Infinity];
          cancel();
          cancel = silence(FEED_SILENCE_SECONDS);
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

  /** Asks for what comes next, and waits a little where nothing did at once: not every proxy lets the server wait. */
  async #poll(): Promise<void> {
    const { clock, reader } = this.#to;
    const [begun, before] = [clock.monotonicSeconds(), reader.cursor];
    await this.#ask(FEED_POLL_WAIT_SECONDS);
    const early = begun + FEED_POLL_WAIT_SECONDS / 2 - clock.monotonicSeconds();
    if (reader.cursor === before && early > 0) await sleep(clock, early, this.#signal);
  }

  async #ask(waitSeconds: number): Promise<void> {
    const { clock, fetch, reader } = this.#to;
    reader.begin(clock.monotonicSeconds());
    const bounds = { maxBytes: FEED_MESSAGE_MAX_BYTES, timeoutSeconds: waitSeconds + REQUEST_TIMEOUT_SECONDS };
    const init = { headers: this.#headers("application/json") };
    const answer = await ask({ fetch, clock, url: this.#url(waitSeconds), init, ...bounds }, this.#signal);
    if (answer.status !== 200) throw new Error(`the answer is ${answer.status}`);
    this.#take(answer.body);
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
    // One message before each end is what a server gives that drops its readers: that is no reason to come back at once.
    this.#heard += 1;
    if (this.#heard > 1) this.#failures = 0;
    if (typeof message.after !== "number") meter.count("feed_reset", { reason: message.after.reset });
    onMessage();
  }

  #wasSilent(): void {
    this.#silent += 1;
    // After a while of polls, the first is enough.
    if (this.#silent < FEED_STREAMS_BEFORE_POLLS && this.#pollingUntil === -Infinity) return;
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
