//! Giving space back: what is over, and what need not be remembered any more.

use rusqlite::{Connection, params};
use tenure_core::time::Timestamp;
use tenure_store::Horizon;

use crate::batch::Batch;
use crate::fault::Fault;
use crate::feed;
use crate::filter::END;

/// At most `max` families that were over before `before`, by primary key. Looks at every row, and so is no work for the
/// writer.
pub(crate) fn families_over(db: &Connection, before: Timestamp, max: u32) -> Result<Vec<i64>, Fault> {
    let sql = format!("SELECT id FROM family WHERE ifnull(ended_at, {END}) < ? ORDER BY id LIMIT ?");
    let mut statement = db.prepare_cached(&sql)?;
    let ids = statement.query_map(params![before.millis(), max], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Removes those of `families` that still are over, and from the feed and the events at most `max` each, only from the
/// beginning: what is kept has no gap.
pub(crate) fn prune(batch: &Batch<'_>, families: &[i64], horizon: Horizon, max: u32) -> Result<usize, Fault> {
    let mut removed = 0;
    let sql = format!("DELETE FROM family WHERE id = ? AND ifnull(ended_at, {END}) < ?");
    let mut statement = batch.prepare(&sql)?;
    for id in families {
        removed += statement.execute([*id, horizon.families.millis()])?;
    }
    for (sql, before, up_to) in [
        (
            "DELETE FROM feed WHERE n <= ?3 AND n < min((SELECT min(n) FROM feed) + ?1, ifnull( \
         (SELECT n FROM feed WHERE n < (SELECT min(n) FROM feed) + ?1 AND forget_after >= ?2 ORDER BY n LIMIT 1), \
         9223372036854775807))",
            horizon.feed,
            horizon.feed_up_to,
        ),
        (
            "DELETE FROM event WHERE n <= ?3 AND n < min((SELECT min(n) FROM event) + ?1, ifnull( \
         (SELECT n FROM event WHERE n < (SELECT min(n) FROM event) + ?1 AND at >= ?2 ORDER BY n LIMIT 1), \
         9223372036854775807))",
            horizon.events,
            u64::MAX,
        ),
    ] {
        removed += batch.execute(sql, params![max, before.millis(), feed::number(up_to)])?;
    }
    Ok(removed)
}
