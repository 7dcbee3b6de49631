//! The revocation feed: whose auth tokens are refused before they expire. What readers do with it:
//! `docs/reference/revocation-feed.md`.

use serde::{Deserialize, Serialize};

/// Everything between two cursors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedMessage {
    /// What comes after this cursor is here; `null` where it begins with the oldest entry that matters.
    pub after: Option<String>,
    /// Up to and with this one: where to go on.
    pub cursor: String,
    /// The newest cursor.
    pub head: String,
    /// Unix seconds: up to this moment the feed is known to be complete at `head`.
    pub as_of: i64,
    /// In the order of their commits.
    pub entries: Vec<FeedEntry>,
    /// Only beside `after: null`: why it begins there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<FeedReset>,
}

/// Why a message begins with the oldest entry that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FeedReset {
    /// The reader gave no cursor.
    Start,
    /// What came after its cursor is not kept any more.
    FellBehind,
    /// Its cursor is of another store, or ahead of this one: a backup was restored.
    OtherStore,
}

/// What was revoked: exactly one of `sid`, `sub`, `app` and `kid`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedEntry {
    /// Rises from entry to entry; numbers in between are other apps'.
    pub n: u64,
    /// Unix seconds: when it was said.
    pub at: i64,
    /// Unix seconds: no auth token that it refuses is valid after that, so that it may be forgotten.
    pub until: i64,
    /// The auth tokens of this session, whenever they were issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Those of this user that were issued up to `iat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Those of this app that were issued up to `iat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Those that this key signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// Unix seconds, beside `sub` and `app`: the last `iat` that is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
}
