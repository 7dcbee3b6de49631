//! The verbs of sessions on SQLite.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use rusqlite::{Connection, params_from_iter};
use tenure_core::change::Change;
use tenure_core::family::Family;
use tenure_core::id::FamilyId;
use tenure_core::open::Opening;
use tenure_core::time::Timestamp;
use tenure_store::{
    Counted, EndWhere, Ended, Event, EventFilter, EventPage, FeedPage, Filter, Horizon, Listed, OpenOutcome,
    Page, Sessions, Unavailable,
};

use crate::batch::Batch;
use crate::fault::Fault;
use crate::filter::{Condition, Order};
use crate::job::Steps;
use crate::rows::{self, COLUMNS, Key};
use crate::terms::Query;
use crate::{Sqlite, changes, events, feed, prune, search};

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
        let (asked, end, rows) = (end.clone(), end.clone(), self.looked_at_rows);
        let found = self.readers.long(move |db| changes::to_end(db, &asked, rows)).await?;
        if let Some(nothing) = found.as_nothing(&end) {
            return Ok(nothing);
        }
        self.writer.submit(Steps::Many, move |batch| changes::end_where(batch, &end, &found)).await
    }

    async fn list(&self, filter: &Filter, now: Timestamp, page: Page) -> Result<Listed, Unavailable> {
        let (filter, rows) = (filter.clone(), self.looked_at_rows);
        self.readers.long(move |db| search::list(db, &filter, now, page, rows)).await
    }

    async fn count(&self, filter: &Filter, now: Timestamp, page: Page) -> Result<Counted, Unavailable> {
        let (filter, rows) = (filter.clone(), self.looked_at_rows);
        self.readers.long(move |db| search::count(db, &filter, now, page, rows)).await
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
        let (filter, rows) = (filter.clone(), self.looked_at_rows);
        self.readers.long(move |db| events::page(db, &filter, after, max, rows)).await
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

impl Sqlite {
    /// How a page of a list is looked up, in SQLite's words: for an operator who wonders what it costs. First how the end of what
    /// it looks at is found, where it has one.
    pub async fn explain_list(
        &self,
        filter: &Filter,
        now: Timestamp,
        page: Page,
    ) -> Result<Vec<String>, Unavailable> {
        let mut condition = Condition::new(filter, now);
        if let Some(after) = page.after {
            condition.and_after(after, Order::NewToOld);
        }
        let edge = condition.edge_query(Order::NewToOld, self.looked_at_rows);
        let mut steps = match edge {
            Some(query) => self.explain(query).await?,
            None => Vec::new(),
        };
        steps.extend(self.explain(search::list_query(condition, page.limit)).await?);
        Ok(steps)
    }

    /// The same for a page of events.
    pub async fn explain_events(&self, filter: &EventFilter) -> Result<Vec<String>, Unavailable> {
        let search = events::Search::new(filter, 0);
        let mut steps = match search.edge_query(self.looked_at_rows) {
            Some(query) => self.explain(query).await?,
            None => Vec::new(),
        };
        steps.extend(self.explain(search.into_query(1)).await?);
        Ok(steps)
    }

    async fn explain(&self, (sql, values): Query) -> Result<Vec<String>, Unavailable> {
        self.readers
            .long(move |db| {
                let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let steps = statement.query_map(params_from_iter(values), |row| row.get("detail"))?;
                Ok(steps.collect::<Result<_, _>>()?)
            })
            .await
    }
}
