//! The verbs of sessions on SQLite.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tenure_core::change::Change;
use tenure_core::family::Family;
use tenure_core::id::FamilyId;
use tenure_core::open::Opening;
use tenure_core::time::Timestamp;
use tenure_store::{
    EndWhere, Ended, Event, EventFilter, EventPage, FeedPage, Filter, Horizon, OpenOutcome, Page, Sessions,
    Unavailable,
};

use crate::batch::Batch;
use crate::fault::Fault;
use crate::filter::Condition;
use crate::job::Steps;
use crate::rows::{self, COLUMNS, Key};
use crate::{Sqlite, changes, events, feed, prune};

#[async_trait]
impl Sessions for Sqlite {
    async fn load(&self, family: FamilyId) -> Result<Option<Arc<Family>>, Unavailable> {
        self.readers.point(|db| load(db, family.into()))
    }

    async fn commit(&self, change: &Change) -> Result<bool, Unavailable> {
        let change = change.clone();
        self.writer.submit(changes::steps(&change), move |batch| changes::commit(batch, &change)).await
    }

    async fn open(&self, opening: &Opening) -> Result<OpenOutcome, Unavailable> {
        let opening = Opening {
            family: opening.family.clone(),
            ends: opening.ends.clone(),
            expected: opening.expected,
            remember_until: opening.remember_until,
        };
        self.writer.submit(Steps::Many, move |batch| changes::open(batch, &opening)).await
    }

    async fn end_where(&self, end: &EndWhere) -> Result<Ended, Unavailable> {
        let (asked, end) = (end.clone(), end.clone());
        let found = self.readers.long(move |db| changes::to_end(db, &asked)).await?;
        self.writer.submit(Steps::Many, move |batch| changes::end_where(batch, &end, &found)).await
    }

    async fn list(
        &self,
        filter: &Filter,
        now: Timestamp,
        page: Page,
    ) -> Result<Vec<Arc<Family>>, Unavailable> {
        let (sql, values) = list_query(filter, now, page);
        self.readers.long(move |db| list(db, &sql, values)).await
    }

    async fn count(&self, filter: &Filter, now: Timestamp, at_most: u64) -> Result<u64, Unavailable> {
        let condition = Condition::new(filter, now);
        self.readers.long(move |db| count(db, condition, at_most)).await
    }

    async fn feed(&self, after: u64, max: u32) -> Result<FeedPage, Unavailable> {
        let incarnation = self.incarnation;
        self.readers.long(move |db| feed::page(db, incarnation, after, max)).await
    }

    async fn append(&self, events: &[Event]) -> Result<(), Unavailable> {
        let events = events.to_vec();
        self.writer.submit(Steps::Many, move |batch| events::append(batch, &events)).await
    }

    async fn events(&self, filter: &EventFilter, after: u64, max: u32) -> Result<EventPage, Unavailable> {
        let filter = filter.clone();
        self.readers.long(move |db| events::page(db, &filter, after, max)).await
    }

    async fn prune(&self, horizon: Horizon, max: u32) -> Result<u64, Unavailable> {
        let families = self.readers.long(move |db| prune::families_over(db, horizon.families, max)).await?;
        let prune = move |batch: &Batch<'_>| prune::prune(batch, &families, horizon, max);
        self.writer.submit(Steps::Many, prune).await.map(|removed| removed as u64)
    }
}

static LOAD: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {COLUMNS} FROM family WHERE id = ? AND tail = ?"));

fn load(db: &Connection, key: Key) -> Result<Option<Arc<Family>>, Fault> {
    let mut statement = db.prepare_cached(&LOAD)?;
    let mut found = statement.query([key.id, key.tail])?;
    found.next()?.map(|row| rows::family(row).map(Arc::new)).transpose()
}

fn list_query(filter: &Filter, now: Timestamp, page: Page) -> (String, Vec<Value>) {
    let mut condition = Condition::new(filter, now);
    if let Some(after) = page.after {
        condition.and_older_than(after);
    }
    let head = format!("SELECT {COLUMNS} FROM family");
    condition.into_query(&head, "ORDER BY id DESC LIMIT ?", page.limit.into())
}

fn list(db: &Connection, sql: &str, values: Vec<Value>) -> Result<Vec<Arc<Family>>, Fault> {
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_and_then(params_from_iter(values), |row| rows::family(row).map(Arc::new))?;
    found.collect()
}

fn count(db: &Connection, condition: Condition, at_most: u64) -> Result<u64, Fault> {
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    let (sql, values) =
        condition.into_query("SELECT count(*) FROM (SELECT 1 FROM family", "LIMIT ?)", at_most);
    Ok(db.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
}

impl Sqlite {
    /// How a page of a list is looked up, in SQLite's words: for an operator who wonders what it costs.
    pub async fn explain_list(
        &self,
        filter: &Filter,
        now: Timestamp,
        page: Page,
    ) -> Result<Vec<String>, Unavailable> {
        self.explain(list_query(filter, now, page)).await
    }

    /// The same for a page of events.
    pub async fn explain_events(&self, filter: &EventFilter) -> Result<Vec<String>, Unavailable> {
        self.explain(events::query(filter, 0, u64::MAX, 1)).await
    }

    async fn explain(&self, (sql, values): (String, Vec<Value>)) -> Result<Vec<String>, Unavailable> {
        self.readers
            .long(move |db| {
                let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let steps = statement.query_map(params_from_iter(values), |row| row.get("detail"))?;
                Ok(steps.collect::<Result<_, _>>()?)
            })
            .await
    }
}
