/** What a reader of the feed makes of a message, and whether what it knows is fresh: a state machine that is told the time. */

import { FEED_MAX_ENTRIES, FEED_SWEEP_SECONDS } from "../limits.js";
import { type Cursor, type Message, cursorText } from "./message.js";
import { type Bearer, Revoked } from "./revoked.js";

/**
 * What became of a message: it was `applied`; the same, and it began anew (`reset`); it says nothing, and that as of now (`quiet`); it was
 * known already, and nothing of it counts (`seen`); something is missing before it (`gap`: read again after the cursor); it is of another
 * store, or nothing was read yet (`foreign`: ask without a cursor).
 */
export type Outcome = "applied" | "reset" | "quiet" | "seen" | "gap" | "foreign";

export class Reader {
  readonly #revoked = new Revoked();
  #cursor: Cursor | undefined;
  #isAtHead = false;
  /** The greatest that was seen, in Unix seconds by the server's clock. */
  #asOf = -Infinity;
  /** The monotonic moment up to which the feed is known to be complete, at the earliest. */
  #completeAt = -Infinity;
  /** The connection or request that messages come from now; its first message that counts was said after it was begun. */
  #line: { begun: number; firstAsOf: number | undefined } = { begun: 0, firstAsOf: undefined };
  #sweptAt = -Infinity;

  /** A connection or a request is begun now. What it brings was said later than this. */
  begin(now: number): void {
    this.#line = { begun: now, firstAsOf: undefined };
  }

  /** Takes a message (rules 2 to 4 of docs/reference/revocation-feed.md). `now` is monotonic, `wall` in Unix seconds. */
  take(message: Message, now: number, wall: number): Outcome {
    const outcome = this.#judge(message);
    if (outcome === "seen" || outcome === "gap" || outcome === "foreign") return outcome;
    const known = outcome === "reset" ? 0 : (this.#cursor?.number ?? 0);
    for (const { n, until, subject } of message.entries) if (n > known) this.#revoked.hold(subject, until);
    this.#cursor = message.cursor;
    this.#isAtHead = message.cursor.number === message.head;
    this.#note(message.asOf, now);
    if (now - this.#sweptAt >= FEED_SWEEP_SECONDS) {
      this.#forget(wall);
      this.#sweptAt = now;
    }
    return outcome;
  }

  refuses(bearer: Bearer): boolean {
    return this.#revoked.refuses(bearer);
  }

  /** Rules 7 and 8. */
  isFresh(now: number, boundSeconds: number): boolean {
    return this.#isAtHead && now - this.#completeAt <= boundSeconds && this.#revoked.size <= FEED_MAX_ENTRIES;
  }

  /** Seconds since the feed was known to be complete; infinite before it was read to its head. */
  lag(now: number): number {
    return this.#isAtHead ? now - this.#completeAt : Infinity;
  }

  /** Where to go on. */
  get cursor(): string | null {
    return this.#cursor ? cursorText(this.#cursor) : null;
  }

  /** How many entries are held. */
  get size(): number {
    return this.#revoked.size;
  }

  /** The same, after those that may be forgotten at this moment (Unix seconds) were. */
  entries(wall: number): number {
    this.#forget(wall);
    return this.#revoked.size;
  }

  /** Rule 6: by both clocks, as one of them may be set wrong for a while. */
  #forget(wall: number): void {
    this.#revoked.forget(Math.min(wall, this.#asOf));
  }

  #judge({ after, cursor }: Message): Outcome {
    if (typeof after !== "number") return "reset";
    const held = this.#cursor;
    if (held?.incarnation !== cursor.incarnation) return "foreign";
    if (after === held.number && cursor.number === held.number) return "quiet";
    if (cursor.number <= held.number) return "seen";
    return after > held.number ? "gap" : "applied";
  }

  /** Rule 7: only an `as_of` that grows makes anything fresher. It is never later than now, whatever the server's clock says. */
  #note(asOf: number, now: number): void {
    const first = (this.#line.firstAsOf ??= asOf);
    if (asOf <= this.#asOf) return;
    this.#asOf = asOf;
    this.#completeAt = Math.min(this.#line.begun + (asOf - first), now);
  }
}
