/** Every bound that input is held to, and every length of time, with its unit in its name. */

export const TOKEN_MAX_BYTES = 8 * 1024;
export const JSON_MAX_DEPTH = 16;
export const KID_MAX_BYTES = 128;
/** How far ahead of this clock `iat` and `nbf` may be, and how long a feed entry is kept beyond its `until`. */
export const CLOCK_SKEW_SECONDS = 30;

export const JWKS_MAX_BYTES = 64 * 1024;
export const JWKS_MAX_KEYS = 32;
export const RSA_MIN_BITS = 2048;
export const RSA_MAX_BITS = 4096;
export const JWKS_FRESH_SECONDS = 10 * 60;
export const JWKS_REFRESH_AFTER_SECONDS = 8 * 60;
export const JWKS_STALE_SECONDS = 24 * 60 * 60;
export const JWKS_RETRY_SECONDS = 30;
/** Sooner while there are no keys at all, as nothing can be verified. */
export const JWKS_FIRST_RETRY_SECONDS = 6;
export const JWKS_UNKNOWN_KID_SECONDS = 60;
export const JWKS_UNKNOWN_KIDS_MAX = 1000;
export const JWKS_FETCHES_PER_MINUTE = 10;

export const REQUEST_TIMEOUT_SECONDS = 3;
export const INTROSPECTION_MAX_BYTES = 64 * 1024;
export const INTROSPECTION_KEPT_SECONDS = 60;
/** And for which part of what is left until it expires, at most: to ask is what keeps a session from being idle. */
export const INTROSPECTION_KEPT_SHARE = 1 / 20;

/** Verified tokens that are kept, and session tokens, each. */
export const CACHE_MAX_TOKENS = 10_000;

export const FEED_MESSAGE_MAX_BYTES = 1024 * 1024;
export const FEED_MAX_ENTRIES = 1_000_000;
export const FEED_STALE_AFTER_SECONDS = 10;
/** A stream brings a message every three seconds; one that brings none for this long is given up. */
export const FEED_SILENCE_SECONDS = 10;
/** A stream whose first message took longer is begun anew with its second: what it says looks that much older. */
export const FEED_SLOW_BEGINNING_SECONDS = 2;
export const FEED_BACKOFF_FIRST_SECONDS = 0.25;
export const FEED_BACKOFF_MAX_SECONDS = 10;
export const FEED_STREAMS_BEFORE_POLLS = 3;
/** A poll's `as_of` counts from when it was begun, so that a longer wait would look stale. */
export const FEED_POLL_WAIT_SECONDS = 3;
/** For how long, before a stream is tried again. */
export const FEED_POLLING_SECONDS = 600;
/** How long that one may keep its first message back: with the polls before and after it, less than makes the feed stale. */
export const FEED_STREAM_TRIAL_SECONDS = 2;
/** Pages that are read for one request where the feed is read on demand: 100,000 entries. */
export const FEED_PAGES_AT_ONCE = 100;
export const FEED_SWEEP_SECONDS = 60;

export const RETRY_AFTER_SECONDS = 2;
export const LOG_EVERY_SECONDS = 60;
