/** Keys that sign, for tests. */

import { encode } from "../base64url.js";

export type Algorithm = "ES256" | "EdDSA" | "RS256";

const ALGORITHMS = {
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  EdDSA: { name: "Ed25519" },
  RS256: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" },
} as const;

const utf8 = new TextEncoder();

/** Header and payload as text are taken as they are, so that a test can say what no object can. */
export type Json = string | object;

export class SigningKey {
  private constructor(
    readonly kid: string,
    readonly alg: Algorithm,
    /** As a key set publishes it. */
    readonly jwk: Readonly<Record<string, unknown>>,
    private readonly secret: CryptoKey,
  ) {}

  static async generate(kid: string, alg: Algorithm): Promise<SigningKey> {
    const pair = (await crypto.subtle.generateKey(ALGORITHMS[alg], true, ["sign", "verify"])) as CryptoKeyPair;
    const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const material = Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined));
    return new SigningKey(kid, alg, { ...material, kid, alg, use: "sig" }, pair.privateKey);
  }

  /** A compact JWS of whatever it is given. */
  async sign(header: Json, payload: Json): Promise<string> {
    const part = (json: Json) => encode(utf8.encode(typeof json === "string" ? json : JSON.stringify(json)));
    const signed = `${part(header)}.${part(payload)}`;
    const signature = await crypto.subtle.sign(ALGORITHMS[this.alg], this.secret, utf8.encode(signed));
    return `${signed}.${encode(new Uint8Array(signature))}`;
  }
}
