//! What happened, as the management API tells it.

use serde::{Deserialize, Serialize};

/// Something that happened. `V` is the JSON of its detail.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event<V> {
    /// Rising in the order in which it happened. An app sees those numbers that are its own.
    pub n: u64,
    /// Unix seconds.
    pub at: i64,
    /// The app; absent where it concerns the whole installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// What kind of thing.
    #[serde(rename = "type")]
    pub kind: String,
    /// The user, if it concerns one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The session, if it concerns one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The session's support code, if it concerns one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_code: Option<String>,
    /// More of it, by its type.
    pub detail: V,
}

/// A stretch of the events.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventList<V> {
    /// In order.
    pub events: Vec<Event<V>>,
    /// Give this as `after` to go on without missing any.
    pub next_after: u64,
    /// The last number that was given, to any event.
    pub head: u64,
}

/// Which events. Everything that is given must match.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct EventFilter {
    /// What kind of thing.
    pub kind: Option<String>,
    /// The user.
    pub user_id: Option<String>,
    /// The session.
    pub session_id: Option<String>,
}
