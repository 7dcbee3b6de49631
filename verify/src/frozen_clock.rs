//! A clock for tests, which stands still until it is told to move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Time that passes when a test says so. Copies are the same clock.
#[derive(Clone, Debug)]
pub struct FrozenClock {
    hands: Arc<Hands>,
}

#[derive(Debug)]
struct Hands {
    wall_secs: AtomicI64,
    elapsed_millis: AtomicU64,
}

impl FrozenClock {
    /// A clock that shows these Unix seconds.
    pub fn at(unix_secs: i64) -> Self {
        let hands = Hands { wall_secs: AtomicI64::new(unix_secs), elapsed_millis: AtomicU64::new(0) };
        FrozenClock { hands: Arc::new(hands) }
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        self.hands.wall_secs.load(Ordering::SeqCst)
    }

    /// Time passes, by every clock of the machine.
    pub fn advance_secs(&self, secs: u32) {
        self.hands.elapsed_millis.fetch_add(u64::from(secs) * 1000, Ordering::SeqCst);
        self.set_wall(self.now().saturating_add(i64::from(secs)));
    }

    /// Somebody sets the time of day, and no time passes.
    pub fn set_wall(&self, unix_secs: i64) {
        self.hands.wall_secs.store(unix_secs, Ordering::SeqCst);
    }

    /// Milliseconds that have passed.
    pub(crate) fn elapsed(&self) -> u64 {
        self.hands.elapsed_millis.load(Ordering::SeqCst)
    }
}
