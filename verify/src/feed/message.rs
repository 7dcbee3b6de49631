//! A message of the feed, checked: what is not exactly of the shape is refused as a whole.

use serde::{Deserialize, Deserializer};
use tenure_wire::feed::{FeedEntry, FeedReset};

use crate::limits::MESSAGE_BYTES;
use crate::revoked::Subject;

/// A place in the feed of one incarnation of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(super) incarnation: Box<str>,
    pub(super) number: u64,
}

/// A message of the right shape (rule 5 of `docs/reference/revocation-feed.md`).
#[derive(Debug)]
pub(crate) struct Message {
    pub(super) after: After,
    pub(super) cursor: Cursor,
    /// Not before `cursor`, and of its incarnation.
    pub(super) head: u64,
    pub(super) as_of: i64,
    pub(super) entries: Vec<FeedEntry>,
}

/// Where a message begins.
#[derive(Debug)]
pub(super) enum After {
    /// With the oldest entry that matters.
    Reset(FeedReset),
    /// After this number.
    Number(u64),
}

#[derive(Deserialize)]
struct Raw {
    /// It may be `null`, and not be left out.
    #[serde(deserialize_with = "present")]
    after: Option<String>,
    cursor: String,
    head: String,
    as_of: i64,
    entries: Vec<FeedEntry>,
    #[serde(default)]
    reset: Option<FeedReset>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

impl Cursor {
    /// Reads `<16 hex digits>-<number>`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (incarnation, number) = text.split_once('-')?;
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if incarnation.len() != 16
            || !incarnation.bytes().all(is_hex)
            || !number.bytes().all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        Some(Cursor { incarnation: incarnation.into(), number: number.parse().ok()? })
    }

    pub(crate) fn to_text(&self) -> String {
        format!("{}-{}", self.incarnation, self.number)
    }
}

impl Message {
    /// Reads a message. `Err` says in words what is wrong with it, and repeats nothing of it.
    pub(crate) fn read(json: &[u8]) -> Result<Self, &'static str> {
        if json.len() > MESSAGE_BYTES {
            return Err("it is too long");
        }
        let raw: Raw = serde_json::from_slice(json).map_err(|_| "it is not of the shape of a message")?;
        let cursor = Cursor::parse(&raw.cursor).ok_or("its cursor is none")?;
        let number = |text: &str| {
            Cursor::parse(text).filter(|one| one.incarnation == cursor.incarnation).map(|one| one.number)
        };
        let head = number(&raw.head).ok_or("its head is no cursor of the same store")?;
        let after = match (&raw.after, raw.reset) {
            (None, Some(reset)) => After::Reset(reset),
            (Some(text), None) => {
                After::Number(number(text).ok_or("its start is no cursor of the same store")?)
            }
            _ => return Err("it says `reset` where it is none, or does not where it is one"),
        };
        let message = Message { after, cursor, head, as_of: raw.as_of, entries: raw.entries };
        message.is_in_order()?;
        Ok(message)
    }

    fn is_in_order(&self) -> Result<(), &'static str> {
        let mut before = match self.after {
            After::Reset(_) => 0,
            After::Number(number) => number,
        };
        if before > self.cursor.number || self.cursor.number > self.head {
            return Err("it ends before it begins, or beyond the head");
        }
        for entry in &self.entries {
            if entry.n <= before || entry.n > self.cursor.number {
                return Err("its entries are not in order, or beyond its bounds");
            }
            before = entry.n;
            if Subject::of(entry).is_none() {
                return Err("an entry has no subject, or several");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
