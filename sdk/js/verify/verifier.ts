/** Judges tokens by the rules of docs/reference/verifiers.md, in their order. */

import { type Claims, type StandardClaims, hasRightType, isFor, isOver, isRecentEnough, refusedNow, shapeOf } from "./claims.js";
import { Follower } from "./feed/follow.js";
import { Reader } from "./feed/reader.js";
import { introspect, isSessionToken } from "./introspection.js";
import { type JsonObject } from "./json.js";
import { takeApart } from "./jws.js";
import { FetchedKeys, type Keys, PinnedKeys } from "./keys/keys.js";
import type { Key } from "./keys/set.js";
import { FEED_MAX_ENTRIES, FEED_STALE_AFTER_SECONDS, INTROSPECTION_KEPT_SECONDS, INTROSPECTION_KEPT_SHARE } from "./limits.js";
import { Meter } from "./metrics.js";
import type { Settings } from "./options.js";
import { type Policy, checkPolicy } from "./policy.js";
import { type Code, Refused } from "./refusal.js";
import { Tokens, frozen } from "./tokens.js";

interface Verified {
  readonly key: Key;
  readonly claims: StandardClaims;
}

interface Introspected {
  /** Monotonic seconds. */
  readonly until: number;
  readonly claims: StandardClaims;
}

export class Verifier<Extra extends object = { readonly [name: string]: unknown }> {
  readonly #settings: Settings;
  readonly #meter: Meter;
  readonly #keys: Keys;
  readonly #reader = new Reader();
  readonly #tokens = new Tokens<Verified>();
  readonly #sessionTokens = new Tokens<Introspected>();
  readonly #closed = new AbortController();
  #wakeReady: (() => void) | undefined;
  readonly #readToHead: Promise<void>;
  readonly #follower: Follower | undefined;

