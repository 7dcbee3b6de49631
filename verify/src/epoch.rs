//! A number that moves on when something changes that verified tokens depend on.

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
