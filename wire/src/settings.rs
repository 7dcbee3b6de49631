//! Changes of session settings: what one does, and the history of them.

use serde::{Deserialize, Serialize};

/// A setting that is not what it was. `V` is the JSON of a setting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettingChange<V> {
    /// Its name.
    pub setting: String,
    /// What it was.
    pub from: V,
    /// What it is, or would be.
    pub to: V,
}

/// What a change would do. Counts stop at 10,000. `V` is the JSON of a setting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettingsEffects<V> {
    /// Each setting that would change.
    pub changes: Vec<SettingChange<V>>,
    /// Whom it reaches: `new`, `next_refresh` or `now`.
    pub applies: String,
    /// Live sessions of the app.
    pub live_sessions: u64,
    /// Whether there are more of them, or may be.
    pub live_sessions_is_bound: bool,
    /// Live sessions that would end, at once or at their next refresh.
    pub ends: u64,
    /// Whether more would, or may.
    pub ends_is_bound: bool,
    /// The same by cause; no session is in two of them.
    pub ends_by: EndsBy,
    /// Seconds that an auth token lives that is signed afterwards.
    pub auth_token_ttl: i64,
    /// Unix seconds: until when an auth token may be accepted that was signed before.
    pub auth_tokens_of_before_until: i64,
    /// Whom reuse would have ended; `null` unless `reuse_detection` is `observe`.
    pub reuse_observed: Option<ReuseObserved>,
    /// What may be set and is seldom meant.
    pub warnings: Vec<String>,
}

/// Sessions that a change ends, by what ends them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndsBy {
    /// They have lived longer than the new lifetime.
    pub absolute_lifetime: u64,
    /// They were idle for longer than the new time-out.
    pub idle_timeout: u64,
    /// Refresh tokens would be off.
    pub refresh_tokens: u64,
}

/// Whom reuse would have ended in an app that only observes it, as far as its events go back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReuseObserved {
    /// Sessions.
    pub sessions: u64,
    /// Their users.
    pub users: u64,
    /// Unix seconds: the first of it; `null` where there was none.
    pub since: Option<i64>,
}

/// A version of an app's session settings. `V` is the JSON of a setting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettingsVersion<V> {
    /// Its number.
    pub version: u32,
    /// Unix seconds.
    pub at: i64,
    /// The preset that it names, if any.
    pub preset: Option<String>,
    /// What it changed of the version before.
    pub changes: Vec<SettingChange<V>>,
    /// Whom it reached: `new`, `next_refresh` or `now`; `null` for the first.
    pub applies: Option<String>,
    /// Why, in the operator's words.
    pub reason: Option<String>,
    /// The admin who made it in the console; `null` where it came by an API key or from the machine's owner.
    pub by: Option<String>,
}

/// Several versions of session settings. `V` is the JSON of a setting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettingsVersions<V> {
    /// Newest first.
    pub versions: Vec<SettingsVersion<V>>,
    /// Give this as `before` for the next page; `null` at the end.
    pub next_before: Option<u32>,
}
