//! The verbs of records, and the store's own marks.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use tenure_core::time::Timestamp;
use tenure_store::{Announcement, Directory, Expected, Figures, Kind, Record, Unavailable, Write, Written};

use crate::Sqlite;
use crate::batch::Batch;
use crate::disk;
use crate::fault::Fault;
use crate::feed;
use crate::job::Steps;

#[async_trait]
impl Directory for Sqlite {
    async fn get(&self, kind: Kind, key: &str) -> Result<Option<Record>, Unavailable> {
        self.readers.point(|db| get(db, kind, key))
    }

    async fn records(
        &self,
        kind: Kind,
        prefix: &str,
        after: Option<&str>,
        max: u32,
    ) -> Result<Vec<Record>, Unavailable> {
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        self.readers.long(move |db| records(db, kind, &prefix, after.as_deref(), max)).await
    }

    async fn write(&self, writes: &[Write]) -> Result<Written, Unavailable> {
        let writes = writes.to_vec();
        self.writer.submit(Steps::Many, move |batch| write(batch, &writes)).await
    }

    async fn write_announced(
        &self,
        writes: &[Write],
        announcement: &Announcement,
    ) -> Result<Written, Unavailable> {
        let (writes, announcement) = (writes.to_vec(), announcement.clone());
        let work = move |batch: &Batch<'_>| {
            let written = write(batch, &writes)?;
            if written == Written::All {
                feed::announce(batch, &announcement)?;
                batch.saw(announcement.at);
            }
            Ok(written)
        };
        self.writer.submit(Steps::Many, work).await
    }

    async fn high_water(&self) -> Result<Timestamp, Unavailable> {
        Ok(Timestamp::from_millis(self.writer.high_water()))
    }

    async fn probe(&self) -> Result<(), Unavailable> {
        // The value has to change: SQLite would not write a page that stays as it was.
        let sql = "UPDATE meta SET value = 1 - value WHERE name = 'probe'";
        self.writer.submit(Steps::One, move |batch| batch.execute(sql, []).map(drop)).await
    }

    fn figures(&self) -> Option<Figures> {
        Some(Figures { disk: disk::below(&self.file), ..self.writer.figures() })
    }
}

fn get(db: &Connection, kind: Kind, key: &str) -> Result<Option<Record>, Fault> {
    let mut statement =
        db.prepare_cached("SELECT key, version, bytes FROM record WHERE kind = ? AND key = ?")?;
    Ok(statement.query_row([kind.as_str(), key], record).optional()?)
}

/// Records of a kind, by rising key.
pub(crate) fn records(
    db: &Connection,
    kind: Kind,
    prefix: &str,
    after: Option<&str>,
    max: u32,
) -> Result<Vec<Record>, Fault> {
    // Those with the prefix lie together, in the order of bytes: the first without it is past the last with it.
    let sql = "SELECT key, version, bytes FROM record \
               WHERE kind = ? AND key >= ? AND (?3 IS NULL OR key > ?3) ORDER BY key LIMIT ?";
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_map(params![kind.as_str(), prefix, after, max], record)?;
    let within =
        found.take_while(|found| found.as_ref().map_or(true, |record| record.key.starts_with(prefix)));
    Ok(within.collect::<Result<_, _>>()?)
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record { key: row.get(0)?, version: row.get(1)?, bytes: row.get(2)? })
}

/// Looks at all that is expected first, as it stands before any of the writes.
fn write(batch: &Batch<'_>, writes: &[Write]) -> Result<Written, Fault> {
    for (index, write) in writes.iter().enumerate() {
        let found = get(batch.db(), write.kind, &write.key)?.map(|record| record.version);
        let holds = match write.expected {
            Expected::Absent => found.is_none(),
            Expected::Version(version) => found == Some(version),
            Expected::Any => true,
        };
        if !holds {
            return Ok(Written::Conflict(index));
        }
    }
    for Write { kind, key, value, .. } in writes {
        match value {
            None => batch
                .execute("DELETE FROM record WHERE kind = ? AND key = ?", [kind.as_str(), key.as_str()])?,
            Some(bytes) => batch.execute(
                "INSERT INTO record (kind, key, version, bytes) VALUES (?, ?, 1, ?) \
                 ON CONFLICT (kind, key) DO UPDATE SET version = version + 1, bytes = excluded.bytes",
                params![kind.as_str(), key, bytes],
            )?,
        };
    }
    Ok(Written::All)
}
