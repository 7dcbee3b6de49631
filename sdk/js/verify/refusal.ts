/** Why a token is refused, or could not be judged, and what a caller is answered. */

import { RETRY_AFTER_SECONDS } from "./limits.js";
import type { Policy } from "./policy.js";

const DOCS = "https://github.com/tenure-rs/tenure/blob/main/docs/reference/verifier-errors.md#";

interface Reason {
  readonly error: string;
  readonly hint: string;
  /** Whether a client should refresh its auth token and try once more. */
  readonly refreshable?: true;
  /** Not the token's fault: 503. */
  readonly trouble?: true;
}

const FORM = "Send the auth token as it was given out.";
const OTHER = "Send the auth token of this app, and no other kind of token.";
const WAIT = "Try again in a moment; the token is not to blame.";
const RENEW = "Refresh, and send the new auth token.";

const REASONS = {
  missing_token: { error: "there is no token", hint: "Send one header Authorization: Bearer <auth token>." },
  too_large: { error: "the token is longer than 8 KiB", hint: FORM },
  malformed_token: { error: "the token is not well formed", hint: FORM },
  unsupported_header: { error: "the token's header brings a key of its own or an extension", hint: FORM },
  wrong_issuer: { error: "the token is of another issuer", hint: OTHER },
  unknown_key: { error: "the token's key is not known", hint: RENEW, refreshable: true },
  wrong_algorithm: { error: "the token's algorithm is not that of its key", hint: FORM },
  wrong_type: { error: "the token is of another kind", hint: OTHER },
  bad_signature: { error: "the token's signature is not valid", hint: FORM },
  malformed_claims: { error: "a claim is missing or of the wrong type", hint: OTHER },
  not_an_auth_token: { error: "the token is no auth token", hint: OTHER },
  wrong_audience: { error: "the token is for another audience", hint: OTHER },
  not_yet_valid: { error: "the token is not valid yet", hint: "Compare the clocks of server and verifier." },
  expired: { error: "the token has expired", hint: RENEW, refreshable: true },
  revoked: { error: "the session has ended", hint: "Refresh: the answer says whether the user has to sign in again.", refreshable: true },
  insufficient_user_authentication: {
    error: "this needs a more recent or a stronger sign-in",
    hint: "Let the user sign in again, as the challenge says.",
  },
  keys_unavailable: { error: "the issuer's keys cannot be read", hint: WAIT, trouble: true },
  feed_stale: { error: "it is not known whether the session has ended", hint: WAIT, trouble: true },
  introspection_unavailable: { error: "the session server cannot be asked", hint: WAIT, trouble: true },
} as const satisfies Record<string, Reason>;

export type Code = keyof typeof REASONS;

/** Every code, in the order of the rules. */
export const CODES = Object.keys(REASONS) as readonly Code[];

/** Thrown by `verify`. It holds nothing of the token. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: Code;
  readonly hint: string;
  /** Whether a client should refresh its auth token and try once more. */
  readonly refreshable: boolean;
  /** 401, or 503 where the trouble is not the token's. */
  readonly status: 401 | 503;
  readonly #policy: Policy;

  constructor(code: Code, policy: Policy = {}) {
    const reason: Reason = REASONS[code];
    super(reason.error);
    this.code = code;
    this.hint = `${reason.hint} ${DOCS}${code}`;
    this.refreshable = reason.refreshable ?? false;
    this.status = reason.trouble ? 503 : 401;
    this.#policy = policy;
  }

  /** The headers of the answer: RFC 6750 §3, RFC 9470 §3. */
  get headers(): Record<string, string> {
    const headers: Record<string, string> = { "Cache-Control": "no-store", "Content-Type": "application/json" };
    if (this.status === 503) headers["Retry-After"] = String(RETRY_AFTER_SECONDS);
    else headers["WWW-Authenticate"] = this.#challenge();
    return headers;
  }

  /** The body of the answer, as JSON text. */
  get body(): string {
    return JSON.stringify({ code: this.code, error: this.message, hint: this.hint, refreshable: this.refreshable });
  }

  #challenge(): string {
    if (this.code === "missing_token") return "Bearer";
    if (this.code !== "insufficient_user_authentication") return `Bearer error="invalid_token", error_description="${this.message}"`;
    let challenge = `Bearer error="insufficient_user_authentication", error_description="${this.message}"`;
    if (this.#policy.maxAge !== undefined) challenge += `, max_age="${this.#policy.maxAge}"`;
    if (this.#policy.acrValues !== undefined) challenge += `, acr_values="${this.#policy.acrValues.join(" ")}"`;
    return challenge;
  }
}
