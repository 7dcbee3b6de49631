/** A clock that stands still until it is told to go on. */

import type { Clock } from "../clock.js";

export class FrozenClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #timers = new Set<{ at: number; run: () => void }>();

  constructor(unixSeconds: number) {
    this.#wall = unixSeconds;
  }

  unixSeconds(): number {
    return this.#wall;
  }

  monotonicSeconds(): number {
    return this.#monotonic;
  }

  after(seconds: number, run: () => void): () => void {
    const timer = { at: this.#monotonic + seconds, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Sets the wall clock, and nothing else, as whoever administers a machine may. */
  setWall(unixSeconds: number): void {
    this.#wall = unixSeconds;
  }

  /** Lets time pass, step by step: what is due runs at its moment, and what that starts gets to run, too. */
  async advance(seconds: number): Promise<void> {
    const end = this.#monotonic + seconds;
    await settled();
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#moveTo(Math.max(due.at, this.#monotonic));
      due.run();
      await settled();
    }
    this.#moveTo(end);
    await settled();
  }

  #moveTo(moment: number): void {
    this.#wall += moment - this.#monotonic;
    this.#monotonic = moment;
  }
}

/** Lets what waits for nothing but its turn run: promises, streams, and WebCrypto, which answers from another thread. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((done) => setTimeout(done, 0));
}
