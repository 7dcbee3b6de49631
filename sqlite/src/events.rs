//! Events: appended in order, and looked up by app, kind, user or session.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::time::Timestamp;
use tenure_store::{Event, EventFilter, EventPage, NumberedEvent};

use crate::batch::Batch;
use crate::fault::Fault;
use crate::feed::{last_number, number};
use crate::rows::Fields;

const EVENT: &str = "n, at, app, kind, user, session, body";

/// Events that one page looks at, at most, where no index has what is asked for: a filter that hardly anything matches must not
/// read everything there is at once.
const LOOKED_AT: u64 = 50_000;

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

/// A page of them, in one snapshot.
pub(crate) fn page(db: &Connection, filter: &EventFilter, after: u64, max: u32) -> Result<EventPage, Fault> {
    let snapshot = db.unchecked_transaction()?;
    let head = last_number(&snapshot, "event")?;
    let first: Option<u64> =
        snapshot.prepare_cached("SELECT min(n) FROM event")?.query_row([], |row| row.get(0))?;
    let from = after.max(first.map_or(0, |first| first - 1));
    let searched = filter.app.is_none() && filter.session.is_none();
    let to = if searched { head.min(from.saturating_add(LOOKED_AT)) } else { head };
    let (sql, values) = query(filter, from, to, max);
    let mut statement = snapshot.prepare_cached(&sql)?;
    let events: Vec<_> =
        statement.query_and_then(params_from_iter(values), event)?.collect::<Result<_, _>>()?;
    let looked_to = events.last().filter(|_| events.len() == max as usize).map_or(to, |last| last.n);
    Ok(EventPage { events, looked_to, head })
}

/// The query for a page. It names the index: which one is narrowest follows from what is given.
pub(crate) fn query(filter: &EventFilter, after: u64, to: u64, max: u32) -> (String, Vec<Value>) {
    let text = |value: &str| Value::Text(value.to_owned());
    let mut conditions = vec!["n > ? AND n <= ?"];
    let mut values = vec![number(after).into(), number(to).into()];
    let mut index = "";
    if let Some(app) = &filter.app {
        index = "INDEXED BY event_by_app";
        conditions.push("app = ?");
        values.push(text(app.as_str()));
    }
    if let Some(kind) = &filter.kind {
        if filter.app.is_some() {
            index = "INDEXED BY event_by_kind";
        }
        conditions.push("kind = ?");
        values.push(text(kind));
    }
    if let Some(user) = &filter.user {
        if filter.app.is_some() {
            index = "INDEXED BY event_by_user";
        }
        conditions.push("user = ?");
        values.push(text(user.as_str()));
    }
    if let Some(session) = filter.session {
        index = "INDEXED BY event_by_session";
        conditions.push("session = ?");
        values.push(text(&session.to_string()));
    }
    values.push(i64::from(max).into());
    let condition = conditions.join(" AND ");
    (format!("SELECT {EVENT} FROM event {index} WHERE {condition} ORDER BY n LIMIT ?"), values)
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
