//! The key ring, as the nodes hold it and operators see it. Never a key.

use serde::{Deserialize, Serialize};

/// The body of `GET /v1/ring`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RingReport {
    /// The node that answers.
    pub node: String,
    /// The keys that it holds, by number.
    pub keys: Vec<RingKey>,
    /// Why it did not take over the ring that it read last, if so. It goes on with the one that is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What each node said of itself, this one included.
    pub nodes: Vec<RingNode>,
}

/// A key of the ring.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RingKey {
    /// Its number.
    pub kid: u8,
    /// `verify`: recognises tokens; `active`: new ones are made under it, too; `retired`: no longer honoured.
    pub state: String,
    /// Unix seconds: when the store first saw it.
    pub first_seen_at: i64,
    /// Sessions whose newest token was made under it: those that retiring it ends. Absent once it is retired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<u64>,
    /// Whether there are more of them, or may be: they are counted up to 10,000.
    pub sessions_is_bound: bool,
    /// Nodes, seen lately, that do not hold it: it must not be activated yet.
    pub not_held_by: Vec<String>,
    /// Nodes, seen lately, that make tokens under it: it must not be retired yet.
    pub active_at: Vec<String>,
}

/// What a node said of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RingNode {
    /// Its name.
    pub node: String,
    /// Unix seconds: when it said so.
    pub seen_at: i64,
    /// Whether that is so recent that it counts as running.
    pub lately: bool,
    /// The keys that it holds.
    pub keys: Vec<RingNodeKey>,
}

/// A key that a node holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RingNodeKey {
    /// Its number.
    pub kid: u8,
    /// `verify`, `active` or `retired`.
    pub state: String,
}
