//! What a restore would undo and must not: ends, what was announced, and keys that were taken back.

use rusqlite::Connection;
use tenure_core::end::end_again;

use super::losses::LostEnd;
use crate::batch::Batch;
use crate::fault::Fault;
use crate::{changes, writer};

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

/// Entries of `before` that are not about one session and that the restored feed does not have.
pub(super) const FORGOTTEN: &str = "FROM before.feed AS b WHERE b.kind <> 1 AND NOT EXISTS (SELECT 1 FROM main.feed AS m \
     WHERE m.kind = b.kind AND m.app = b.app AND m.name IS b.name AND m.at = b.at)";

/// Whether the app of the key `r` is here.
const APP_IS_HERE: &str = "EXISTS (SELECT 1 FROM main.record AS a \
     WHERE a.kind = 'app' AND a.key = substr(r.key, 1, instr(r.key, '/') - 1))";

/// Makes it all again in the restored database `db`, to which the store before it is attached as `before`, in one commit.
pub(super) fn make(db: &Connection, ends: &[LostEnd]) -> Result<MadeAgain, Fault> {
    let seen = db.query_row("SELECT value FROM meta WHERE name = 'high_water'", [], |row| row.get(0))?;
    let batch = Batch::new(db, seen);
    batch.execute("BEGIN IMMEDIATE", [])?;
    let mut made = MadeAgain::default();
    for end in ends {
        made.ends += u64::from(changes::commit(&batch, &end_again(end.family, end.reason, end.at))?);
    }
    let announce = format!(
        "INSERT INTO main.feed (app, kind, session, name, at, forget_after) \
         SELECT app, kind, session, name, at, forget_after {FORGOTTEN} ORDER BY b.n"
    );
    made.announcements = db.execute(&announce, [])? as u64;
    made.keys = keys(db)?;
    writer::mark(db, batch.seen())?;
    batch.execute("COMMIT", [])?;
    Ok(made)
}

/// An API key that was revoked stays revoked. Signing keys are taken over whole: those that were retired sign no more, and
/// those that verifiers know by now are there.
fn keys(db: &Connection) -> Result<u64, Fault> {
    let revoked = "DELETE FROM main.record WHERE kind = 'api_key' \
                   AND key NOT IN (SELECT key FROM before.record WHERE kind = 'api_key')";
    let removed = format!(
        "DELETE FROM main.record AS r WHERE kind = 'signing_key' AND {APP_IS_HERE} \
         AND key NOT IN (SELECT key FROM before.record WHERE kind = 'signing_key')"
    );
    let taken_over = format!(
        "INSERT OR REPLACE INTO main.record (kind, key, version, bytes) \
         SELECT kind, key, version, bytes FROM before.record AS r WHERE kind = 'signing_key' AND {APP_IS_HERE} \
         AND NOT EXISTS (SELECT 1 FROM main.record AS m WHERE m.kind = r.kind AND m.key = r.key AND m.bytes = r.bytes)"
    );
    let mut changed = 0;
    for sql in [revoked, &removed, &taken_over] {
        changed += db.execute(sql, [])? as u64;
    }
    Ok(changed)
}
