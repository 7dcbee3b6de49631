//! The only file that reads a clock: the time of day, which tokens speak of, and one that only goes forward, for how long things take.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment by the clock that only goes forward: milliseconds since this verifier began.
pub(crate) type Millis = u64;

/// A moment by both clocks.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// Unix seconds.
    pub(crate) wall: i64,
    pub(crate) elapsed: Millis,
}

/// Where a verifier takes its time from. Copies are the same clock.
#[derive(Clone)]
pub(crate) enum Clock {
    /// The machine's.
    System(Arc<SystemClock>),
    #[cfg(feature = "test")]
    Frozen(crate::frozen_clock::FrozenClock),
}

/// The machine's clocks. The time of day is read again every [`READ_AGAIN_MILLIS`] only, and goes on with the other clock in between:
/// to read a clock costs more than all else that is done for a token that is known.
pub(crate) struct SystemClock {
    began: Instant,
    /// The time of day less what has passed, in milliseconds, when it was read last.
    offset: AtomicI64,
    /// When that was; one more than the moment, 0 for never.
    read_at: AtomicU64,
}

/// How late it is noticed that somebody has set the time of day.
const READ_AGAIN_MILLIS: Millis = 50;

impl Clock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub(crate) fn system() -> Self {
        let (offset, read_at) = (AtomicI64::new(0), AtomicU64::new(0));
        Clock::System(Arc::new(SystemClock { began: Instant::now(), offset, read_at }))
    }

    /// Both clocks, once for all that is asked of one token.
    pub(crate) fn read(&self) -> Moment {
        match self {
            Clock::System(clock) => {
                let elapsed = clock.elapsed();
                Moment { wall: clock.wall_millis(elapsed).div_euclid(1_000), elapsed }
            }
            #[cfg(feature = "test")]
            Clock::Frozen(clock) => Moment { wall: clock.now(), elapsed: clock.elapsed() },
        }
    }

    /// Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.read().wall
    }

    pub(crate) fn elapsed(&self) -> Millis {
        match self {
            Clock::System(clock) => clock.elapsed(),
            #[cfg(feature = "test")]
            Clock::Frozen(clock) => clock.elapsed(),
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the clock")]
impl SystemClock {
    fn elapsed(&self) -> Millis {
        let since = self.began.elapsed();
        since.as_secs() * 1_000 + u64::from(since.subsec_millis())
    }

    fn wall_millis(&self, elapsed: Millis) -> i64 {
        let passed = i64::try_from(elapsed).unwrap_or(i64::MAX);
        let read_at = self.read_at.load(Ordering::Acquire);
        if read_at != 0 && elapsed < read_at + READ_AGAIN_MILLIS {
            return passed.saturating_add(self.offset.load(Ordering::Relaxed));
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let wall = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        self.offset.store(wall.saturating_sub(passed), Ordering::Relaxed);
        self.read_at.store(elapsed + 1, Ordering::Release);
        wall
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "it is held against the machine's")]
    fn the_time_of_day_is_that_of_the_machine() {
        let clock = Clock::system();
        for _ in 0..20 {
            let Moment { wall, .. } = clock.read();
            let machine = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
            assert!(machine.abs_diff(wall.unsigned_abs()) <= 1, "{wall} and {machine}");
            std::thread::sleep(Duration::from_millis(READ_AGAIN_MILLIS / 3));
        }
    }
}
