//! What a node says of itself, for `tenure doctor`.

use serde::{Deserialize, Serialize};

/// A node's own view: conditions, which whoever asks has to judge.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnosis {
    /// The version of the program.
    pub version: String,
    /// Where clients are told to reach it.
    pub public_url: String,
    /// The node's clock, in Unix seconds.
    pub now: i64,
    /// The latest time that the store has seen, in Unix seconds.
    pub seen: i64,
    /// What comes through proxies.
    pub proxies: Proxies,
    /// The store.
    pub store: StoreCondition,
    /// The process.
    pub process: ProcessCondition,
}

/// How requests of the network arrived since the start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proxies {
    /// TLS is our own: no proxy needs to be there.
    pub own_tls: bool,
    /// The configured `trusted_proxies`.
    pub trusted: Vec<String>,
    /// Requests of the network.
    pub requests: u64,
    /// Of them, those that a trusted proxy forwarded.
    pub forwarded: u64,
    /// Of them, those that say that they were forwarded, and came from an address that is not trusted.
    pub not_believed: u64,
    /// The first such address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_believed_from: Option<String>,
}

/// How the store does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoreCondition {
    /// Commits that were made to measure this, one after the other.
    pub probes: u32,
    /// Half of them took no longer, in microseconds.
    pub p50_micros: u64,
    /// 99 of a hundred took no longer, in microseconds.
    pub p99_micros: u64,
    /// What the disk below it has left, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_bytes: Option<u64>,
    /// The size of that disk, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_bytes: Option<u64>,
    /// That disk is in memory.
    pub in_memory: bool,
}

/// What the process may do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProcessCondition {
    /// Open files, connections included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_files: Option<u64>,
    /// Open files, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_files_limit: Option<u64>,
    /// Connections that it accepts, at most.
    pub connections_limit: u64,
}
