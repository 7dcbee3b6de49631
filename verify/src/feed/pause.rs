//! How long to wait after a failure: twice as long as after the one before, and anything up to that at random.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use crate::limits::{PAUSE_MAX_MILLIS, PAUSE_MIN_MILLIS};

/// Pauses between failures in a row.
#[derive(Default)]
pub(super) struct Pauses {
    failures: u32,
    /// Messages that came since the last pause.
    messages: u32,
    /// Keyed at random: so that readers that lost one server do not come back together.
    random: RandomState,
}

impl Pauses {
    /// So many messages came. One before each end is what a server gives that drops its readers: that is no reason to come back
    /// at once.
    pub(super) fn heard(&mut self, messages: u32) {
        self.messages = self.messages.saturating_add(messages);
        if self.messages > 1 {
            self.failures = 0;
        }
    }

    /// Whether it went well until now.
    pub(super) fn is_first(&self) -> bool {
        self.failures == 0
    }

    /// It failed once more: how long to wait.
    pub(super) fn next(&mut self) -> Duration {
        let most = PAUSE_MIN_MILLIS.saturating_mul(1 << self.failures.min(16)).min(PAUSE_MAX_MILLIS);
        self.failures = self.failures.saturating_add(1);
        self.messages = 0;
        Duration::from_millis(self.random.hash_one(self.failures) % (most + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_message_before_each_end_is_no_reason_to_come_back_at_once() {
        let mut pauses = Pauses::default();
        for _ in 0..10 {
            pauses.heard(1);
            pauses.next();
        }
        assert!(!pauses.is_first());
        pauses.heard(2);
        assert!(pauses.is_first());
        assert!(pauses.next() <= Duration::from_millis(PAUSE_MIN_MILLIS));
    }
}
