//! A filter as SQL, put together from fixed fragments; every value is bound.

use rusqlite::types::Value;
use tenure_core::id::{FamilyId, Seq};
use tenure_core::time::Timestamp;
use tenure_store::{Filter, Status};

use crate::rows::{Key, first_id_of_second};
use crate::terms::{Query, Terms};

/// When a session is over that nobody ends: at the earlier of its two deadlines.
pub(crate) const END: &str = "min(absolute_end, ifnull(active_at + idle_timeout, absolute_end))";

/// Which way a list of sessions runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    NewToOld,
    OldToNew,
}

/// A condition on the rows of `family`. What an index has comes first; the rest is looked at row by row.
pub(crate) struct Condition {
    index: &'static str,
    in_index: Terms,
    in_row: Terms,
}

impl Condition {
    /// The rows that [`Filter::matches`] at `now`.
    pub(crate) fn new(filter: &Filter, now: Timestamp) -> Self {
        Self::with(filter, filter.status.as_slice(), now)
    }

    /// Those of them that may return, which may be none: where the filter asks for such as may not.
    pub(crate) fn may_return(filter: &Filter, now: Timestamp) -> Self {
        let statuses: Vec<_> = filter.status.into_iter().chain([Status::MayReturn]).collect();
        Self::with(filter, &statuses, now)
    }

    /// Every row that has not ended.
    pub(crate) fn unended() -> Self {
        let mut this = Self::by_id();
        this.in_row.and("ended_at IS NULL", []);
        this
    }

    fn with(filter: &Filter, statuses: &[Status], now: Timestamp) -> Self {
        let mut this = Self::by_index(filter, statuses.iter().any(|status| *status != Status::Ended));
        if let Some(session) = filter.session {
            this.and_is(session);
        }
        this.and_created(filter.created_from, filter.created_before);
        let in_row = &mut this.in_row;
        if let Some(Key { id, tail }) = filter.except.map(Key::from) {
            in_row.and("NOT (id = ? AND tail = ?)", [id.into(), tail.into()]);
        }
        for status in statuses {
            and_status(in_row, *status, now);
        }
        if let Some(before) = filter.active_before {
            in_row.and("active_at < ?", [before.millis().into()]);
        }
        if let Some(from) = filter.ended_from {
            in_row.and("ended_at >= ?", [from.millis().into()]);
        }
        if let Some(before) = filter.ended_before {
            in_row.and("ended_at < ?", [before.millis().into()]);
        }
        if let Some(client) = &filter.client {
            in_row.and("ifnull(client, app) = ?", [text(client.as_str())]);
        }
        if let Some(version) = filter.settings_version {
            in_row.and("policy_version = ?", [version.into()]);
        }
        this
    }

    /// What a filter says that an index can have. The index is named: SQLite does not know which one is the narrowest.
    fn by_index(filter: &Filter, unended: bool) -> Self {
        let mut this = Self::by_id();
        let columns: &[&str] = match filter {
            Filter { session: Some(_), .. } => &[],
            Filter { app: Some(_), user: Some(_), .. } => {
                this.index = if unended { "INDEXED BY family_unended" } else { "INDEXED BY family_by_user" };
                &["app", "user"]
            }
            Filter { app: Some(_), reason: Some(_), .. } => {
                this.index = "INDEXED BY family_by_reason";
                &["app", "end_reason"]
            }
            Filter { app: Some(_), .. } => {
                this.index = "INDEXED BY family_by_app";
                &["app"]
            }
            Filter { kid: Some(_), .. } if unended => {
                this.index = "INDEXED BY family_by_key";
                &["kid"]
            }
            _ => &[],
        };
        for (column, is, value) in [
            ("app", "app = ?", filter.app.as_ref().map(|app| text(app.as_str()))),
            ("user", "user = ?", filter.user.as_ref().map(|user| text(user.as_str()))),
            ("end_reason", "end_reason = ?", filter.reason.map(|reason| i64::from(reason.code()).into())),
            ("kid", "kid = ?", filter.kid.map(|kid| i64::from(kid.0).into())),
        ] {
            let Some(value) = value else { continue };
            let terms = if columns.contains(&column) { &mut this.in_index } else { &mut this.in_row };
            terms.and(is, [value]);
        }
        if unended {
            let in_index = matches!(this.index, "INDEXED BY family_unended" | "INDEXED BY family_by_key");
            let terms = if in_index { &mut this.in_index } else { &mut this.in_row };
            terms.and("ended_at IS NULL", []);
        }
        this
    }

