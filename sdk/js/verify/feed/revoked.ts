/** What the feed has said: whose tokens are refused, and until when that must be remembered. */

import { CLOCK_SKEW_SECONDS } from "../limits.js";
import type { Subject } from "./message.js";

/** Of a token, what entries speak of. */
export interface Bearer {
  readonly sid: string | undefined;
  readonly sub: string;
  readonly app: string;
  /** An opaque token has none. */
  readonly kid: string | undefined;
  readonly iat: number;
}

interface UpTo {
  /** Tokens issued up to this second are refused; of a session or a key, all. */
  readonly iat: number;
  readonly until: number;
}

export class Revoked {
  readonly #held = {
    sid: new Map<string, UpTo>(),
    sub: new Map<string, UpTo>(),
    app: new Map<string, UpTo>(),
    kid: new Map<string, UpTo>(),
  };

  /**
   * Remembers an entry. Two for one subject are one with the later of both moments: until the earlier `until` is over both are needed,
   * and after that no token that only the earlier one refuses is valid.
   */
  hold(subject: Subject, until: number): void {
    const held = this.#held[subject.kind];
    const iat = "iat" in subject ? subject.iat : Infinity;
    const known = held.get(subject.name);
    held.set(subject.name, known ? { iat: Math.max(iat, known.iat), until: Math.max(until, known.until) } : { iat, until });
  }

  /** Subjects are compared as text, exactly; nothing is found by a hash of the token. */
  refuses({ sid, sub, app, kid, iat }: Bearer): boolean {
    const held = this.#held;
    const names = (upTo: UpTo | undefined) => upTo !== undefined && iat <= upTo.iat;
    return (
      (sid !== undefined && held.sid.has(sid)) || names(held.sub.get(sub)) || names(held.app.get(app)) ||
      (kid !== undefined && held.kid.has(kid))
    );
  }

  /** Forgets what may be forgotten at this moment, in Unix seconds. Costs a look at everything. */
  forget(now: number): void {
    for (const held of Object.values(this.#held)) {
      for (const [name, { until }] of held) if (until + CLOCK_SKEW_SECONDS < now) held.delete(name);
    }
  }

  get size(): number {
    const { sid, sub, app, kid } = this.#held;
    return sid.size + sub.size + app.size + kid.size;
  }
}
