/** What an auth token says, and whether it may: rules 8, 10 to 14 and 16 of docs/reference/verifiers.md. */

import { type JsonObject } from "./json.js";
import { CLOCK_SKEW_SECONDS } from "./limits.js";
import type { Policy } from "./policy.js";
import type { Code } from "./refusal.js";

export interface StandardClaims {
  readonly iss: string;
  /** The user. */
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly client_id: string;
  readonly jti: string;
  /** Unix seconds. */
  readonly exp: number;
  /** Unix seconds. */
  readonly iat: number;
  /** Unix seconds. */
  readonly nbf?: number;
  /** The session; a stateless token belongs to none. */
  readonly sid?: string;
  /** When the user signed in, in Unix seconds. */
  readonly auth_time?: number;
  readonly acr?: string;
  readonly amr?: readonly string[];
}

/**
 * What a verified token says. `Extra` names the claims that your backend gives its sessions; it is believed, not looked at: their types
 * are whatever your backend put there. The object is frozen, as it may be handed out again.
 */
export type Claims<Extra extends object = { readonly [name: string]: unknown }> = StandardClaims & Readonly<Extra>;

const TYPE = /^(application\/)?(jwt|at\+jwt)$/i;

/** Rule 8. */
export function hasRightType(header: JsonObject): boolean {
  return typeof header["typ"] === "string" && TYPE.test(header["typ"]);
}

/** Rules 10 and 11: what does not change while a token is kept. */
export function shapeOf(claims: JsonObject): StandardClaims | Code {
  const { sub, client_id, jti, exp, iat, aud } = claims;
  const has = (name: string) => Object.hasOwn(claims, name);
  const shaped =
    isText(sub) && (isText(client_id) || !has("client_id")) && isText(jti) &&
    isTime(exp) && isTime(iat) && (isTime(claims["nbf"]) || !has("nbf")) &&
    (typeof aud === "string" || (Array.isArray(aud) && aud.every((one) => typeof one === "string"))) &&
    (isText(claims["sid"]) || !has("sid"));
  if (!shaped) return "malformed_claims";
  if (!has("client_id") || ["nonce", "at_hash", "c_hash"].some(has)) return "not_an_auth_token";
  return claims as unknown as StandardClaims;
}

/** Rule 12. */
export function isFor(aud: unknown, audience: string): boolean {
  return aud === audience || (Array.isArray(aud) && aud.includes(audience));
}

/** Rules 13 and 14, which time changes. `leeway` is in seconds. */
export function refusedNow(claims: Pick<StandardClaims, "exp" | "iat" | "nbf">, now: number, leeway: number): Code | undefined {
  const latest = now + CLOCK_SKEW_SECONDS;
  if (claims.iat > latest || (claims.nbf ?? 0) > latest) return "not_yet_valid";
  return isOver(claims, now, leeway) ? "expired" : undefined;
}

/** Rule 14 alone. */
export function isOver({ exp }: Pick<StandardClaims, "exp">, now: number, leeway: number): boolean {
  return !(exp + leeway > now);
}

/** Rule 16. */
export function isRecentEnough(claims: JsonObject, policy: Policy, now: number): boolean {
  const { auth_time: at, acr } = claims;
  if (policy.maxAge !== undefined && !(isTime(at) && Math.floor(now) - at <= policy.maxAge)) return false;
  return policy.acrValues === undefined || (typeof acr === "string" && policy.acrValues.includes(acr));
}

/** Beyond 2^53 - 1, readers round differently. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
