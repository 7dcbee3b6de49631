"""How much is taken in at most, and how long anything may take; each name says the unit."""

from typing import Final

# A token.
MAX_TOKEN_BYTES: Final = 8 * 1024
MAX_JSON_DEPTH: Final = 16
MAX_TIME_SECONDS: Final = 2**53 - 1
MAX_KID_BYTES: Final = 128
CLOCK_SKEW_SECONDS: Final = 30
MAX_EXP_SKEW_SECONDS: Final = 30

# Keys.
MAX_JWKS_BYTES: Final = 64 * 1024
MAX_JWKS_KEYS: Final = 32
MIN_RSA_BITS: Final = 2048
MAX_RSA_BITS: Final = 4096
KEYS_FRESH_SECONDS: Final = 600
KEYS_REFRESH_SECONDS: Final = 480
KEYS_STALE_SECONDS: Final = 24 * 3600
KID_COOLDOWN_SECONDS: Final = 30
UNKNOWN_KID_SECONDS: Final = 60
MAX_UNKNOWN_KIDS: Final = 128
FETCH_BUDGET: Final = 10
FETCH_BUDGET_SECONDS: Final = 60
# Without any keys, attempts are this far apart, so that the budget always has one left.
NO_KEYS_RETRY_SECONDS: Final = 6
# One exchange with the issuer, from the first byte to the last; whoever waits for it waits a little longer.
FETCH_SECONDS: Final = 3.0
WAIT_SECONDS: Final = 3.5

# The feed.
MAX_MESSAGE_BYTES: Final = 1024 * 1024
MAX_FEED_ENTRIES: Final = 1_000_000
STALE_AFTER_SECONDS: Final = 10.0
SILENT_STREAM_SECONDS: Final = 10.0
# A stream whose first message came later than this after its beginning is begun anew: what it says looks that much older.
SLOW_BEGINNING_SECONDS: Final = 2.0
SILENT_STREAMS_BEFORE_POLLING: Final = 3
# How long only polls are tried before a stream is again.
POLLING_SECONDS: Final = 600.0
POLL_WAIT_SECONDS: Final = 3
POLL_APART_SECONDS: Final = 0.25
BACKOFF_FIRST_SECONDS: Final = 0.25
BACKOFF_MOST_SECONDS: Final = 10.0

# Introspection.
MAX_INTROSPECTION_BYTES: Final = 64 * 1024
OPAQUE_CACHE_SECONDS: Final = 60
# And at most this part of the time to its end: to ask is what keeps its session from being idle.
OPAQUE_CACHE_PART: Final = 1 / 20
MAX_OPAQUE_TOKENS: Final = 10_000
INTROSPECTION_THREADS: Final = 16

# Tokens that were verified before.
MAX_CACHED_TOKENS: Final = 10_000

# The same complaint goes into the log at most this often.
LOG_EVERY_SECONDS: Final = 60.0
