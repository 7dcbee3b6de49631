/** What the adapters share: who a request is from is kept beside it, not on it. */

import type { Claims } from "./claims.js";
import type { Policy } from "./policy.js";
import { Refused } from "./refusal.js";
import type { Verifier } from "./verifier.js";

export class Guard<Request extends object, Extra extends object> {
  readonly #verifier: Verifier<Extra>;
  /** Keyed by the request itself, so that no other middleware can put claims there, and none are kept longer than it. */
  readonly #claims = new WeakMap<Request, Claims<Extra>>();

  constructor(verifier: Verifier<Extra>) {
    this.#verifier = verifier;
  }

  /** For a route that needs a user. Throws where the policy is none. */
  requires(policy: Policy): (request: Request, token: string | undefined) => Promise<Refused | undefined> {
    this.#verifier.checkPolicy(policy);
    return async (request, token) => {
      this.#claims.delete(request); // what a laxer route before let in is not let in here
      try {
        this.#claims.set(request, await this.#verifier.verify(token, policy));
        return undefined;
      } catch (why) {
        if (why instanceof Refused) return why;
        throw why;
      }
    };
  }

  /** For a route that has something for everybody. A request without a token that holds goes on without claims. */
  attaches(policy: Policy): (request: Request, token: string | undefined) => Promise<void> {
    const requires = this.requires(policy);
    return async (request, token) => {
      if (token !== undefined) await requires(request, token);
    };
  }

  /** What the token of this request says; nothing where none was found to hold. */
  session(request: Request): Claims<Extra> | undefined {
    return this.#claims.get(request);
  }

  /** The same behind `require`. Throws where there is none: a bug of the route, not of the request. */
  claims(request: Request): Claims<Extra> {
    const claims = this.#claims.get(request);
    if (!claims) throw new Error("no claims: put require() before this route, or use session() where a user is optional");
    return claims;
  }
}
