/** Server-sent events, of which only the data counts, out of bytes that come in any pieces. */

import { FEED_MESSAGE_MAX_BYTES } from "../limits.js";
import { Unreadable } from "./message.js";

const LF = 10;
const CR = 13;
const PREFIX = "data:";

export class Events {
  #line = new Pieces();
  #data: Uint8Array[] = [];
  #dataLength = 0;
  #endsWithCr = false;

  /** The data of each event that is whole by these bytes. Throws `Unreadable` on one that is longer than a message may be. */
  *take(bytes: Uint8Array): Generator<Uint8Array> {
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte !== LF && byte !== CR) continue;
      // The line feed of a carriage return that came before it ends nothing.
      const isSecondHalf = byte === LF && at === from && (at === 0 ? this.#endsWithCr : bytes[at - 1] === CR);
      if (!isSecondHalf) {
        this.#line.add(bytes.subarray(from, at));
        const event = this.#endOfLine();
        if (event) yield event;
      }
      from = at + 1;
    }
    if (bytes.length > 0) this.#endsWithCr = bytes.at(-1) === CR;
    this.#line.add(bytes.subarray(from));
    this.#bound(this.#line.length);
  }

  #endOfLine(): Uint8Array | undefined {
    const line = this.#line.take();
    if (line.length === 0) {
      const event = join(this.#data);
      this.#data = [];
      this.#dataLength = 0;
      return event.length > 0 ? event : undefined;
    }
    if (![...PREFIX].every((char, i) => line[i] === char.charCodeAt(0))) return undefined;
    if (this.#data.length > 0) this.#data.push(Uint8Array.of(LF));
    const value = line.subarray(line[PREFIX.length] === 32 ? PREFIX.length + 1 : PREFIX.length);
    this.#data.push(value);
    this.#bound(value.length);
    this.#dataLength += value.length + 1;
    return undefined;
  }

  #bound(more: number): void {
    if (this.#dataLength + more > FEED_MESSAGE_MAX_BYTES + 64) throw new Unreadable("it is too long");
  }
}

/** A line that has not ended. Its pieces are joined once: a byte at a time would cost a copy of all for each. */
class Pieces {
  #pieces: Uint8Array[] = [];
  length = 0;

  add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece.slice());
    this.length += piece.length;
  }

  take(): Uint8Array {
    const whole = join(this.#pieces);
    this.#pieces = [];
    this.length = 0;
    return whole;
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
