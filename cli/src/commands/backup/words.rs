//! Moments, sizes and backups in words.

use tenure_core::time::Timestamp;
use tenure_wire::recovery::BackupMade;

/// A moment, as people of any country read it.
pub fn moment(at: Timestamp) -> String {
    at_second(at.secs())
}

/// The same, of Unix seconds.
pub fn at_second(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |at| at.to_string())
}

/// A moment as a part of a file's name.
pub fn stamp(at: Timestamp) -> String {
    moment(at).replace(['-', ':'], "")
}

/// What a backup holds, on one line.
pub fn holds(backup: &BackupMade) -> String {
    format!(
        "{} and {} in {} bytes, as of {}, made by version {} (schema step {})",
        count(backup.sessions, "session"),
        count(backup.records, "record"),
        backup.bytes,
        at_second(backup.made_at),
        backup.program,
        backup.schema,
    )
}

/// `key 1`, or `keys 1, 2`.
pub fn keys(kids: &[u8]) -> String {
    let listed: Vec<_> = kids.iter().map(u8::to_string).collect();
    format!("{} {}", if kids.len() == 1 { "key" } else { "keys" }, listed.join(", "))
}

/// `1 session`, or `2 sessions`.
pub fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
