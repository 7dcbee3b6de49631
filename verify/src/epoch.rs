//! A number that moves on when something changes that verified tokens depend on, and what was seen while it stood.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Copies are the same number. What was looked at in an epoch is as it was while the epoch lasts, so that it needs no second look.
#[derive(Clone, Default)]
pub(crate) struct Epoch {
    number: Arc<AtomicU64>,
}

impl Epoch {
    /// The number now. It must be read before what it vouches for.
    pub(crate) fn now(&self) -> u64 {
        self.number.load(Ordering::Acquire)
    }

    /// After the change.
    pub(crate) fn move_on(&self) {
        self.number.fetch_add(1, Ordering::Release);
    }
}

/// The last epoch in which something was seen to be so.
pub(crate) struct SeenIn(AtomicU64);

impl SeenIn {
    pub(crate) fn never() -> Self {
        SeenIn(AtomicU64::new(u64::MAX))
    }

    /// Whether it was seen in this epoch, or is by another look.
    pub(crate) fn holds(&self, epoch: u64, look: impl FnOnce() -> bool) -> bool {
        if self.0.load(Ordering::Relaxed) == epoch {
            return true;
        }
        let holds = look();
        if holds {
            self.0.store(epoch, Ordering::Relaxed);
        }
        holds
    }
}
