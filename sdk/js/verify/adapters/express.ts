/** Express 4 and 5, and whatever else calls `(request, response, next)` with Node's requests, as Connect does. */

import type { IncomingMessage, ServerResponse } from "node:http";

import { authorizationOf, bearerOf } from "../bearer.js";
import type { Claims } from "../claims.js";
import { Guard } from "../guard.js";
import type { Policy } from "../policy.js";
import type { Verifier } from "../verifier.js";

export type Handler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

export interface ExpressGuard<Extra extends object> {
  /** Lets only those through whose token holds; answers everybody else. */
  require(policy?: Policy): Handler;
  /** Lets everybody through. */
  attach(policy?: Policy): Handler;
  /** Who the request is from, behind `require`. */
  claims(request: IncomingMessage): Claims<Extra>;
  /** Who the request is from, if that is known. */
  session(request: IncomingMessage): Claims<Extra> | undefined;
}

export function guard<Extra extends object>(verifier: Verifier<Extra>): ExpressGuard<Extra> {
  const guard = new Guard<IncomingMessage, Extra>(verifier);
  return {
    require(policy = {}) {
      const requires = guard.requires(policy);
      return (request, response, next) => {
        requires(request, tokenOf(request)).then((refused) => {
          if (!refused) return next();
          response.statusCode = refused.status;
          for (const [name, value] of Object.entries(refused.headers)) response.setHeader(name, value);
          response.end(refused.body);
        }).catch(next);
      };
    },
    attach(policy = {}) {
      const attaches = guard.attaches(policy);
      return (request, _response, next) => {
        attaches(request, tokenOf(request)).then(() => next()).catch(next);
      };
    },
    claims: (request) => guard.claims(request),
    session: (request) => guard.session(request),
  };
}

function tokenOf(request: IncomingMessage): string | undefined {
  return bearerOf(authorizationOf(request.rawHeaders));
}
