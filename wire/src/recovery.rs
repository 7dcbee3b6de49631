//! Backups and recovery, as operators see them.

use serde::{Deserialize, Serialize};

/// The body of `POST /v1/backups`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateBackup {
    /// The file to be made, as an absolute path on the server's machine.
    pub to: String,
}

/// Backups of this store: the one under way and the last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupStatus {
    /// The one that is being made.
    pub running: Option<RunningBackup>,
    /// Why the last one that this process tried to make was not made.
    pub failed: Option<String>,
    /// The last one that was made.
    pub last: Option<BackupMade>,
    /// Where the key ring is, which is in no backup.
    pub ring: String,
}

/// A backup that is being made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunningBackup {
    /// The file that it will be.
    pub to: String,
    /// Unix seconds.
    pub started_at: i64,
}

/// A backup, as its manifest has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupMade {
    /// The file, under the name that it was given.
    pub file: String,
    /// Unix seconds: what it holds is of this moment.
    pub made_at: i64,
    /// The version of the program that made it.
    pub program: String,
    /// The step of its schema.
    pub schema: u32,
    /// Which store it was made of: 16 hexadecimal digits.
    pub incarnation: String,
    /// The last entry of the revocation feed in it: later ends are not in it.
    pub feed_head: u64,
    /// Unix seconds: the latest time that a change in it carries.
    pub high_water: i64,
    /// Sessions in it, over or not.
    pub sessions: u64,
    /// Records in it: apps, settings, keys.
    pub records: u64,
    /// Numbers of the ring's keys without which it is of no use.
    pub ring_keys: Vec<u8>,
    /// Length of its content, in bytes.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal digits.
    pub sha256: String,
}

/// The body of `POST /v1/recovery`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenRecovery {
    /// How long, in seconds: 30 days at most.
    pub seconds: u32,
}

/// Whether clients that are ahead of the store go on, and why they may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryStatus {
    /// `closed`; `awaited`: the store was restored, and nobody has said yet what is to become of clients that are ahead of
    /// it; or `open`.
    pub state: String,
    /// Unix seconds: when it was opened last.
    pub opened_at: Option<i64>,
    /// Unix seconds: until when it is or was open.
    pub closes_at: Option<i64>,
    /// Clients ahead of the store that went on, since this process started.
    pub fast_forwarded: u64,
    /// Requests of clients ahead of the store that were told to wait, since this process started.
    pub out_of_sync: u64,
    /// What the store was restored from, if it was.
    pub restored: Option<Restored>,
}

/// A restore, as the restored store remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Restored {
    /// Unix seconds.
    pub at: i64,
    /// Unix seconds: nothing that happened between then and `at` is known, save for the ends that were made again.
    pub backup_made_at: i64,
    /// Which store the backup was made of: 16 hexadecimal digits.
    pub incarnation: String,
    /// The last entry of the revocation feed in the backup.
    pub feed_head: u64,
    /// Ends after the backup that were made again.
    pub ended_again: u64,
    /// Ends after the backup that were known and were not made again; null when the store before it could not be asked.
    pub ends_lost: Option<u64>,
}
