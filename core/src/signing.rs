//! Which signing key signs, and how long one is published after it stopped: read off its moments, by nobody's timer.

use crate::limits::{SIGNED_LATE, VERIFIER_SKEW};
use crate::settings::SigningAlg;
use crate::time::{Span, Timestamp};

/// What decides over one signing key of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Its algorithm.
    pub alg: SigningAlg,
    /// In the key set since.
    pub published_at: Timestamp,
    /// It signs from here on, until another one does.
    pub signs_from: Timestamp,
    /// Of two that sign from the same moment on, the one with the higher number comes after the other.
    pub order: u32,
    /// It signs nothing from here on, whatever else there is.
    pub retired_at: Option<Timestamp>,
}

/// What a key is there for at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// To be known to every verifier by the time that it signs.
    Published,
    /// Signs.
    Signing,
    /// Signs no more; its tokens are still around.
    Verifying,
}

/// How long the auth tokens live that can be around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLives {
    /// At most so long, if they were signed at `since` or later.
    pub now: Span,
    /// When the settings in force were made.
    pub since: Timestamp,
    /// At most so long, if they were signed before; of those that had not expired by then.
    pub before: Span,
}

/// The signing keys of an app, with what decides how long they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySet {
    /// The keys.
    pub keys: Vec<Terms>,
    /// How long their tokens live.
    pub lives: TokenLives,
}

impl Phase {
    /// How it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Signing => "signing",
            Self::Verifying => "verifying",
        }
    }
}

impl KeySet {
    /// The key that signs at `now`: of those that may, the one that was the last to take over. Where none may yet, because a
    /// clock is a little behind the one that made the app, the first. `None` only where every key was retired.
    pub fn signing(&self, now: Timestamp) -> Option<usize> {
        let honoured = || self.all().filter(|i| self.keys[*i].retired_at.is_none_or(|at| now < at));
        let may = honoured().filter(|i| self.keys[*i].signs_from <= now);
        may.max_by_key(|i| self.rank(*i)).or_else(|| honoured().min_by_key(|i| self.rank(*i)))
    }

    /// When a key signs for the last time, as far as that is settled: when a later one takes over for good, or when it was
    /// retired.
    pub fn stops(&self, key: usize) -> Option<Timestamp> {
        let takes_over = |i: &usize| self.rank(*i) > self.rank(key) && self.keys[*i].retired_at.is_none();
        let later = self.all().filter(takes_over).map(|i| self.keys[i].signs_from);
        later.chain(self.keys[key].retired_at).min()
    }

    /// When a key may leave the set, as far as that is settled: no verifier accepts any token of it from here on, whatever its
    /// skew, and however late a request was answered.
    pub fn kept_until(&self, key: usize) -> Option<Timestamp> {
        self.stops(key).map(|last| self.lives.expired_by(last).plus(SIGNED_LATE).plus(VERIFIER_SKEW))
    }

    /// Whether a key is in the set at `now`.
    pub fn is_kept(&self, key: usize, now: Timestamp) -> bool {
        self.kept_until(key).is_none_or(|until| now < until)
    }

    /// What a key is there for at `now`.
    pub fn phase(&self, key: usize, now: Timestamp) -> Phase {
        let Terms { signs_from, retired_at, .. } = self.keys[key];
        if self.signing(now) == Some(key) {
            Phase::Signing
        } else if signs_from > now && retired_at.is_none() {
            Phase::Published
        } else {
            Phase::Verifying
        }
    }

    /// The key of `alg`, and not `other`, that could sign at once: one that has signed or has been published for `lead`, so
    /// that every verifier knows it. The newest, if there are several.
    pub fn ready(&self, alg: SigningAlg, other: Option<usize>, lead: Span, now: Timestamp) -> Option<usize> {
        let is_ready = |i: &usize| {
            let key = &self.keys[*i];
            let known = key.signs_from <= now || key.published_at.plus(lead) <= now;
            Some(*i) != other && key.alg == alg && key.retired_at.is_none() && known && self.is_kept(*i, now)
        };
        self.all().filter(is_ready).max_by_key(|i| (self.keys[*i].published_at, self.keys[*i].order))
    }

    fn all(&self) -> std::ops::Range<usize> {
        0..self.keys.len()
    }

    /// Who comes after whom.
    fn rank(&self, key: usize) -> (Timestamp, u32) {
        (self.keys[key].signs_from, self.keys[key].order)
    }
}

impl TokenLives {
    /// Every token that was signed up to `last` has expired by then.
    pub fn expired_by(&self, last: Timestamp) -> Timestamp {
        let earlier = last.min(self.since).plus(self.before);
        if last < self.since { earlier } else { earlier.max(last.plus(self.now)) }
    }
}
