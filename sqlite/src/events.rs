//! Events: appended in order, and looked up by app, kind, user or session.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::time::Timestamp;
use tenure_store::{Event, EventFilter, EventPage, NumberedEvent};

use crate::batch::Batch;
use crate::fault::Fault;
use crate::feed::{last_number, number};
use crate::rows::Fields;
use crate::terms::{Query, Terms};

const EVENT: &str = "n, at, app, kind, user, session, body";

/// Adds events.
pub(crate) fn append(batch: &Batch<'_>, events: &[Event]) -> Result<(), Fault> {
    for Event { at, app, kind, user, session, detail } in events {
        let sql = "INSERT INTO event (at, app, kind, user, session, body) VALUES (?, ?, ?, ?, ?, ?)";
        let (app, user) = (app.as_ref().map(AppId::as_str), user.as_ref().map(UserId::as_str));
        let session = session.as_ref().map(FamilyId::to_string);
        batch.execute(sql, params![at.millis(), app, kind, user, session, detail])?;
    }
    Ok(())
}

/// A page of them, in one snapshot. Looks at `rows` of what an index has, at most.
pub(crate) fn page(
    db: &Connection,
    filter: &EventFilter,
    after: u64,
    max: u32,
    rows: u32,
) -> Result<EventPage, Fault> {
    let snapshot = db.unchecked_transaction()?;
    let head = last_number(&snapshot, "event")?;
    let mut search = Search::new(filter, after);
    let edge: Option<u64> = match search.edge_query(rows) {
        Some((sql, values)) => {
            let mut statement = snapshot.prepare_cached(&sql)?;
            statement.query_row(params_from_iter(values), |row| row.get(0)).optional()?
        }
        None => None,
    };
    if let Some(edge) = edge {
        search.in_index.and("n <= ?", [number(edge).into()]);
    }
    let (sql, values) = search.into_query(max);
    let mut statement = snapshot.prepare_cached(&sql)?;
    let events: Vec<_> =
        statement.query_and_then(params_from_iter(values), event)?.collect::<Result<_, _>>()?;
    let last = events.last().filter(|_| events.len() == max as usize).map(|last| last.n);
    Ok(EventPage { events, looked_to: last.or(edge).unwrap_or(head), head })
}

/// What is looked for: what an index has of it, and what is looked at row by row.
pub(crate) struct Search {
    index: &'static str,
    in_index: Terms,
    in_row: Terms,
}

impl Search {
    /// Events after number `after` that match. The index is named: which one is narrowest follows from what is given.
    pub(crate) fn new(filter: &EventFilter, after: u64) -> Self {
        let (index, columns): (_, &[&str]) = match filter {
            EventFilter { session: Some(_), .. } => ("INDEXED BY event_by_session", &["session"]),
            EventFilter { app: Some(_), user: Some(_), .. } => ("INDEXED BY event_by_user", &["app", "user"]),
            EventFilter { app: Some(_), kind: Some(_), .. } => ("INDEXED BY event_by_kind", &["app", "kind"]),
            EventFilter { app: Some(_), .. } => ("INDEXED BY event_by_app", &["app"]),
            _ => ("NOT INDEXED", &[]),
        };
        let mut this = Self { index, in_index: Terms::default(), in_row: Terms::default() };
        this.in_index.and("n > ?", [number(after).into()]);
        for (column, is, value) in [
            ("app", "app = ?", filter.app.as_ref().map(|app| app.as_str().to_owned())),
            ("kind", "kind = ?", filter.kind.clone()),
            ("user", "user = ?", filter.user.as_ref().map(|user| user.as_str().to_owned())),
            ("session", "session = ?", filter.session.map(|session| session.to_string())),
        ] {
            let Some(value) = value else { continue };
            let terms = if columns.contains(&column) { &mut this.in_index } else { &mut this.in_row };
            terms.and(is, [Value::Text(value)]);
        }
        this
    }

    /// The number of the last of the first `rows` that an index has: nothing, where it has fewer. No statement where an index has
    /// all that is looked for.
    pub(crate) fn edge_query(&self, rows: u32) -> Option<Query> {
        (!self.in_row.is_empty()).then(|| {
            let sql = format!("SELECT n FROM event {} WHERE {}", self.index, self.in_index.sql());
            let skipped = i64::from(rows.max(1)) - 1;
            (format!("{sql} ORDER BY n LIMIT 1 OFFSET ?"), self.in_index.values_and(skipped.into()))
        })
    }

    /// The first `max` that match.
    pub(crate) fn into_query(self, max: u32) -> Query {
        let (index, all) = (self.index, self.in_index.with(self.in_row));
        let sql = format!("SELECT {EVENT} FROM event {index} WHERE {} ORDER BY n LIMIT ?", all.sql());
        (sql, all.values_and(max.into()))
    }
}

fn event(row: &Row<'_>) -> Result<NumberedEvent, Fault> {
    let mut fields = Fields::new("event", EVENT, row)?;
    let n = fields.get()?;
    let at = Timestamp::from_millis(fields.get()?);
    let app = fields.get_ref()?.map(AppId::stored).transpose().map_err(|_| fields.illegal())?;
    let kind = fields.get_ref()?.ok_or_else(|| fields.illegal())?.to_owned();
    let user = fields.get_ref()?.map(UserId::parse).transpose().map_err(|_| fields.illegal())?;
    let session = match fields.get_ref()? {
        None => None,
        Some(text) => Some(FamilyId::parse(text).ok_or_else(|| fields.illegal())?),
    };
    let detail = fields.get_ref()?.ok_or_else(|| fields.illegal())?.to_owned();
    Ok(NumberedEvent { n, event: Event { at, app, kind, user, session, detail } })
}
