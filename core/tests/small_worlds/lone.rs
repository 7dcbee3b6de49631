//! A lone client, with every loss of a request or an answer: it retries with its key, however late. A crash is one of
//! these: before its answer is stored it is the loss of that answer, after that it is nothing.

use tenure_core::refusal::Refusal;
use tenure_core::rotate::Served;

use crate::always::{always, with};
use crate::desk::{Desk, Key, RowId, TokenId, Told, When};
use crate::explore::{Broken, Next, Property, World};

/// What this client and its store do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Habits {
    pub(crate) key: Key,
    /// It retries before 40 s are over.
    pub(crate) in_time: bool,
    /// The store may go back to a backup, and whether recovery is opened then.
    pub(crate) restores: Option<bool>,
    /// Time passes between its requests, too: never so much that it is idle, by what it knows.
    pub(crate) rests: bool,
}

/// The client, its store, and the clock.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Lone {
    habits: Habits,
    row: RowId,
    stored: TokenId,
    /// Ticks since its answer was lost.
    waiting: Option<u8>,
    /// Whether time has passed since its token was minted.
    rested: bool,
    backup: Option<RowId>,
    minted: Vec<TokenId>,
    when: When,
    signed_out: bool,
}

impl Lone {
    pub(crate) fn new(habits: Habits, row: RowId, first: TokenId) -> Self {
        let (minted, when) = (vec![first], When::default());
        let (waiting, backup) = (None, None);
        Self { habits, row, stored: first, waiting, rested: false, backup, minted, when, signed_out: false }
    }

    /// One request reaches the server `times` times; the last answer comes back, or is lost.
    fn refresh(&self, desk: &mut Desk<'_>, times: usize, answered: bool) -> Result<Self, Broken> {
        let (mut after, mut minted) = (self.clone(), false);
        for time in 1..=times {
            let (row, told) = desk.present(after.row, self.stored, self.habits.key, self.when);
            after.row = row;
            match told {
                Told::Served(served, token) => {
                    after.minted = with(&after.minted, token);
                    minted |= served != Served::Replayed;
                    if answered && time == times {
                        (after.stored, after.waiting) = (token, None);
                        after.rested &= !minted;
                    } else {
                        after.waiting = self.waiting.or(Some(0));
                    }
                }
                Told::Refused(Refusal::OutOfSync) if self.habits.restores == Some(false) => {}
                Told::Refused(Refusal::Ended(_)) if self.signed_out => {}
                told => return Err(Broken(Property::P1, format!("{told:?}"))),
            }
        }
        Ok(after)
    }

    /// Time matters only while an answer is missing, and no longer than the leeway; or it counts against the idle time-out of
    /// a client that rests.
    fn tick(&self) -> Option<Self> {
        let when = When { secs: self.when.secs + 20, ..self.when };
        if self.habits.rests {
            return (!self.rested).then(|| Self { when, rested: true, ..self.clone() });
        }
        let most = if self.habits.in_time { 1 } else { 2 };
        let ticks = self.waiting.filter(|ticks| *ticks < most)?;
        Some(Self { when, waiting: Some(ticks + 1), ..self.clone() })
    }

    fn restore(&self) -> Option<Self> {
        let open = self.habits.restores?;
        // A second passes: what was written before recovery was opened is older than it.
        let secs = self.when.secs + 1;
        let when = When { secs, restores: self.when.restores + 1, opened: open.then_some(secs) };
        // One head, and the end, hold from here on: the store knows nothing of what it lost.
        let minted = vec![self.stored];
        self.backup.map(|row| Self { row, when, minted, signed_out: false, ..self.clone() })
    }
}

impl World for Lone {
    fn next(&self, desk: &mut Desk<'_>) -> Next<Self> {
        if self.signed_out && self.backup.is_none() {
            return Vec::new(); // nothing follows: that is what P4 says, and what `check` has seen
        }
        let mut next = vec![
            ("a refresh", self.refresh(desk, 1, true)),
            ("its request is lost", Ok(self.clone())),
            ("its answer is lost", self.refresh(desk, 1, false)),
            ("its request arrives twice", self.refresh(desk, 2, true)),
        ];
        let ended = Self { row: desk.end(self.row, self.when), signed_out: true, ..self.clone() };
        next.push(("the user signs out", Ok(ended)));
        next.extend(self.tick().map(|after| ("20 s pass", Ok(after))));
        next.extend(self.restore().map(|after| ("the store goes back", Ok(after))));
        if self.habits.restores.is_some() && !self.signed_out {
            next.push(("a backup is taken", Ok(Self { backup: Some(self.row), ..self.clone() })));
        }
        next
    }

    fn check(&self, desk: &mut Desk<'_>) -> Result<(), Broken> {
        always(desk, self.row, &self.minted, self.when)
    }
}
