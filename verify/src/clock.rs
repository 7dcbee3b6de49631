//! The only file that reads a clock: the time of day, which tokens speak of, and one that only goes forward, for how long things take.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment by the clock that only goes forward: milliseconds since this verifier began.
pub(crate) type Millis = u64;

/// Where a verifier takes its time from.
#[derive(Clone)]
pub(crate) enum Clock {
    /// The machine's.
    System(Instant),
    #[cfg(feature = "test")]
    Frozen(crate::frozen_clock::FrozenClock),
}

impl Clock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub(crate) fn system() -> Self {
        Clock::System(Instant::now())
    }

    /// Unix seconds.
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub(crate) fn now(&self) -> i64 {
        match self {
            Clock::System(_) => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
                i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
            }
            #[cfg(feature = "test")]
            Clock::Frozen(clock) => clock.now(),
        }
    }

    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub(crate) fn elapsed(&self) -> Millis {
        match self {
            Clock::System(began) => u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            #[cfg(feature = "test")]
            Clock::Frozen(clock) => clock.elapsed(),
        }
    }
}