  /** Begins to follow the feed at once, where there is an API key and nothing else is said. */
  constructor(settings: Settings) {
    const { issuer, apiKey, feed, fetch, clock, jwks } = settings;
    const { signal } = this.#closed;
    const meter = new Meter(settings.metrics, settings.log, clock);
    [this.#settings, this.#meter] = [settings, meter];
    this.#keys = jwks === undefined ? new FetchedKeys(issuer, fetch, clock, meter, signal) : new PinnedKeys(jwks, meter);
    const inBackground = apiKey !== undefined && feed === "background";
    this.#readToHead = inBackground ? new Promise((wake) => (this.#wakeReady = wake)) : Promise.resolve();
    if (apiKey === undefined) return;
    const onMessage = () => this.#onMessage();
    this.#follower = new Follower({ issuer, apiKey, fetch, clock, meter, reader: this.#reader, onMessage }, signal);
    // Some workers let nothing begin outside of a request.
    const cannot = (why: unknown) => meter.warn("background", `the revocation feed cannot be followed here, say feed: "on_demand": ${String(why)}`);
    if (inBackground) this.#follower.run().catch(cannot);
  }

  /**
   * What the token says, if every rule holds for it, now and for this policy. Throws `Refused` with the code of the first that does not.
   * Waits for the network only where keys must be read first, or the server must be asked.
   */
  async verify(token: string | undefined, policy: Policy = {}): Promise<Claims<Extra>> {
    this.checkPolicy(policy);
    const verdict = token === undefined || token === "" ? "missing_token" : await this.#judge(token, policy);
    if (typeof verdict === "string") {
      this.#meter.count("refused", { code: verdict });
      throw new Refused(verdict, policy);
    }
    this.#meter.count("verified");
    return verdict as Claims<Extra>;
  }

  /** Throws where `verify` would because of its policy, and not because of a token: so that a route finds out at start. */
  checkPolicy(policy: Policy): void {
    checkPolicy(policy, this.#settings.apiKey !== undefined);
  }

  /**
   * Comes back when the feed, if it is followed, was read once to its end, or the verifier is closed; throws where the given keys cannot
   * be used. Nothing has to wait for it: until then the feed counts as stale.
   */
  async ready(): Promise<void> {
    await this.#keys.ready();
    await this.#readToHead;
  }

  /** Ends what goes on in the background. An open stream keeps a process alive: call this where a program should end by itself. */
  close(): void {
    this.#closed.abort(new Error("the verifier was closed"));
    this.#wakeReady?.();
  }

  /** How many verified tokens are remembered now. */
  get remembered(): number {
    return this.#tokens.size + this.#sessionTokens.size;
  }

  async #judge(token: string, policy: Policy): Promise<StandardClaims | Code> {
    const claims = isSessionToken(token) && this.#settings.apiKey !== undefined
      ? await this.#sessionToken(token, policy)
      : await this.#authToken(token, policy);
    if (typeof claims === "string") return claims;
    return isRecentEnough(claims as unknown as JsonObject, policy, this.#now()) ? claims : "insufficient_user_authentication";
  }

  /** Rules 2 to 15. */
  async #authToken(token: string, policy: Policy): Promise<StandardClaims | Code> {
    const verified = (await this.#known(token)) ?? (await this.#firstLook(token));
    if (typeof verified === "string") return verified;
    const { claims, key } = verified;
    const code = refusedNow(claims, this.#now(), this.#settings.leeway) ?? (await this.#revocation(token, claims, key, policy));
    return code ?? claims;
  }

  /** A token that was verified before, if its key is still in use. */
  async #known(token: string): Promise<Verified | Code | undefined> {
    const known = this.#tokens.find(token);
    if (!known) return undefined;
    const key = await this.#keys.find(known.key.kid);
    if (key === known.key) {
      this.#meter.count("cache_hit");
      return known;
    }
    this.#tokens.forget(token);
    return typeof key === "string" ? key : undefined;
  }

  /** Rules 2 to 14. */
  async #firstLook(token: string): Promise<Verified | Code> {
    const jws = takeApart(token);
    if (typeof jws === "string") return jws;
    if (jws.claims["iss"] !== this.#settings.issuer) return "wrong_issuer";
    const key = await this.#keys.find(jws.kid);
    if (typeof key === "string") return key;
    if (jws.header["alg"] !== key.alg) return "wrong_algorithm";
    if (!hasRightType(jws.header)) return "wrong_type";
    if (!(await key.verify(jws.signature, jws.signed))) return "bad_signature";
    const claims = shapeOf(jws.claims);
    if (typeof claims === "string") return claims;
    if (!isFor(claims.aud, this.#settings.audience)) return "wrong_audience";
    const code = refusedNow(claims, this.#now(), this.#settings.leeway);
    if (code) return code;
    const verified = { key, claims: frozen(claims) };
    this.#tokens.remember(token, verified);
    return verified;
  }

  /** Rule 15. */
  async #revocation(token: string, claims: StandardClaims, key: Key, policy: Policy): Promise<Code | undefined> {
    const { apiKey, app, clock, feed } = this.#settings;
    const revocation = policy.revocation ?? (apiKey === undefined ? "none" : "feed");
    if (revocation === "none") return undefined;
    if (revocation === "introspect") {
      const said = await this.#ask(token);
      return typeof said === "string" ? said : undefined;
    }
    const bound = policy.staleAfter ?? FEED_STALE_AFTER_SECONDS;
    const isFresh = () => this.#reader.isFresh(clock.monotonicSeconds(), bound);
    if (feed === "on_demand" && !isFresh()) await this.#follower?.catchUp();
    if (this.#reader.refuses({ sid: claims.sid, sub: claims.sub, app, kid: key.kid, iat: claims.iat })) return "revoked";
    if (isFresh()) return undefined;
    if (policy.onStale === "deny") return "feed_stale";
    this.#meter.count("feed_stale_allowed");
    this.#meter.warn("stale", "the revocation feed is stale: tokens of sessions that have ended may be let through");
    return undefined;
  }

  /** Rules 12, 14 and 15 of an opaque session token. */
  async #sessionToken(token: string, policy: Policy): Promise<StandardClaims | Code> {
    const known = policy.revocation === "introspect" ? undefined : this.#knownSessionToken(token);
    const claims = known ?? (await this.#askAboutSessionToken(token));
    if (typeof claims === "string") return claims;
    if (!isFor(claims.aud, this.#settings.audience)) return "wrong_audience";
    // When it began is the server's to say, by its own clock.
    return isOver(claims, this.#now(), this.#settings.leeway) ? "expired" : claims;
  }

  /**
   * What was said of it a short while ago, unless the feed has named its session, its user or the app, or would not have been heard doing
   * so: then the server is asked again, which knows better.
   */
  #knownSessionToken(token: string): StandardClaims | undefined {
    const known = this.#sessionTokens.find(token);
    if (!known) return undefined;
    const now = this.#settings.clock.monotonicSeconds();
    const { sid, sub, iat } = known.claims;
    const holds =
      now < known.until &&
      this.#reader.isFresh(now, FEED_STALE_AFTER_SECONDS) &&
      !this.#reader.refuses({ sid, sub, app: this.#settings.app, kid: undefined, iat });
    if (!holds) {
      this.#sessionTokens.forget(token);
      return undefined;
    }
    this.#meter.count("cache_hit");
    return known.claims;
  }

  async #askAboutSessionToken(token: string): Promise<StandardClaims | Code> {
    const askedAt = this.#settings.clock.monotonicSeconds();
    const said = await this.#ask(token);
    if (typeof said === "string") return said;
    const { active: _, ...claims } = said;
    if (typeof claims["sub"] !== "string" || typeof claims["exp"] !== "number" || typeof claims["iat"] !== "number") {
      this.#meter.warn("introspection", "the server's answer about a session token lacks sub, exp or iat");
      return "introspection_unavailable";
    }
    const kept = frozen(claims) as unknown as StandardClaims;
    const share = (kept.exp - this.#now()) * INTROSPECTION_KEPT_SHARE;
    this.#sessionTokens.remember(token, { until: askedAt + Math.min(share, INTROSPECTION_KEPT_SECONDS), claims: kept });
    return kept;
  }

  async #ask(token: string): Promise<JsonObject | Code> {
    const { issuer, apiKey, fetch, clock } = this.#settings;
    if (apiKey === undefined) return "introspection_unavailable";
    try {
      return (await introspect({ issuer, apiKey, fetch, clock }, token, this.#closed.signal)) ?? "revoked";
    } catch (why) {
      this.#meter.warn("introspection", `the server could not be asked about a token: ${String(why)}`);
      return "introspection_unavailable";
    }
  }

  #onMessage(): void {
    const { clock } = this.#settings;
    const lag = this.#reader.lag(clock.monotonicSeconds());
    if (this.#reader.size > FEED_MAX_ENTRIES) {
      this.#meter.warn("entries", `the revocation feed has more than ${FEED_MAX_ENTRIES} entries: it counts as stale`);
    }
    if (!Number.isFinite(lag)) return;
    this.#wakeReady?.();
    this.#meter.gauge("feed_lag_seconds", lag);
    this.#meter.gauge("feed_entries", this.#reader.size);
  }

  #now(): number {
    return this.#settings.clock.unixSeconds();
  }
}
