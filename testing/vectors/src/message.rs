//! A message of the feed that is being written.

use serde_json::{Value, json};

use crate::known::NOW;

/// The store that almost every message comes from.
pub(crate) const HOME: &str = "00000000c0ffee00";

/// Another one.
pub(crate) const ABROAD: &str = "00000000deadbeef";

/// A good message until something is changed. It ends at the head, and is as of [`NOW`].
#[derive(Clone)]
pub(crate) struct Message(Value);

impl Message {
    /// The first that a reader gets: from the oldest entry that matters up to this number.
    pub(crate) fn start(cursor: u64) -> Self {
        Self::reset("start", HOME, cursor)
    }

    /// From the oldest entry that matters, for this reason.
    pub(crate) fn reset(reason: &str, incarnation: &str, cursor: u64) -> Self {
        let cursor = place(incarnation, cursor);
        Self(
            json!({ "after": null, "cursor": cursor, "head": cursor, "as_of": NOW, "entries": [], "reset": reason }),
        )
    }

    /// What comes after a number, up to another.
    pub(crate) fn after(after: u64, cursor: u64) -> Self {
        Self::of(HOME, after, cursor)
    }

    /// The same, of this store.
    pub(crate) fn of(incarnation: &str, after: u64, cursor: u64) -> Self {
        let (after, cursor) = (place(incarnation, after), place(incarnation, cursor));
        Self(json!({ "after": after, "cursor": cursor, "head": cursor, "as_of": NOW, "entries": [] }))
    }

    /// With no entries: nothing has happened.
    pub(crate) fn quiet(at: u64) -> Self {
        Self::after(at, at)
    }

    /// With another head.
    pub(crate) fn head(self, number: u64) -> Self {
        self.with("head", place(HOME, number).into())
    }

    /// As of so many seconds after [`NOW`].
    pub(crate) fn told_at(self, seconds: i64) -> Self {
        self.with("as_of", (NOW + seconds).into())
    }

    /// With one more entry.
    pub(crate) fn entry(mut self, entry: Value) -> Self {
        self.0["entries"].as_array_mut().expect("entries are a list").push(entry);
        self
    }

    /// With one more entry: this session has ended.
    pub(crate) fn end(self, n: u64, sid: &str) -> Self {
        self.entry(entry(n, json!({ "sid": sid })))
    }

    /// With another member, or another value of it.
    pub(crate) fn with(mut self, member: &str, value: Value) -> Self {
        self.0[member] = value;
        self
    }

    pub(crate) fn without(mut self, member: &str) -> Self {
        self.0.as_object_mut().expect("a message is an object").remove(member);
        self
    }

    pub(crate) fn json(self) -> Value {
        self.0
    }
}

/// A cursor.
pub(crate) fn place(incarnation: &str, number: u64) -> String {
    format!("{incarnation}-{number}")
}

/// An entry of now about this subject, to be remembered for five minutes.
pub(crate) fn entry(n: u64, subject: Value) -> Value {
    let mut entry = json!({ "n": n, "at": NOW, "until": NOW + 300 });
    let members = entry.as_object_mut().expect("it was made as one");
    members.extend(subject.as_object().expect("a subject is an object").clone());
    entry
}
