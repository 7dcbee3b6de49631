/** A token's text taken apart: rules 2 to 4 of docs/reference/verifiers.md. */

import { decode } from "./base64url.js";
import { type JsonObject, parseObject } from "./json.js";
import { KID_MAX_BYTES, TOKEN_MAX_BYTES } from "./limits.js";
import type { Code } from "./refusal.js";

export interface Jws {
  readonly header: JsonObject;
  readonly kid: string;
  readonly claims: JsonObject;
  /** What was signed: the first two parts and the dot between them. */
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

const UNSUPPORTED = ["jwk", "jku", "x5c", "x5u", "crit", "b64"];
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

const utf8 = new TextEncoder();

/** The parts, or the code of the first rule that is broken. Nothing is believed yet: no signature was looked at. */
export function takeApart(token: string): Jws | Code {
  // A text has at least as many bytes as UTF-16 units, so that a long one is not encoded to be counted.
  if (token.length > TOKEN_MAX_BYTES || utf8.encode(token).length > TOKEN_MAX_BYTES) return "too_large";
  const parts = token.split(".", 4);
  const [head = "", payload = "", tail = ""] = parts;
  if (parts.length !== 3 || head === "" || payload === "" || tail === "") return "malformed_token";
  const [headerBytes, payloadBytes, signature] = [decode(head), decode(payload), decode(tail)];
  if (!headerBytes || !payloadBytes || !signature) return "malformed_token";
  const header = parseObject(headerBytes);
  const claims = parseObject(payloadBytes);
  if (!header || !claims || !isKid(header["kid"])) return "malformed_token";
  if (UNSUPPORTED.some((name) => Object.hasOwn(header, name))) return "unsupported_header";
  return { header, kid: header["kid"], claims, signed: utf8.encode(token.slice(0, head.length + 1 + payload.length)), signature };
}

export function isKid(value: unknown): value is string {
  return typeof value === "string" && value !== "" && utf8.encode(value).length <= KID_MAX_BYTES && !CONTROL.test(value);
}
