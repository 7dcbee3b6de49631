/** Next's route handlers and middleware, and every other place where a `Request` is answered by a `Response` (Hono, workers, Deno, Bun). */

import { bearerOf } from "../bearer.js";
import type { Claims } from "../claims.js";
import { Guard } from "../guard.js";
import type { Policy } from "../policy.js";
import type { Refused } from "../refusal.js";
import type { Verifier } from "../verifier.js";

type Answer = Response | Promise<Response>;

export interface NextGuard<Extra extends object> {
  /** A route handler that runs only for those whose token holds, and is told what it says. */
  require<R extends Request, Rest extends readonly unknown[]>(
    handler: (request: R, claims: Claims<Extra>, ...rest: Rest) => Answer,
    policy?: Policy,
  ): (request: R, ...rest: Rest) => Promise<Response>;
  /** A route handler that runs for everybody, and is told what the token says, if there is one that holds. */
  attach<R extends Request, Rest extends readonly unknown[]>(
    handler: (request: R, claims: Claims<Extra> | undefined, ...rest: Rest) => Answer,
    policy?: Policy,
  ): (request: R, ...rest: Rest) => Promise<Response>;
  /** For middleware: the answer to a request that is not let through, or nothing, and it goes on. */
  refuse(policy?: Policy): (request: Request) => Promise<Response | undefined>;
}

export function guard<Extra extends object>(verifier: Verifier<Extra>): NextGuard<Extra> {
  const guard = new Guard<Request, Extra>(verifier);
  return {
    require(handler, policy = {}) {
      const requires = guard.requires(policy);
      return async (request, ...rest) => {
        const refused = await requires(request, tokenOf(request));
        return refused ? answer(refused) : handler(request, guard.claims(request), ...rest);
      };
    },
    attach(handler, policy = {}) {
      const attaches = guard.attaches(policy);
      return async (request, ...rest) => {
        await attaches(request, tokenOf(request));
        return handler(request, guard.session(request), ...rest);
      };
    },
    refuse(policy = {}) {
      const requires = guard.requires(policy);
      return async (request) => {
        const refused = await requires(request, tokenOf(request));
        return refused && answer(refused);
      };
    },
  };
}

function answer(refused: Refused): Response {
  return new Response(refused.body, { status: refused.status, headers: refused.headers });
}

function tokenOf(request: Request): string | undefined {
  const header = request.headers.get("authorization");
  return bearerOf(header === null ? [] : [header]);
}
