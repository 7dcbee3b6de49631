//! The bounds of each setting by itself: read by [`check`](super::check) and by whatever describes settings to outsiders.

use std::ops::RangeInclusive;

const DAY: i64 = 86_400;

/// Of `auth_token_ttl`, in seconds.
pub const AUTH_TOKEN_TTL_SECS: RangeInclusive<i64> = 30..=DAY;
/// Of `auth_token_jitter`, in percent.
pub const AUTH_TOKEN_JITTER_PERCENT: RangeInclusive<u8> = 0..=25;
/// Of `idle_timeout`, at least, in seconds.
pub const IDLE_TIMEOUT_MIN_SECS: i64 = 60;
/// Of `absolute_lifetime`, at least, in seconds.
pub const ABSOLUTE_LIFETIME_MIN_SECS: i64 = 300;
/// Of `absolute_lifetime` for web clients, at most, in days.
pub const ABSOLUTE_LIFETIME_WEB_DAYS: i64 = 400;
/// Of `absolute_lifetime` for native and unattended clients, at most, in days.
pub const ABSOLUTE_LIFETIME_LONG_DAYS: i64 = 730;
/// Of `retry_leeway`, in seconds.
pub const RETRY_LEEWAY_SECS: RangeInclusive<i64> = 0..=300;
/// Of `max_sessions`.
pub const MAX_SESSIONS: RangeInclusive<u16> = 1..=1000;
/// Of `publish_lead`, in seconds.
pub const PUBLISH_LEAD_SECS: RangeInclusive<i64> = 0..=30 * DAY;
/// Of `step_up_max_age`, in seconds.
pub const STEP_UP_MAX_AGE_SECS: RangeInclusive<i64> = 0..=DAY;
/// Of `expiring_notice`, in seconds.
pub const EXPIRING_NOTICE_SECS: RangeInclusive<i64> = 0..=3600;
/// Of `justification`, at most, in bytes.
pub const JUSTIFICATION_BYTES: usize = 2000;
/// Entries of `allowed_origins`, and of `redirect_uris`, at most.
pub const LISTED: usize = 100;
/// An origin, at most, in bytes.
pub const ORIGIN_BYTES: usize = 300;
/// A redirect address, at most, in bytes.
pub const REDIRECT_URI_BYTES: usize = 2000;
