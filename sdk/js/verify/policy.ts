/** What a route asks for beyond a token that holds. */

export interface Policy {
  /** Whether what was revoked is looked at. `feed` where an API key is configured, else `none`. */
  readonly revocation?: "none" | "feed" | "introspect";
  /** What happens while the feed is stale: `allow` (unless said otherwise) goes by what is known, `deny` answers 503. */
  readonly onStale?: "allow" | "deny";
  /** Seconds after which the feed counts as stale; 10 unless said otherwise. */
  readonly staleAfter?: number;
  /** The sign-in is at most so many seconds ago (RFC 9470). */
  readonly maxAge?: number;
  /** The sign-in was of one of these classes (RFC 9470). */
  readonly acrValues?: readonly string[];
}

const KNOWN = new Set(["revocation", "onStale", "staleAfter", "maxAge", "acrValues"]);
/** What may stand in a challenge without quotes being broken: a class is a name or a URI. */
const ACR = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

/** Throws at start what would otherwise be a route that is less guarded than it looks. */
export function checkPolicy(policy: Policy, hasApiKey: boolean): void {
  for (const name of Object.keys(policy)) {
    if (!KNOWN.has(name)) throw new TypeError(`There is no option ${name} of a policy; there are ${[...KNOWN].join(", ")}.`);
  }
  const { revocation, onStale, staleAfter, maxAge, acrValues } = policy;
  if (revocation !== undefined && !["none", "feed", "introspect"].includes(revocation)) {
    throw new TypeError("revocation is none, feed or introspect.");
  }
  if ((revocation === "feed" || revocation === "introspect") && !hasApiKey) {
    throw new TypeError(`revocation: "${revocation}" needs an API key of role verify: set TENURE_API_KEY, or apiKey.`);
  }
  if (onStale !== undefined && onStale !== "allow" && onStale !== "deny") throw new TypeError("onStale is allow or deny.");
  if (staleAfter !== undefined && !(Number.isFinite(staleAfter) && staleAfter > 0)) {
    throw new TypeError("staleAfter is a number of seconds above 0.");
  }
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0)) {
    throw new TypeError("maxAge is a whole number of seconds, 0 or more.");
  }
  if (acrValues !== undefined && (acrValues.length === 0 || !acrValues.every((value) => ACR.test(value)))) {
    throw new TypeError("acrValues is a list of at least one name without spaces, quotes and backslashes.");
  }
}
