//! How long to wait after a failure: twice as long as after the one before, and anything up to that at random.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use crate::limits::{PAUSE_MAX_MILLIS, PAUSE_MIN_MILLIS};

/// Pauses between failures in a row.
#[derive(Default)]
pub(super) struct Pauses {
    failures: u32,
    /// Keyed at random: so that readers that lost one server do not come back together.
    random: RandomState,
}

impl Pauses {
    /// It went well.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Whether it went well until now.
    pub(super) fn is_first(&self) -> bool {
        self.failures == 0
    }

    /// It failed once more: how long to wait.
    pub(super) fn next(&mut self) -> Duration {
        let most = PAUSE_MIN_MILLIS.saturating_mul(1 << self.failures.min(16)).min(PAUSE_MAX_MILLIS);
        self.failures = self.failures.saturating_add(1);
        Duration::from_millis(self.random.hash_one(self.failures) % (most + 1))
    }
}
