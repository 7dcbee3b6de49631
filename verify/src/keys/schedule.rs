//! When keys are read, as a state machine that is told the time.

use std::collections::{HashMap, VecDeque};

use crate::clock::Millis;
use crate::limits::{
    FETCH_COOLDOWN_SECS, FETCHES_PER_MINUTE, FIRST_FETCH_COOLDOWN_SECS, KEYS_FRESH_SECS,
    KEYS_READ_AGAIN_SECS, KEYS_USABLE_SECS, REMEMBERED_KEY_IDS, UNKNOWN_KEY_SECS,
};

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;

/// What was attempted when, and what came of it.
#[derive(Default)]
pub(super) struct Schedule {
    /// When the attempt was begun that the keys in use, if any, came from.
    good: Option<Millis>,
    /// When the last attempt was begun that is over, and whether it brought keys.
    last: Option<(Millis, bool)>,
    /// When the attempt was begun that is not over.
    in_flight: Option<Millis>,
    /// When the attempts of the last minute were begun.
    recent: VecDeque<Millis>,
    /// Key ids that some attempt was to bring, and did not.
    missed: HashMap<Box<str>, Missed>,
}

#[derive(Clone, Copy)]
struct Missed {
    at: Millis,
    /// The issuer was reached, and has no such key.
    unknown: bool,
}

/// What the age of the keys asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// Nothing.
    Fresh,
    /// They are used; an attempt in the background is due.
    Due,
    /// They are used, although they are older than they should be.
    Stale,
    /// As [`Age::Stale`], and an attempt in the background is due.
    StaleAndDue,
    /// An attempt first, which whoever needs them waits for. If it fails they are used, while they are usable.
    First,
    /// There are none, and it is too early for another attempt.
    None,
}

/// What a key id asks for that no key in use has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// An attempt, which whoever needs it waits for; or waiting for the one that is made already.
    Attempt,
    /// The issuer has no such key.
    Unknown,
    /// It cannot be known now whether the issuer has it.
    Unavailable,
}

/// Whether an attempt is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// It begins now.
    Now,
    /// Since before.
    Before,
    /// There were too many in the last minute.
    No,
}

impl Schedule {
    /// What the keys' age asks for.
    pub(super) fn age(&mut self, now: Millis) -> Age {
        let Some(good) = self.good.filter(|good| now.saturating_sub(*good) < KEYS_USABLE_SECS * SECOND)
        else {
            return if self.in_flight.is_some() || self.may_retry(FIRST_FETCH_COOLDOWN_SECS, now) {
                Age::First
            } else {
                Age::None
            };
        };
        let age = now.saturating_sub(good);
        let due = self.in_flight.is_none() && self.may_retry(FETCH_COOLDOWN_SECS, now);
        let failing = self.last.is_some_and(|(_, brought)| !brought);
        match (age < KEYS_READ_AGAIN_SECS * SECOND, age < KEYS_FRESH_SECS * SECOND) {
            (true, _) => Age::Fresh,
            (_, true) => {
                if due {
                    Age::Due
                } else {
                    Age::Fresh
                }
            }
            // Nobody came for a while: the first one waits, rather than being let in by a key that may be gone.
            _ if !failing && (due || self.in_flight.is_some()) => Age::First,
            _ => {
                if due {
                    Age::StaleAndDue
                } else {
                    Age::Stale
                }
            }
        }
    }

    /// What an id asks for that no key in use has. It is not asked for again before the cooldown is over; while the issuer is
    /// known not to have it, it is unknown.
    pub(super) fn absent(&mut self, kid: &str, now: Millis) -> Absent {
        if let Some(missed) = self.missed.get(kid) {
            let since = now.saturating_sub(missed.at);
            if missed.unknown && since < UNKNOWN_KEY_SECS * SECOND {
                return Absent::Unknown;
            }
            if !missed.unknown && since < FETCH_COOLDOWN_SECS * SECOND {
                return Absent::Unavailable;
            }
        }
        if self.in_flight.is_some() || self.is_within_budget(now) {
            Absent::Attempt
        } else {
            Absent::Unavailable
        }
    }

    /// An attempt begins, unless one is being made already, or too many were.
    pub(super) fn begin(&mut self, now: Millis) -> Begun {
        if self.in_flight.is_some() {
            return Begun::Before;
        }
        if !self.is_within_budget(now) {
            return Begun::No;
        }
        self.recent.push_back(now);
        self.in_flight = Some(now);
        Begun::Now
    }

    /// The attempt is over.
    pub(super) fn end(&mut self, brought: bool) {
        let Some(begun) = self.in_flight.take() else { return };
        self.last = Some((begun, brought));
        if brought {
            self.good = Some(begun);
        }
    }

    /// Until then, [`Schedule::age`] is [`Age::Fresh`].
    pub(super) fn quiet_until(&self) -> Millis {
        self.good.map_or(0, |good| good + KEYS_READ_AGAIN_SECS * SECOND)
    }

    /// The last attempt did not bring this id, although somebody waited for it. Whether it is known now that the issuer has no
    /// such key.
    pub(super) fn missed(&mut self, kid: &str) -> bool {
        let Some((at, reached)) = self.last else { return false };
        let before = self.missed.get(kid).copied();
        if before.is_none() && self.missed.len() >= REMEMBERED_KEY_IDS {
            self.missed.retain(|_, missed| at.saturating_sub(missed.at) < UNKNOWN_KEY_SECS * SECOND);
            if self.missed.len() >= REMEMBERED_KEY_IDS {
                return reached;
            }
        }
        self.missed.insert(kid.into(), Missed { at, unknown: reached });
        reached
    }

    /// How many ids are remembered.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.missed.len()
    }

    fn may_retry(&mut self, cooldown_secs: u64, now: Millis) -> bool {
        let cooled =
            self.last.is_none_or(|(at, brought)| brought || now.saturating_sub(at) >= cooldown_secs * SECOND);
        cooled && self.is_within_budget(now)
    }

    fn is_within_budget(&mut self, now: Millis) -> bool {
        while self.recent.front().is_some_and(|at| now.saturating_sub(*at) >= MINUTE) {
            self.recent.pop_front();
        }
        self.recent.len() < FETCHES_PER_MINUTE
    }
}

#[cfg(test)]
mod tests;
