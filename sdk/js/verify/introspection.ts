/** Asking the server what a token means (RFC 7662). */

import type { Clock } from "./clock.js";
import { type JsonObject, parseObject } from "./json.js";
import { INTROSPECTION_MAX_BYTES, REQUEST_TIMEOUT_SECONDS } from "./limits.js";
import { type Fetch, ask } from "./request.js";

export interface Introspection {
  readonly issuer: string;
  readonly apiKey: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** What the server says of the token; nothing where it is not active. Throws on trouble. */
export async function introspect(at: Introspection, token: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  const url = `${at.issuer}/oauth/introspect`;
  const init = {
    method: "POST",
    headers: {
      Accept: "application/json",
      Authorization: `Bearer ${at.apiKey}`,
      "Content-Type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ token }).toString(),
  };
  const bounds = { maxBytes: INTROSPECTION_MAX_BYTES, timeoutSeconds: REQUEST_TIMEOUT_SECONDS };
  const answer = await ask({ fetch: at.fetch, clock: at.clock, url, init, ...bounds }, signal);
  if (answer.status !== 200) throw new Error(`${url}: the answer is ${answer.status}`);
  const said = parseObject(answer.body);
  if (typeof said?.["active"] !== "boolean") throw new Error(`${url}: the answer is none of RFC 7662`);
  return said["active"] ? said : undefined;
}

/** A session token: a prefix, and base64url. It says nothing by itself. */
export function isSessionToken(token: string): boolean {
  return token.length === 96 && /^ts1_[A-Za-z0-9_-]+$/.test(token);
}
