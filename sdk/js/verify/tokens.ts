/** Tokens that were verified a short while ago. */

import { CACHE_MAX_TOKENS } from "./limits.js";

/**
 * At most 10,000, the oldest first out. A `Map` by the token's whole text: engines hash strings with a seed of their own that nobody
 * outside knows, and compare them in full, so that nobody can make tokens that meet in one bucket or stand in for one another.
 * Only tokens that hold are put in: hostile ones are remembered nowhere.
 */
export class Tokens<T> {
  readonly #kept = new Map<string, T>();

  find(token: string): T | undefined {
    return this.#kept.get(token);
  }

  remember(token: string, value: T): void {
    this.#kept.delete(token);
    this.#kept.set(token, value);
    if (this.#kept.size <= CACHE_MAX_TOKENS) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  forget(token: string): void {
    this.#kept.delete(token);
  }

  get size(): number {
    return this.#kept.size;
  }
}

/** Claims are handed out more than once: nobody may change what the next request sees. */
export function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) frozen(member);
    Object.freeze(value);
  }
  return value;
}
