//! Moments, sizes and backups in words.

use tenure_core::time::Timestamp;
use tenure_wire::recovery::BackupMade;

use crate::counts::count;
use crate::times::moment;

/// A moment as a part of a file's name: `20261125T201622Z`.
pub fn stamp(at: Timestamp) -> String {
    moment(at.secs()).replace(['-', ':'], "").replace(" UTC", "Z").replace(' ', "T")
}

/// What a backup holds, on one line.
pub fn holds(backup: &BackupMade) -> String {
    format!(
        "{} and {} in {} bytes, as of {}, made by version {} (schema step {})",
        count(backup.sessions, "session"),
        count(backup.records, "record"),
        backup.bytes,
        moment(backup.made_at),
        backup.program,
        backup.schema,
    )
}

/// `key 1`, or `keys 1, 2`.
pub fn keys(kids: &[u8]) -> String {
    let listed: Vec<_> = kids.iter().map(u8::to_string).collect();
    format!("{} {}", if kids.len() == 1 { "key" } else { "keys" }, listed.join(", "))
}
