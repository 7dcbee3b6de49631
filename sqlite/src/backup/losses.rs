//! What a restored store does not know and the one before it does: ends, sessions, newer tokens, records.

use std::path::Path;

use rusqlite::{Connection, Row};
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;
use tenure_store::{Announcement, Kind};

use super::APPLICATION_ID;
use super::error::BackupError;
use crate::fault::Fault;
use crate::rows::{Fields, Key};
use crate::{feed, schema};

/// Everything that the store before it knows better.
pub struct Losses {
    /// Sessions that have ended there and live here, oldest end first.
    pub ended: Vec<LostEnd>,
    /// Sessions that live there and are not known here.
    pub opened: u64,
    /// Sessions that live in both, with a newer token there.
    pub ahead: u64,
    /// What its feed says of users, apps and signing keys and the feed here does not, in its order: tokens that it refuses, as
    /// long as one of them may be valid.
    pub announced: Vec<Announcement>,
    /// Records that differ, by kind and key.
    pub records: Vec<RecordLoss>,
}

/// An end that is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostEnd {
    /// Which session.
    pub family: FamilyId,
    /// Of which app.
    pub app: AppId,
    /// Whose.
    pub user: UserId,
    /// When it ended.
    pub at: Timestamp,
    /// Why.
    pub reason: EndReason,
}

/// A record that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordLoss {
    /// It had been deleted, and is back.
    Back(Kind, String),
    /// It had been made since, and is gone.
    Gone(Kind, String),
    /// It had been changed since, and is as it was before.
    Older(Kind, String),
}

/// Compares the restored database `db` with the store or backup at `before`, which is only read.
pub(super) fn find(db: &Connection, before: &Path, now: Timestamp) -> Result<Losses, BackupError> {
    beside(db, before, |db| read(db, now))
}

/// Does `what` while `before` is attached to `db`, which is only read.
pub(super) fn beside<T>(
    db: &Connection,
    before: &Path,
    what: impl FnOnce(&Connection) -> Result<T, Fault>,
) -> Result<T, BackupError> {
    let failed = BackupError::database(before);
    // SQLite would make a database where there is none.
    std::fs::metadata(before).map_err(BackupError::file(before))?;
    db.execute("ATTACH ? AS before", [read_only(before)]).map_err(|error| failed(error.into()))?;
    let done = is_ours(db, before).and_then(|()| what(db).map_err(&failed));
    // What was asked of it is read to the end by now.
    db.execute("DETACH before", []).map_err(|error| failed(error.into()))?;
    done
}

fn is_ours(db: &Connection, before: &Path) -> Result<(), BackupError> {
    let failed = BackupError::database(before);
    let mark: i32 = db
        .query_row("PRAGMA before.application_id", [], |row| row.get(0))
        .map_err(|error| failed(error.into()))?;
    match [schema::APPLICATION_ID, APPLICATION_ID].contains(&mark) {
        true => Ok(()),
        false => Err(BackupError::Foreign { path: before.to_owned() }),
    }
}

fn read(db: &Connection, now: Timestamp) -> Result<Losses, Fault> {
    let count = |sql: &str| -> Result<u64, Fault> { Ok(db.query_row(sql, [], |row| row.get(0))?) };
    let sql = format!(
        "SELECT {LOST} FROM before.family AS b JOIN main.family AS m USING (id, tail) \
         WHERE b.ended_at IS NOT NULL AND m.ended_at IS NULL ORDER BY b.ended_at, id"
    );
    let ended = db.prepare(&sql)?.query_and_then([], lost_end)?.collect::<Result<_, _>>()?;
    let opened = count(
        "SELECT count(*) FROM before.family AS b WHERE b.ended_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM main.family AS m WHERE m.id = b.id AND m.tail = b.tail)",
    )?;
    let ahead = count(
        "SELECT count(*) FROM before.family AS b JOIN main.family AS m USING (id, tail) \
         WHERE b.ended_at IS NULL AND m.ended_at IS NULL AND b.seq > m.seq",
    )?;
    Ok(Losses { ended, opened, ahead, announced: feed::lost(db, now)?, records: records(db)? })
}

const LOST: &str = "id, tail, b.app, b.user, b.ended_at, b.end_reason";

fn lost_end(row: &Row<'_>) -> Result<LostEnd, Fault> {
    let mut fields = Fields::new("family", LOST, row)?;
    let family = Key { id: fields.get()?, tail: fields.get()? }.into();
    let app = fields.text(AppId::stored)?;
    let user = fields.text(UserId::parse)?;
    let at = Timestamp::from_millis(fields.get()?);
    let reason = EndReason::from_code(fields.get()?).ok_or_else(|| fields.illegal())?;
    Ok(LostEnd { family, app, user, at, reason })
}

/// Canaries and what concerns the installation are of the store itself; links into the console are over in minutes.
fn records(db: &Connection) -> Result<Vec<RecordLoss>, Fault> {
    let sql = "SELECT kind, key, b.version, m.version \
               FROM before.record AS b FULL JOIN main.record AS m USING (kind, key) \
               WHERE kind NOT IN ('canary', 'installation', 'admin_link') AND b.bytes IS NOT m.bytes ORDER BY kind, key";
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == name) else { continue };
        let key = row.get(1)?;
        let (there, here): (Option<u64>, Option<u64>) = (row.get(2)?, row.get(3)?);
        found.push(match (there, here) {
            (None, _) => RecordLoss::Back(kind, key),
            (_, None) => RecordLoss::Gone(kind, key),
            (Some(_), Some(_)) => RecordLoss::Older(kind, key),
        });
    }
    Ok(found)
}

/// The address of a database that is not to be written, as SQLite reads one (https://www.sqlite.org/uri.html).
fn read_only(path: &Path) -> String {
    let text = path.to_string_lossy();
    let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?mode=ro")
}
