//! Searches among sessions: a stretch at a time, each of which looks at a bounded number of rows.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use tenure_core::family::Family;
use tenure_core::id::FamilyId;
use tenure_core::time::Timestamp;
use tenure_store::{Counted, Filter, Listed, Page};

use crate::fault::Fault;
use crate::filter::{Condition, Order};
use crate::rows::{self, COLUMNS, Key};
use crate::terms::Query;

/// `condition` for those after `after`, and no more of them than the first `rows` that an index has: with the last of these,
/// where there may be more.
pub(crate) fn stretch(
    db: &Connection,
    mut condition: Condition,
    after: Option<FamilyId>,
    order: Order,
    rows: u32,
) -> Result<(Condition, Option<FamilyId>), Fault> {
    if let Some(after) = after {
        condition.and_after(after, order);
    }
    let Some((sql, values)) = condition.edge_query(order, rows) else { return Ok((condition, None)) };
    let edge = db.prepare_cached(&sql)?.query_row(params_from_iter(values), id).optional()?;
    if let Some(edge) = edge {
        condition.and_up_to(edge, order);
    }
    Ok((condition, edge))
}

/// The first two columns of a row, as an id.
pub(crate) fn id(row: &Row<'_>) -> rusqlite::Result<FamilyId> {
    Ok(FamilyId::from(Key { id: row.get(0)?, tail: row.get(1)? }))
}

/// Sessions that match, newest first.
pub(crate) fn list(
    db: &Connection,
    filter: &Filter,
    now: Timestamp,
    page: Page,
    rows: u32,
) -> Result<Listed, Fault> {
    let snapshot = db.unchecked_transaction()?;
    let condition = Condition::new(filter, now);
    let (condition, edge) = stretch(&snapshot, condition, page.after, Order::NewToOld, rows)?;
    let (sql, values) = list_query(condition, page.limit);
    let mut statement = snapshot.prepare_cached(&sql)?;
    let found = statement.query_and_then(params_from_iter(values), |row| rows::family(row).map(Arc::new))?;
    let mut families = found.collect::<Result<Vec<Arc<Family>>, Fault>>()?;
    let more = families.len() > page.limit as usize;
    families.truncate(page.limit as usize);
    Ok(Listed { next: if more { families.last().map(|row| row.id) } else { edge }, families })
}

/// One more than the page has, so that it is known whether there are more.
pub(crate) fn list_query(condition: Condition, limit: u32) -> Query {
    condition.into_query(&format!("SELECT {COLUMNS}"), "ORDER BY id DESC LIMIT ?", i64::from(limit) + 1)
}

/// How many match.
pub(crate) fn count(
    db: &Connection,
    filter: &Filter,
    now: Timestamp,
    page: Page,
    rows: u32,
) -> Result<Counted, Fault> {
    let snapshot = db.unchecked_transaction()?;
    let condition = Condition::new(filter, now);
    let (condition, edge) = stretch(&snapshot, condition, page.after, Order::NewToOld, rows)?;
    // Without an edge nothing but the limit bounds it.
    let limit = page.limit.min(rows);
    let (sql, values) = condition.into_query("SELECT id", "ORDER BY id DESC LIMIT ?", limit.into());
    let sql = format!("SELECT count(*), min(id) FROM ({sql})");
    let (sessions, last): (u32, Option<i64>) = snapshot
        .prepare_cached(&sql)?
        .query_row(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let next = match last.filter(|_| sessions == limit) {
        None => edge,
        Some(last) => {
            let sql = "SELECT id, tail FROM family WHERE id = ?";
            Some(snapshot.prepare_cached(sql)?.query_row([last], id)?)
        }
    };
    Ok(Counted { sessions, next })
}
