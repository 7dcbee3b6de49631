//! Every limit of the rules, with its unit in its name.

use crate::time::Span;

/// Longest app id, in bytes.
pub const APP_ID_BYTES: usize = 64;
/// Longest user id, in bytes.
pub const USER_ID_BYTES: usize = 255;
/// Longest client id, in bytes.
pub const CLIENT_ID_BYTES: usize = 128;
/// Shortest `Idempotency-Key`, in bytes of visible ASCII.
pub const IDEMPOTENCY_KEY_MIN_BYTES: usize = 16;
/// Longest `Idempotency-Key`, in bytes of visible ASCII.
pub const IDEMPOTENCY_KEY_MAX_BYTES: usize = 255;
/// How long after its session was opened a handoff code can be used.
pub const HANDOFF_LIFE: Span = Span::from_secs(60);
/// How often, at most, the use of a session token puts off an idle time-out, in steps of that time-out.
pub const ACTIVITY_STEPS: i64 = 20;
/// The longest such step: what is shown of the last activity is not older than that.
pub const ACTIVITY_STEP_LONGEST: Span = Span::from_hours(1);
/// How far behind a clock may be and still count as "now" (rotation row 5; beyond it a node is not ready).
pub const CLOCK_BEHIND: Span = Span::from_secs(5);
/// Replays of one rotation above which the operator is told.
pub const REPLAYS_OF_ONE_ROTATION: u32 = 5;
/// Rotations with a replay, among the last [`REPLAY_HISTORY_ROTATIONS`], from which the operator is told.
pub const REPLAYED_ROTATIONS: u32 = 3;
/// How many rotations the history of replays remembers.
pub const REPLAY_HISTORY_ROTATIONS: u32 = 5;
/// The skew that a verifier may allow on a token's `exp`; a revocation is remembered that much longer.
pub const VERIFIER_SKEW: Span = Span::from_secs(60);
/// How long after a request came in its auth token may be signed, at most: no request takes longer.
pub const SIGNED_LATE: Span = Span::from_secs(60);
/// How much the store may have lost and a client still be ahead of it while recovery is open, in tokens.
pub const RECOVERY_AHEAD_TOKENS: u32 = 10_000;
