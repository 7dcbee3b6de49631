//! What the writer counts: how many changes shared a commit, how long it took, how many wait.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tenure_store::{Figures, SpreadCounter};

/// Changes that share a commit.
const CHANGES: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
/// The time of a commit, in microseconds.
const MICROS: &[u64] =
    &[100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000, 2_000_000];

/// The numbers, as they rise. What a change costs is one addition: the rest is counted once a commit.
pub(crate) struct Tally {
    accepted: AtomicU64,
    turned_away: AtomicU64,
    answered: AtomicU64,
    changes: SpreadCounter,
    micros: SpreadCounter,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            accepted: AtomicU64::default(),
            turned_away: AtomicU64::default(),
            answered: AtomicU64::default(),
            changes: SpreadCounter::new(CHANGES),
            micros: SpreadCounter::new(MICROS),
        }
    }
}

impl Tally {
    /// A change was taken into the queue.
    pub(crate) fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// A change found the queue full.
    pub(crate) fn turned_away(&self) {
        self.turned_away.fetch_add(1, Ordering::Relaxed);
    }

    /// The beginning of a commit.
    #[allow(clippy::disallowed_methods)] // For a metric.
    pub(crate) fn start() -> Instant {
        Instant::now()
    }

    /// A commit with so many changes is over, which `started` then.
    #[allow(clippy::disallowed_methods)] // For a metric.
    pub(crate) fn committed(&self, changes: u64, started: Instant) {
        self.answered.fetch_add(changes, Ordering::Relaxed);
        self.changes.count(changes);
        self.micros.count(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
    }

    /// All of it. The numbers are read one after the other, so that they may differ by what happened meanwhile.
    pub(crate) fn figures(&self) -> Figures {
        let answered = self.answered.load(Ordering::Relaxed);
        Figures {
            turned_away: self.turned_away.load(Ordering::Relaxed),
            waiting: self.accepted.load(Ordering::Relaxed).saturating_sub(answered),
            changes_per_commit: self.changes.spread(),
            commit_micros: self.micros.spread(),
            disk: None,
        }
    }
}
