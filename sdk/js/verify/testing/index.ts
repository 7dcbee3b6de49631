/** A fake issuer for the tests of an app: it mints tokens, publishes keys and revokes, without a server and with a clock of its own. */

import { encode } from "../base64url.js";
import { type Options, createVerifier } from "../index.js";
import type { Verifier } from "../verifier.js";
import { FrozenClock, settled } from "./clock.js";
import { FakeFeed, type Revocation } from "./feed.js";
import { type Algorithm, type Json, SigningKey } from "./signing.js";

export { FrozenClock, settled } from "./clock.js";
export type { Revocation } from "./feed.js";
export { type Algorithm, type Json, SigningKey } from "./signing.js";

export interface FakeIssuerOptions {
  readonly issuer?: string;
  readonly alg?: Algorithm;
  /** Where the clock stands at first, in Unix seconds. */
  readonly now?: number;
}

/** Claims that are not those of an ordinary token; `undefined` leaves one out. */
export type Overrides = Readonly<Record<string, unknown>>;

const TOKEN_SECONDS = 300;

/** A new issuer. Everything that its verifiers ask for is answered from memory. */
export async function fakeIssuer(options: FakeIssuerOptions = {}): Promise<FakeIssuer> {
  const alg = options.alg ?? "ES256";
  return new FakeIssuer(options, alg, await SigningKey.generate("k1", alg));
}

export class FakeIssuer {
  readonly issuer: string;
  readonly clock: FrozenClock;
  readonly feed: FakeFeed;
  readonly apiKey = "tk_fake";
  /** What was asked, as "GET /.well-known/jwks.json", in order. */
  readonly asked: string[] = [];
  /** Answers in place of the issuer where it gives anything back: an outage, or hostile answers. */
  intercept: ((path: string, init: RequestInit) => Response | undefined | Promise<Response | undefined>) | undefined;
  readonly #alg: Algorithm;
  readonly #verifiers: Verifier[] = [];
  #keys: SigningKey[];
  #sessionTokens = new Map<string, Record<string, unknown>>();
  #minted = 0;

  constructor(options: FakeIssuerOptions, alg: Algorithm, key: SigningKey) {
    this.issuer = options.issuer ?? "https://sessions.example/v1/apps/demo";
    this.clock = new FrozenClock(options.now ?? 1_764_111_600);
    this.feed = new FakeFeed(this.clock);
    [this.#alg, this.#keys] = [alg, [key]];
  }

  /** A verifier of this issuer's tokens, by this issuer's clock. */
  verifier<Extra extends object = { readonly [name: string]: unknown }>(options: Partial<Options> = {}): Verifier<Extra> {
    const verifier = createVerifier<Extra>({ issuer: this.issuer, fetch: this.fetch, clock: this.clock, log: () => {}, ...options });
    this.#verifiers.push(verifier as unknown as Verifier);
    return verifier;
  }

  /** One that follows the feed, as far as it is known now. */
  async following<Extra extends object = { readonly [name: string]: unknown }>(options: Partial<Options> = {}): Promise<Verifier<Extra>> {
    const verifier = this.verifier<Extra>({ apiKey: this.apiKey, ...options });
    await verifier.ready();
    return verifier;
  }

  /** An auth token that holds, except for what is said otherwise. */
  async mint(claims: Overrides = {}, header: Overrides = {}): Promise<string> {
    return this.sign({ alg: this.key.alg, typ: "at+jwt", kid: this.key.kid, ...header }, { ...this.#claims(), ...claims });
  }

  /** A token of whatever it is given, signed by the key in use. */
  sign(header: Json, payload: Json): Promise<string> {
    return this.key.sign(header, payload);
  }

  /** An opaque session token, which only introspection understands. */
  openSessionToken(claims: Overrides = {}): string {
    const token = `ts1_${encode(crypto.getRandomValues(new Uint8Array(69)))}`;
    this.#sessionTokens.set(token, { ...this.#claims(), ...claims });
    return token;
  }

  /** Revokes, and comes back when verifiers that follow have heard of it. */
  async revoke(revocation: Revocation): Promise<void> {
    for (const [token, { sid, sub }] of this.#sessionTokens) {
      if (("sid" in revocation && revocation.sid === sid) || ("sub" in revocation && revocation.sub === sub)) this.#sessionTokens.delete(token);
    }
    if ("kid" in revocation) this.#keys = this.#keys.filter(({ kid }) => kid !== revocation.kid);
    this.feed.say(revocation, TOKEN_SECONDS + 30);
    await settled();
  }

  /** Signs with a new key from now on. The one before is published still, unless it is to be gone. */
  async rotate({ keepOld = true }: { readonly keepOld?: boolean } = {}): Promise<void> {
    const key = await SigningKey.generate(`k${this.#minted++ + 2}`, this.#alg);
    this.#keys = [key, ...(keepOld ? this.#keys : [])];
  }

  /** The key in use. */
  get key(): SigningKey {
    const [key] = this.#keys;
    if (!key) throw new Error("the only key was revoked: rotate() makes another");
    return key;
  }

  /** The key set as JSON text. */
  jwks(): string {
    return JSON.stringify({ keys: this.#keys.map(({ jwk }) => jwk) });
  }

  /** Closes the verifiers. */
  close(): void {
    for (const verifier of this.#verifiers) verifier.close();
  }

  /** What verifiers call in place of the network. */
  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    init.signal?.throwIfAborted();
    const { pathname } = new URL(url);
    const path = pathname.slice(new URL(this.issuer).pathname.length);
    this.asked.push(`${init.method ?? "GET"} ${path}`);
    const intercepted = await this.intercept?.(path, init);
    if (intercepted) return intercepted;
    const headers = new Headers(init.headers);
    if (path === "/.well-known/jwks.json") return new Response(this.jwks());
    if (headers.get("authorization") !== `Bearer ${this.apiKey}`) return Response.json({ code: "invalid_api_key" }, { status: 401 });
    if (path === "/revocations") return this.feed.answer(new URL(url), headers.get("accept") ?? "", init.signal);
    if (path === "/oauth/introspect") return this.#introspect(new URLSearchParams(String(init.body)).get("token") ?? "");
    return new Response(null, { status: 404 });
  };

  #introspect(token: string): Response {
    const known = this.#sessionTokens.get(token);
    if (token.startsWith("ts1_")) return Response.json(known ? { active: true, ...known } : { active: false });
    return Response.json({ active: !this.inactive.has(token) });
  }

  /** Auth tokens that introspection is to call inactive. */
  readonly inactive = new Set<string>();

  #claims(): Record<string, unknown> {
    const now = Math.floor(this.clock.unixSeconds());
    const app = this.issuer.slice(this.issuer.lastIndexOf("/") + 1);
    return {
      iss: this.issuer, sub: "ada", aud: app, client_id: app, jti: `t${this.#minted++}`, sid: "s_1",
      iat: now, exp: now + TOKEN_SECONDS, auth_time: now,
    };
  }
}
