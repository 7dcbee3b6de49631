/** What tells the time, as an argument: tests bring their own. */

export interface Clock {
  /** Seconds since 1970 by the wall clock. */
  unixSeconds(): number;
  /** Seconds since some moment; never goes back. */
  monotonicSeconds(): number;
  /** Runs `run` once after that many seconds, unless the function that it gives back is called before. */
  after(seconds: number, run: () => void): () => void;
}

/** The machine's clock. Its timers keep no process alive. */
export const systemClock: Clock = {
  unixSeconds: () => Date.now() / 1000,
  monotonicSeconds: () => performance.now() / 1000,
  after(seconds, run) {
    const timer: unknown = setTimeout(run, seconds * 1000);
    if (typeof timer === "object" && timer !== null && "unref" in timer && typeof timer.unref === "function") {
      timer.unref();
    }
    return () => clearTimeout(timer as number);
  },
};

/** Waits; returns early, and never throws, when the signal is aborted. */
export function sleep(clock: Clock, seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) {
      done();
      return;
    }
    const finish = () => {
      cancel();
      signal.removeEventListener("abort", finish);
      done();
    };
    const cancel = clock.after(seconds, finish);
    signal.addEventListener("abort", finish);
  });
}
