/** Fastify 5, as hooks: `{ onRequest: auth.require() }`. */

import type { IncomingMessage } from "node:http";

import { authorizationOf, bearerOf } from "../bearer.js";
import type { Claims } from "../claims.js";
import { Guard } from "../guard.js";
import type { Policy } from "../policy.js";
import type { Verifier } from "../verifier.js";

/** What is used of Fastify's request. */
export interface Request {
  readonly raw: IncomingMessage;
}

/** What is used of Fastify's reply. */
export interface Reply {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}

/** A hook that has answered gives the reply back, and nothing else runs. */
export type Hook = (request: Request, reply: Reply) => Promise<unknown>;

export interface FastifyGuard<Extra extends object> {
  /** Lets only those through whose token holds; answers everybody else. */
  require(policy?: Policy): Hook;
  /** Lets everybody through. */
  attach(policy?: Policy): Hook;
  /** Who the request is from, behind `require`. */
  claims(request: Request): Claims<Extra>;
  /** Who the request is from, if that is known. */
  session(request: Request): Claims<Extra> | undefined;
}

export function guard<Extra extends object>(verifier: Verifier<Extra>): FastifyGuard<Extra> {
  const guard = new Guard<Request, Extra>(verifier);
  return {
    require(policy = {}) {
      const requires = guard.requires(policy);
      return async (request, reply) => {
        const refused = await requires(request, tokenOf(request));
        if (!refused) return undefined;
        reply.code(refused.status);
        reply.headers(refused.headers);
        reply.send(refused.body);
        return reply;
      };
    },
    attach(policy = {}) {
      const attaches = guard.attaches(policy);
      return async (request) => attaches(request, tokenOf(request));
    },
    claims: (request) => guard.claims(request),
    session: (request) => guard.session(request),
  };
}

function tokenOf(request: Request): string | undefined {
  return bearerOf(authorizationOf(request.raw.rawHeaders));
}
