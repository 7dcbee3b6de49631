//! What this process knows of its messages: how many there may be at once, what became of them, and which are late.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tenure_core::time::{Span, Timestamp};
use tokio::sync::{Semaphore, watch};

use crate::limits::{WEBHOOK_MESSAGES_AT_ONCE, WEBHOOK_TESTS_AT_ONCE, WEBHOOK_WRITES_AT_ONCE};

/// What became of a message that was sent once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken: 2xx.
    Delivered,
    /// Answered, and not taken.
    Refused,
    /// Not answered in time.
    TimedOut,
    /// Nobody there, or nobody who proves to be the receiver.
    Unreachable,
    /// Not sent: the host leads to an address that may not be spoken with.
    OutOfReach,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Delivered, Self::Refused, Self::TimedOut, Self::Unreachable, Self::OutOfReach];

    /// How it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::OutOfReach => "out_of_reach",
        }
    }
}

/// See the file's first sentence.
pub(crate) struct Traffic {
    /// Messages that may be under way beside those that are. First come, first served.
    pub(crate) free: Semaphore,
    /// The same for messages that somebody tries: whoever tries many holds up nothing that was said.
    pub(crate) free_tests: Semaphore,
    /// Webhooks of which it may be written down now how far they have come.
    pub(crate) free_writes: Semaphore,
    /// Wakes those who deliver: webhooks were changed.
    pub(crate) changed: watch::Sender<()>,
    counts: [AtomicU64; Outcome::ALL.len()],
    waiting: Mutex<HashMap<String, Timestamp>>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            free: Semaphore::new(WEBHOOK_MESSAGES_AT_ONCE),
            free_tests: Semaphore::new(WEBHOOK_TESTS_AT_ONCE),
            free_writes: Semaphore::new(WEBHOOK_WRITES_AT_ONCE),
            changed: watch::Sender::new(()),
            counts: Default::default(),
            waiting: Mutex::default(),
        }
    }
}

impl Traffic {
    pub(crate) fn count(&self, outcome: Outcome) {
        self.counts[outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How many messages came out in each way, in the order of [`Outcome::ALL`].
    pub(crate) fn counts(&self) -> [u64; Outcome::ALL.len()] {
        self.counts.each_ref().map(|count| count.load(Ordering::Relaxed))
    }

    /// What `webhook` has yet to be told was said then; `None` when it knows everything, or is told no more.
    pub(crate) fn waits(&self, webhook: &str, since: Option<Timestamp>) {
        match since {
            Some(since) => drop(self.waiting().insert(webhook.to_owned(), since)),
            None => drop(self.waiting().remove(webhook)),
        }
    }

    /// How long ago that was said which has waited longest to be delivered.
    pub(crate) fn lag(&self, now: Timestamp) -> Span {
        let oldest = self.waiting().values().copied().min();
        oldest.map_or(Span::ZERO, |oldest| now.since(oldest).max(Span::ZERO))
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
