//! What a restore would undo and must not: ends, what was announced, and keys that were taken back.

use rusqlite::Connection;
use tenure_core::end::end_again;
use tenure_store::Manifest;

use super::losses::Losses;
use crate::batch::Batch;
use crate::fault::Fault;
use crate::{changes, feed, writer};

/// What was made again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MadeAgain {
    /// Sessions that ended.
    pub ends: u64,
    /// Entries of the feed about users, apps and signing keys: what they end lives in no row here.
    pub announcements: u64,
    /// API keys and signing keys that are as they were last.
    pub keys: u64,
}

/// Whether the app of the key `r` is in the database of that name.
macro_rules! app_is_in {
    ($database:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM ",
            $database,
            ".record AS a WHERE a.kind = 'app' AND a.key = substr(r.key, 1, instr(r.key, '/') - 1))"
        )
    };
}

/// An API key that was revoked stays revoked.
const REVOKED: &str = "DELETE FROM main.record WHERE kind = 'api_key' \
     AND key NOT IN (SELECT key FROM before.record WHERE kind = 'api_key')";

/// A signing key that was retired as compromised, or that has left the key set, is gone. One of an app that was removed stays: the
/// app is back, and could not sign without it.
const RETIRED: &str = concat!(
    "DELETE FROM main.record AS r WHERE kind = 'signing_key' AND ",
    app_is_in!("main"),
    " AND ",
    app_is_in!("before"),
    " AND key NOT IN (SELECT key FROM before.record WHERE kind = 'signing_key')"
);

/// Whatever else signs is as it was last: those keys are the ones that verifiers know.
const TAKEN_OVER: &str = concat!(
    "INSERT OR REPLACE INTO main.record (kind, key, version, bytes) \
     SELECT kind, key, version, bytes FROM before.record AS r WHERE kind = 'signing_key' AND ",
    app_is_in!("main"),
    " AND NOT EXISTS (SELECT 1 FROM main.record AS m WHERE m.kind = r.kind AND m.key = r.key AND m.bytes = r.bytes)"
);

/// A key that is taken over may be sealed under a key of the ring that the backup has not seen yet.
const CANARIES: &str = "INSERT OR IGNORE INTO main.record (kind, key, version, bytes) \
     SELECT kind, key, version, bytes FROM before.record WHERE kind = 'canary'";

/// Makes it all again in the restored database `db`, to which the store before it is attached as `before`, in one commit.
pub(super) fn make(db: &Connection, losses: &Losses, backup: &Manifest) -> Result<MadeAgain, Fault> {
    let seen = db.query_row("SELECT value FROM meta WHERE name = 'high_water'", [], |row| row.get(0))?;
    let batch = Batch::new(db, seen);
    batch.execute("BEGIN IMMEDIATE", [])?;
    let mut made = MadeAgain::default();
    for end in &losses.ended {
        made.ends += u64::from(changes::commit(&batch, &end_again(end.family, end.reason, end.at))?);
    }
    for announcement in &losses.announced {
        feed::announce(&batch, announcement)?;
        batch.saw(announcement.at);
        made.announcements += 1;
    }
    if goes_on(db, backup)? {
        let taken_back = db.execute(REVOKED, [])? + db.execute(RETIRED, [])?;
        let taken_over = db.execute(TAKEN_OVER, [])?;
        if taken_over > 0 {
            db.execute(CANARIES, [])?;
        }
        made.keys = (taken_back + taken_over) as u64;
    }
    writer::mark(db, batch.seen())?;
    batch.execute("COMMIT", [])?;
    Ok(made)
}

/// Whether `before` is the store that was backed up, later on, with nothing undone in it since: only then was a key that it lacks
/// taken back. An older copy lacks those that were made since, and so does a store that was restored, whose incarnation is another.
fn goes_on(db: &Connection, backup: &Manifest) -> Result<bool, Fault> {
    let meta = |name: &str| -> Result<i64, Fault> {
        Ok(db.query_row("SELECT value FROM before.meta WHERE name = ?", [name], |row| row.get(0))?)
    };
    let head = |database: &str, table: &str| -> Result<u64, Fault> {
        let sql = format!("SELECT ifnull(max(seq), 0) FROM {database}.sqlite_sequence WHERE name = ?");
        Ok(db.query_row(&sql, [table], |row| row.get(0))?)
    };
    Ok(meta("incarnation")? as u64 == backup.incarnation
        && meta("high_water")? >= backup.high_water.millis()
        && head("before", "feed")? >= backup.feed_head
        && head("before", "event")? >= head("main", "event")?)
}
