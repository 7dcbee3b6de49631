//! A filter as SQL, put together from fixed fragments; every value is bound.

use rusqlite::types::Value;
use tenure_core::id::{FamilyId, Seq};
use tenure_core::time::Timestamp;
use tenure_store::{Filter, Status};

use crate::rows::{Key, first_id_of_second};

/// When a session is over that nobody ends: at the earlier of its two deadlines.
pub(crate) const END: &str = "min(absolute_end, ifnull(active_at + idle_timeout, absolute_end))";

/// A condition on the rows of `family`.
pub(crate) struct Condition {
    sql: String,
    values: Vec<Value>,
}

impl Condition {
    /// The rows that [`Filter::matches`] at `now`.
    pub(crate) fn new(filter: &Filter, now: Timestamp) -> Self {
        let mut this = Self { sql: "app = ?".to_owned(), values: vec![text(filter.app.as_str())] };
        if let Some(user) = &filter.user {
            this.and("user = ?", [text(user.as_str())]);
        }
        if let Some(session) = filter.session {
            this.and_is(session);
        }
        if let Some(Key { id, tail }) = filter.except.map(Key::from) {
            this.and("NOT (id = ? AND tail = ?)", [id.into(), tail.into()]);
        }
        if let Some(status) = filter.status {
            this.and_status(status, now);
        }
        if let Some(reason) = filter.reason {
            this.and("end_reason = ?", [i64::from(reason.code()).into()]);
        }
        this.and_created(filter.created_from, filter.created_before);
        if let Some(before) = filter.active_before {
            this.and("active_at < ?", [before.millis().into()]);
        }
        if let Some(from) = filter.ended_from {
            this.and("ended_at >= ?", [from.millis().into()]);
        }
        if let Some(before) = filter.ended_before {
            this.and("ended_at < ?", [before.millis().into()]);
        }
        if let Some(client) = &filter.client {
            this.and("ifnull(client, app) = ?", [text(client.as_str())]);
        }
        if let Some(version) = filter.settings_version {
            this.and("policy_version = ?", [version.into()]);
        }
        if let Some(kid) = filter.kid {
            this.and("kid = ?", [i64::from(kid.0).into()]);
        }
        this
    }

    /// Every row that has not ended.
    pub(crate) fn unended() -> Self {
        Self { sql: "ended_at IS NULL".to_owned(), values: Vec::new() }
    }

    /// Only with this number of its newest token.
    pub(crate) fn and_seq(&mut self, seq: Seq) {
        self.and("seq = ?", [seq.0.into()]);
    }

    /// `head` with its values `first`, the condition, `rest`; and the values of all.
    pub(crate) fn into_change<const N: usize>(
        self,
        head: &str,
        first: [Value; N],
        rest: &str,
    ) -> (String, Vec<Value>) {
        let values = first.into_iter().chain(self.values).collect();
        (format!("{head} WHERE {} {rest}", self.sql), values)
    }

    /// Only those that come after `after` in a list from new to old.
    pub(crate) fn and_older_than(&mut self, after: FamilyId) {
        let Key { id, tail } = after.into();
        self.and("id <= ? AND (id < ? OR tail < ?)", [id.into(), id.into(), tail.into()]);
    }

    /// Only this one.
    pub(crate) fn and_is(&mut self, family: FamilyId) {
        let Key { id, tail } = family.into();
        self.and("id = ? AND tail = ?", [id.into(), tail.into()]);
    }

    /// Only those that come after `after` in a list from old to new.
    pub(crate) fn and_newer_than(&mut self, after: FamilyId) {
        // No two sessions share the first half of their ids.
        self.and("id > ?", [Key::from(after).id.into()]);
    }

    /// `head`, the condition, `rest`, whose one value is `last`; and the values of all.
    pub(crate) fn into_query(mut self, head: &str, rest: &str, last: i64) -> (String, Vec<Value>) {
        self.values.push(last.into());
        (format!("{head} WHERE {} {rest}", self.sql), self.values)
    }

    /// Only those in this state.
    pub(crate) fn and_status(&mut self, status: Status, now: Timestamp) {
        match status {
            Status::Live => {
                self.and("ended_at IS NULL", []);
                self.and(&format!("{END} > ?"), [now.millis().into()]);
            }
            Status::Expired => {
                self.and("ended_at IS NULL", []);
                self.and(&format!("{END} <= ?"), [now.millis().into()]);
            }
            Status::MayReturn => {
                self.and("ended_at IS NULL", []);
                self.and("absolute_end > ?", [now.millis().into()]);
            }
            Status::Ended => self.and("ended_at IS NOT NULL", []),
            Status::Unended => self.and("ended_at IS NULL", []),
        }
    }

    /// The moments themselves, and the ids that they imply, which an index can look up: an id begins with its second.
    fn and_created(&mut self, from: Option<Timestamp>, before: Option<Timestamp>) {
        if let Some(from) = from {
            self.and("created_at >= ?", [from.millis().into()]);
            if let Ok(second) = u32::try_from(from.secs()) {
                self.and("id >= ?", [first_id_of_second(second).into()]);
            }
        }
        if let Some(before) = before {
            self.and("created_at < ?", [before.millis().into()]);
            if let Ok(second) = u32::try_from(before.secs_up()) {
                self.and("id < ?", [first_id_of_second(second).into()]);
            }
        }
    }

    fn and<const N: usize>(&mut self, fragment: &str, values: [Value; N]) {
        self.sql.push_str(" AND ");
        self.sql.push_str(fragment);
        self.values.extend(values);
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}
