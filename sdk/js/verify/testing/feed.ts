/** A feed for tests: what was revoked, and the streams and polls that wait for it. */

import type { Clock } from "../clock.js";

export type Revocation =
  | { readonly sid: string }
  | { readonly kid: string }
  | { readonly sub: string; readonly iat: number }
  | { readonly app: string; readonly iat: number };

type Entry = Revocation & { readonly n: number; readonly at: number; readonly until: number };

const HEARTBEAT_SECONDS = 3;
const utf8 = new TextEncoder();

export class FakeFeed {
  readonly #clock: Clock;
  #incarnation = 0xc0ffee;
  #entries: Entry[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Says an entry, to whoever reads. */
  say(revocation: Revocation, livesSeconds: number): void {
    const at = Math.ceil(this.#clock.unixSeconds());
    this.#entries.push({ ...revocation, n: this.#entries.length + 1, at, until: at + livesSeconds });
    for (const wake of [...this.#waiting]) wake();
  }

  /** Breaks every open stream. */
  breakStreams(): void {
    for (const stream of [...this.#streams]) stream.error(new Error("the connection broke"));
    this.#streams.clear();
  }

  /** The store was restored from before everything: cursors of the old one mean nothing. */
  restore(): void {
    this.#incarnation += 1;
    this.#entries = [];
    this.breakStreams();
  }

  /** The answer to `GET ISS/revocations…`. */
  async answer(url: URL, accept: string, signal: AbortSignal | null | undefined): Promise<Response> {
    const after = url.searchParams.get("after");
    if (accept.startsWith("text/event-stream")) return this.#stream(after, signal);
    const waitSeconds = Number(url.searchParams.get("wait") ?? 0);
    if (waitSeconds > 0 && after !== null && this.#isHead(after)) await this.#next(waitSeconds);
    return Response.json(this.#message(after));
  }

  #stream(after: string | null, signal: AbortSignal | null | undefined): Response {
    let cursor = after;
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => {
        this.#streams.add(stream);
        let cancel = () => {};
        const send = () => {
          const message = this.#message(cursor);
          cursor = message.cursor;
          stream.enqueue(utf8.encode(`id: ${cursor}\ndata: ${JSON.stringify(message)}\n\n`));
          cancel();
          cancel = this.#clock.after(HEARTBEAT_SECONDS, wake);
        };
        const wake = () => (this.#streams.has(stream) ? send() : end());
        end = () => {
          cancel();
          this.#waiting.delete(wake);
          this.#streams.delete(stream);
        };
        this.#waiting.add(wake);
        signal?.addEventListener("abort", () => {
          end();
          stream.error(signal.reason);
        }, { once: true });
        send();
      },
      cancel: () => end(),
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  #next(waitSeconds: number): Promise<void> {
    return new Promise((done) => {
      const wake = () => {
        cancel();
        this.#waiting.delete(wake);
        done();
      };
      const cancel = this.#clock.after(waitSeconds, wake);
      this.#waiting.add(wake);
    });
  }

  #message(after: string | null) {
    const [incarnation, number] = after?.split("-") ?? [];
    const head = this.#cursor(this.#entries.length);
    const as_of = Math.floor(this.#clock.unixSeconds());
    const goesOn = incarnation === this.#store && Number(number) <= this.#entries.length;
    const entries = this.#entries.slice(goesOn ? Number(number) : 0);
    const reset = goesOn ? {} : { reset: after === null ? "start" : "other_store" };
    return { after: goesOn ? after : null, cursor: head, head, as_of, entries, ...reset };
  }

  #isHead(cursor: string): boolean {
    return cursor === this.#cursor(this.#entries.length);
  }

  #cursor(number: number): string {
    return `${this.#store}-${number}`;
  }

  get #store(): string {
    return this.#incarnation.toString(16).padStart(16, "0");
  }
}