    /// All rows, in the order of their ids.
    fn by_id() -> Self {
        Self { index: "NOT INDEXED", in_index: Terms::default(), in_row: Terms::default() }
    }

    /// Only those that come after `after` in a list of this order.
    pub(crate) fn and_after(&mut self, after: FamilyId, order: Order) {
        let Key { id, tail } = after.into();
        match order {
            Order::NewToOld => {
                self.in_index.and("id <= ? AND (id < ? OR tail < ?)", [id.into(), id.into(), tail.into()])
            }
            // No two sessions share the first half of their ids.
            Order::OldToNew => self.in_index.and("id > ?", [id.into()]),
        }
    }

    /// Only those that come no later than `edge` in a list of this order.
    pub(crate) fn and_up_to(&mut self, edge: FamilyId, order: Order) {
        let Key { id, .. } = edge.into();
        self.in_index.and(if order == Order::NewToOld { "id >= ?" } else { "id <= ?" }, [id.into()]);
    }

    /// Only this one.
    pub(crate) fn and_is(&mut self, family: FamilyId) {
        let Key { id, tail } = family.into();
        self.in_index.and("id = ?", [id.into()]);
        self.in_row.and("tail = ?", [tail.into()]);
    }

    /// Only with this number of its newest token.
    pub(crate) fn and_seq(&mut self, seq: Seq) {
        self.in_row.and("seq = ?", [seq.0.into()]);
    }

    /// The moments themselves, and the ids that they imply, which an index can look up: an id begins with its second.
    fn and_created(&mut self, from: Option<Timestamp>, before: Option<Timestamp>) {
        if let Some(from) = from {
            self.in_row.and("created_at >= ?", [from.millis().into()]);
            if let Ok(second) = u32::try_from(from.secs()) {
                self.in_index.and("id >= ?", [first_id_of_second(second).into()]);
            }
        }
        if let Some(before) = before {
            self.in_row.and("created_at < ?", [before.millis().into()]);
            if let Ok(second) = u32::try_from(before.secs_up()) {
                self.in_index.and("id < ?", [first_id_of_second(second).into()]);
            }
        }
    }

    /// The last of the first `rows` that an index has for this, by both parts of its id: nothing, where it has fewer. No
    /// statement where an index has all of the condition, and nothing else has to be looked at.
    pub(crate) fn edge_query(&self, order: Order, rows: u32) -> Option<Query> {
        (!self.in_row.is_empty()).then(|| {
            let by = if order == Order::NewToOld { "ORDER BY id DESC" } else { "ORDER BY id" };
            let sql = format!("SELECT id, tail FROM family {} WHERE {}", self.index, self.in_index.sql());
            let skipped = i64::from(rows.max(1)) - 1;
            (format!("{sql} {by} LIMIT 1 OFFSET ?"), self.in_index.values_and(skipped.into()))
        })
    }

    /// `head` of the rows that meet the condition, and `rest`, whose one value is `last`.
    pub(crate) fn into_query(self, head: &str, rest: &str, last: i64) -> Query {
        let index = self.index;
        let all = self.in_index.with(self.in_row);
        (format!("{head} FROM family {index} WHERE {} {rest}", all.sql()), all.values_and(last.into()))
    }

    /// `head` with its values `first`, the condition, `rest`.
    pub(crate) fn into_change<const N: usize>(self, head: &str, first: [Value; N], rest: &str) -> Query {
        let all = self.in_index.with(self.in_row);
        (format!("{head} WHERE {} {rest}", all.sql()), all.values_after(first))
    }
}

/// Only those in this state, of those that have not ended where it is not [`Status::Ended`].
fn and_status(terms: &mut Terms, status: Status, now: Timestamp) {
    match status {
        Status::Live => terms.and(&format!("{END} > ?"), [now.millis().into()]),
        Status::Expired => terms.and(&format!("{END} <= ?"), [now.millis().into()]),
        Status::MayReturn => terms.and("absolute_end > ?", [now.millis().into()]),
        Status::Ended => terms.and("ended_at IS NOT NULL", []),
        Status::Unended => {}
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}
