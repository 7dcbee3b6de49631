/** A set of keys as it was published (RFC 7517 §5), and what each is for. */

import { decode } from "../base64url.js";
import { type JsonObject, isObject, parseObject } from "../json.js";
import { isKid } from "../jws.js";
import { JWKS_MAX_KEYS, RSA_MAX_BITS, RSA_MIN_BITS } from "../limits.js";

type Bytes = Uint8Array<ArrayBuffer>;

export interface Key {
  readonly kid: string;
  readonly alg: "ES256" | "EdDSA" | "RS256";
  /** What was published, to see whether a set that is read again still has this key. */
  readonly published: string;
  readonly verify: (signature: Bytes, signed: Bytes) => Promise<boolean>;
}

export type KeySet = ReadonlyMap<string, Key>;

/**
 * The keys of a set that can be used. One that was in `before` stays the same object. Throws, and says why, on what is no key set, on one
 * with too many keys, and on one without a key that can be used.
 */
export async function readKeySet(json: string | Uint8Array, before: KeySet = new Map()): Promise<KeySet> {
  const listed = parseObject(json)?.["keys"];
  if (!Array.isArray(listed)) throw new Error("it is no JSON with keys");
  if (listed.length > JWKS_MAX_KEYS) throw new Error("it has more keys than a set may have");
  const keys = new Map<string, Key>();
  for (const jwk of listed) {
    if (!isObject(jwk) || !isKid(jwk["kid"]) || keys.has(jwk["kid"])) continue;
    const key = await readKey(jwk, jwk["kid"], before.get(jwk["kid"]));
    if (key) keys.set(key.kid, key);
  }
  if (keys.size === 0) throw new Error("it has no key that can be used");
  return keys;
}

interface Kind {
  readonly alg: Key["alg"];
  readonly kty: string;
  readonly crv?: string;
  /** The members that make the key; only these are imported, so that a private part never is. */
  readonly members: readonly string[];
  readonly algorithm: AlgorithmIdentifier & { readonly namedCurve?: string; readonly hash?: string };
  readonly signatureBytes?: number;
}

const KINDS: readonly Kind[] = [
  { alg: "ES256", kty: "EC", crv: "P-256", members: ["x", "y"], algorithm: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }, signatureBytes: 64 },
  { alg: "EdDSA", kty: "OKP", crv: "Ed25519", members: ["x"], algorithm: { name: "Ed25519" }, signatureBytes: 64 },
  { alg: "RS256", kty: "RSA", members: ["n", "e"], algorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } },
];

async function readKey(jwk: JsonObject, kid: string, before: Key | undefined): Promise<Key | undefined> {
  const kind = KINDS.find(({ alg, kty, crv }) => jwk["kty"] === kty && jwk["crv"] === crv && jwk["alg"] === alg);
  if (!kind || (jwk["use"] ?? "sig") !== "sig") return undefined;
  const material: Record<string, string> = { kty: kind.kty };
  if (kind.crv !== undefined) material["crv"] = kind.crv;
  for (const member of kind.members) {
    const value = jwk[member];
    if (typeof value !== "string" || !decode(value)) return undefined;
    material[member] = value;
  }
  if (kind.alg === "RS256") {
    const bits = bitsOf(material["n"] ?? "");
    if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS) return undefined;
  }
  const published = `${kind.alg} ${JSON.stringify(material)}`;
  if (before?.published === published) return before;
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("jwk", material, kind.algorithm, false, ["verify"]);
  } catch {
    return undefined; // no point of the curve, or an algorithm that this runtime lacks
  }
  const verify = async (signature: Bytes, signed: Bytes) =>
    (kind.signatureBytes === undefined || signature.length === kind.signatureBytes) &&
    (await crypto.subtle.verify(kind.algorithm, key, signature, signed));
  return { kid, alg: kind.alg, published, verify };
}

/** The length of a number in bits. */
function bitsOf(text: string): number {
  const bytes = decode(text) ?? new Uint8Array();
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24);
}
