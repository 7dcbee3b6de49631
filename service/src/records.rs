//! What the service keeps in the store's directory, and how it is written there.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tenure_core::id::{AppId, Kid};
use tenure_store::{Expected, Kind, Record, Write};
use tenure_wire::jwk::Jwk;
use tenure_wire::ring::RingNodeKey;

use crate::error::{Error, Result};
use crate::ring::Sealed;

/// An app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AppRecord {
    pub(crate) name: String,
    pub(crate) created_at_ms: i64,
}

/// One version of an app's session settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SettingsRecord {
    pub(crate) at_ms: i64,
    pub(crate) preset: Option<String>,
    pub(crate) settings: Map<String, Value>,
    /// Whether the life of auth tokens was left to its default.
    pub(crate) default_ttl: bool,
    /// Sessions opened under an older version than this are shortened at their next refresh.
    pub(crate) shorten_below: u32,
    /// Auth tokens of an earlier version may live this long, until the moment after it.
    pub(crate) earlier_ttl_ms: i64,
    pub(crate) earlier_until_ms: i64,
    /// Why it was changed, in the operator's words.
    pub(crate) reason: Option<String>,
    /// Whom the change applied to; absent in what was written before that was kept.
    #[serde(default)]
    pub(crate) applies: Option<String>,
    /// The admin of the console who made it.
    #[serde(default)]
    pub(crate) by: Option<String>,
}

/// A signing key: its public half, and its private half sealed under the ring.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SigningKeyRecord {
    pub(crate) alg: String,
    pub(crate) public: Jwk,
    pub(crate) private: Sealed,
    pub(crate) published_at_ms: i64,
    pub(crate) signs_from_ms: i64,
    /// Of two that sign from the same moment on, the one with the higher number comes after the other.
    #[serde(default)]
    pub(crate) order: u32,
    /// It signs nothing from here on.
    #[serde(default)]
    pub(crate) retired_at_ms: Option<i64>,
    /// Whether it may have signed, or takes over without being asked: set before its first signature.
    pub(crate) used: bool,
}

/// An API key: its HMAC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiKeyRecord {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) app: Option<String>,
    pub(crate) kid: u8,
    pub(crate) digest: String,
    pub(crate) created_at_ms: i64,
}

/// Somebody who may use the console. The key is the name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AdminRecord {
    pub(crate) role: String,
    pub(crate) created_at_ms: i64,
    /// When they signed in last.
    #[serde(default)]
    pub(crate) signed_in_at_ms: Option<i64>,
}

/// A one-time link into the console: its HMAC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AdminLinkRecord {
    pub(crate) admin: String,
    pub(crate) kid: u8,
    pub(crate) digest: String,
    pub(crate) expires_at_ms: i64,
}

/// Recovery as it was opened last, and until when it is or was open. Absent: nobody has opened or closed it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RecoveryRecord {
    pub(crate) opened_at_ms: i64,
    pub(crate) closes_at_ms: i64,
    pub(crate) ahead: u32,
}

/// The restore that this store comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RestoredRecord {
    pub(crate) at_ms: i64,
    pub(crate) backup_made_at_ms: i64,
    pub(crate) backup_high_water_ms: i64,
    pub(crate) incarnation: String,
    pub(crate) feed_head: u64,
    pub(crate) ended_again: u64,
    pub(crate) ends_lost: Option<u64>,
}

/// A status list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StatusListRecord {
    /// When its last lot was taken. It is served for as long as a session that has a place in it may live.
    #[serde(default)]
    pub(crate) filled_at_ms: Option<i64>,
}

/// The status list of an app whose lots are being taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FillingRecord {
    pub(crate) list: u32,
    /// A bit for each lot that nobody has taken.
    pub(crate) free: u64,
}

/// What the store remembers of a key of the ring.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RingKeyRecord {
    pub(crate) first_seen_at_ms: i64,
    /// Once it was, it is: sessions that ended with it do not come back.
    pub(crate) retired: bool,
}

/// What a node said of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NodeRecord {
    pub(crate) at_ms: i64,
    /// What it holds of the key ring.
    pub(crate) keys: Vec<RingNodeKey>,
}

/// The key of a version of settings: versions sort as numbers do.
pub(crate) fn settings_key(app: &AppId, version: u32) -> String {
    format!("{app}/{version:010}")
}

/// The key of a signing key.
pub(crate) fn signing_key_key(app: &AppId, kid: &str) -> String {
    format!("{app}/{kid}")
}

/// The key of what is known of a key of the ring; of none, what they all begin with.
pub(crate) fn ring_key_key(kid: Option<Kid>) -> String {
    kid.map_or("ring_key/".to_owned(), |kid| format!("ring_key/{:03}", kid.0))
}

/// The key of a node; of one without a name, what they all begin with.
pub(crate) fn node_key(name: &str) -> String {
    format!("node/{name}")
}

/// The key of a status list; of no number, what those of an app begin with.
pub(crate) fn status_list_key(app: &AppId, list: Option<u32>) -> String {
    list.map_or(format!("{app}/"), |list| format!("{app}/{list:010}"))
}

/// The key of what says which status list of an app is being filled.
pub(crate) fn filling_key(app: &AppId) -> String {
    format!("{app}/filling")
}

/// A write of `record`.
pub(crate) fn put<R: Serialize>(kind: Kind, key: String, record: &R, expected: Expected) -> Result<Write> {
    let value = serde_json::to_vec(record).map_err(Error::bug)?;
    Ok(Write { kind, key, expected, value: Some(value) })
}

/// What `record` says; a record that cannot be read is named, never its content.
pub(crate) fn read<R: DeserializeOwned>(kind: Kind, record: &Record) -> Result<R> {
    serde_json::from_slice(&record.bytes).map_err(|error| {
        Error::Bug(format!("the {} record {} cannot be read: {error}", kind.as_str(), record.key))
    })
}
