/** One request to the issuer: bounded in time and bytes, follows no redirect. */

import { type Clock } from "./clock.js";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Ask {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly url: string;
  readonly init?: RequestInit;
  readonly maxBytes: number;
  readonly timeoutSeconds: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** The whole answer, whatever its status. Throws on trouble: no answer, too late, too long. */
export async function ask({ fetch, clock, url, init, maxBytes, timeoutSeconds }: Ask, signal: AbortSignal): Promise<Answer> {
  const abort = linked(signal);
  const cancel = clock.after(timeoutSeconds, () => abort.abort(new Error(`no answer within ${timeoutSeconds} s`)));
  try {
    // "error" would do, but not every worker knows it; a redirect that is not followed is no 200 either.
    const asked = fetch(url, { ...init, redirect: "manual", signal: abort.signal });
    const response = await orAborted(asked, abort.signal);
    return { status: response.status, headers: response.headers, body: await readAll(response, maxBytes, abort.signal) };
  } finally {
    cancel();
    abort.abort(); // gives up what is left of a body, and the listener on `signal`
  }
}

async function readAll(response: Response, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(response, signal)) {
    length += chunk.length;
    if (length > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** A body as it comes. Ends with an error when the signal is aborted, also where a stream does not notice that by itself. */
export async function* chunksOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await orAborted(reader.read(), signal);
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** A controller that is aborted with the signal, too. */
export function linked(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  if (signal.aborted) controller.abort(signal.reason);
  else signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true, signal: controller.signal });
  return controller;
}

/** The same, or the reason of the signal, whichever comes first: not every `fetch` heeds its signal. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
