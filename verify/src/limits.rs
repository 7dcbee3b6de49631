//! Every limit of this crate, with its unit in its name. What they are for: `docs/reference/verifiers.md`.

/// From this age on, in seconds, keys are read again in the background.
pub const KEYS_READ_AGAIN_SECS: u64 = 8 * 60;

/// Until this age, in seconds, keys are used without a question.
pub const KEYS_FRESH_SECS: u64 = 10 * 60;

/// Until this age, in seconds, keys are used while new ones cannot be had.
pub const KEYS_USABLE_SECS: u64 = 24 * 60 * 60;

/// Seconds between two attempts in the background, and between two for one key id, where the first failed.
pub const FETCH_COOLDOWN_SECS: u64 = 30;

/// Seconds between two attempts while there are no keys at all: as often as the budget allows.
pub const FIRST_FETCH_COOLDOWN_SECS: u64 = 6;

/// Seconds for which a key id is known to be unknown.
pub const UNKNOWN_KEY_SECS: u64 = 60;

/// Fetches of keys in any minute.
pub const FETCHES_PER_MINUTE: usize = 10;

/// Key ids whose last attempt is remembered.
pub const REMEMBERED_KEY_IDS: usize = 1_000;

/// How long a fetch of keys, or a question to the server, may take, in milliseconds.
pub const ANSWER_MILLIS: u64 = 3_000;

/// The longest answer to either, in bytes.
pub const ANSWER_BYTES: usize = 64 * 1024;

/// Keys in a set.
pub const KEYS_IN_A_SET: usize = 32;

/// Auth tokens that are remembered as verified.
pub const REMEMBERED_TOKENS: usize = 10_000;

/// Session tokens whose introspection is remembered, and for how many seconds.
pub const REMEMBERED_SESSION_TOKENS: usize = 10_000;
/// See [`REMEMBERED_SESSION_TOKENS`].
pub const SESSION_TOKEN_SECS: u64 = 60;
/// And for which part of what is left until it expires, at most: a twentieth, as the server puts activity down.
pub const SESSION_TOKEN_SHARE: u64 = 20;

/// How far ahead of this clock `nbf` and `iat` may be, in seconds; the most that may be allowed on `exp`; and how much longer
/// than `until` an entry of the feed is held.
pub const SKEW_SECS: i64 = 30;

/// Seconds after which the feed is stale, unless a policy says otherwise.
pub const STALE_AFTER_SECS: u64 = 10;

/// The longest message of the feed, in bytes.
pub const MESSAGE_BYTES: usize = 1024 * 1024;

/// Entries of the feed that are held; with more, nothing is fresh.
pub const HELD_ENTRIES: usize = 1_000_000;

/// How long a stream may keep its first message back, and how long it may be silent after that, in milliseconds.
pub const STREAM_SILENCE_MILLIS: u64 = 10_000;

/// How late the first message of a stream may come, in milliseconds, for the stream to be kept once there is another.
pub const SLOW_STREAM_MILLIS: u64 = 2_000;

/// Streams in a row without a first message, after which the feed is read by long polls.
pub const SILENT_STREAMS: u32 = 3;

/// Seconds for which it is, before a stream is tried again.
pub const POLLING_SECS: u64 = 600;

/// How long that stream may keep its first message back, in milliseconds: with the polls before and after it, less than makes the
/// feed stale.
pub const STREAM_TRIAL_MILLIS: u64 = 2_000;

/// Seconds that a long poll waits at the server: well below what makes the feed stale, because an answer proves no more than
/// that the feed was complete when the question was asked.
pub const POLL_WAIT_SECS: u64 = 3;

/// The shortest and the longest pause after a failure of the feed, in milliseconds.
pub const PAUSE_MIN_MILLIS: u64 = 250;
/// See [`PAUSE_MIN_MILLIS`].
pub const PAUSE_MAX_MILLIS: u64 = 10_000;

/// Seconds between two lines in the log that say that a stale feed was passed over.
pub const STALE_LOG_SECS: u64 = 60;
