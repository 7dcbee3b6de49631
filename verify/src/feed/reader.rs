//! What a reader of the feed makes of a message, and whether what it knows is fresh: a state machine that is told the time.

use tenure_wire::feed::FeedReset;

use super::message::{After, Cursor, Message};
use crate::clock::Millis;
use crate::revoked::{Revoked, Subject};

/// Where a reader stands.
#[derive(Default)]
pub(crate) struct Reader {
    cursor: Option<Cursor>,
    is_at_head: bool,
    /// The greatest that was seen, in Unix seconds by the server's clock.
    as_of: Option<i64>,
    /// The moment by our clock up to which the feed is known to be complete, at the earliest.
    complete_at: Option<Millis>,
    line: Line,
}

/// The connection or request that messages come from now.
#[derive(Clone, Copy, Default)]
struct Line {
    begun: Millis,
    /// The `as_of` of its first message that counts, which was said after `begun`.
    first_as_of: Option<i64>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// What it says is known now.
    Applied,
    /// The same, and it began anew.
    Reset(FeedReset),
    /// It says nothing, and that as of now.
    Quiet,
    /// It was known already, and nothing of it counts.
    Seen,
    /// Something is missing before it: read again after the cursor.
    Gap,
    /// It is of another store, or nothing was read yet: ask without a cursor.
    Foreign,
}

impl Reader {
    /// A connection or a request is begun now. What it brings was said later than this.
    pub(crate) fn begin(&mut self, now: Millis) {
        self.line = Line { begun: now, first_as_of: None };
    }

    /// Takes a message (rules 2 to 4 of `docs/reference/revocation-feed.md`).
    pub(crate) fn take(&mut self, message: &Message, held: &mut Revoked, now: Millis) -> Outcome {
        let outcome = self.judge(message);
        let known = match outcome {
            Outcome::Seen | Outcome::Gap | Outcome::Foreign => return outcome,
            Outcome::Reset(_) => 0,
            Outcome::Applied | Outcome::Quiet => self.cursor.as_ref().map_or(0, |cursor| cursor.number),
        };
        for entry in message.entries.iter().filter(|entry| entry.n > known) {
            if let Some(subject) = Subject::of(entry) {
                held.hold(&subject, entry.until);
            }
        }
        self.cursor = Some(message.cursor.clone());
        self.is_at_head = message.cursor.number == message.head;
        self.note(message.as_of, now);
        outcome
    }

    /// Where to go on.
    pub(crate) fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// The moment by our clock up to which everything is known; `None` before all of it was read (rules 7 and 8).
    pub(crate) fn complete_at(&self) -> Option<Millis> {
        self.complete_at.filter(|_| self.is_at_head)
    }

    /// The time of the server, which may stand still.
    pub(crate) fn as_of(&self) -> Option<i64> {
        self.as_of
    }

    fn judge(&self, message: &Message) -> Outcome {
        let after = match message.after {
            After::Reset(reset) => return Outcome::Reset(reset),
            After::Number(number) => number,
        };
        let Some(held) = self.cursor.as_ref().filter(|held| held.incarnation == message.cursor.incarnation)
        else {
            return Outcome::Foreign;
        };
        let cursor = message.cursor.number;
        if after == held.number && cursor == held.number {
            Outcome::Quiet
        } else if cursor <= held.number {
            Outcome::Seen
        } else if after > held.number {
            Outcome::Gap
        } else {
            Outcome::Applied
        }
    }

    /// Rule 7: only an `as_of` that grows makes anything fresher. It is never later than now, whatever the server's clock says.
    fn note(&mut self, as_of: i64, now: Millis) {
        let first = *self.line.first_as_of.get_or_insert(as_of);
        if self.as_of.is_some_and(|greatest| as_of <= greatest) {
            return;
        }
        let since = u64::try_from(as_of.saturating_sub(first)).unwrap_or(0).saturating_mul(1_000);
        let moment = self.line.begun.saturating_add(since).min(now);
        self.as_of = Some(as_of);
        self.complete_at = self.complete_at.max(Some(moment));
    }
}

#[cfg(test)]
mod tests;
