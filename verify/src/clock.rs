//! The only file that reads a clock: the time of day, which tokens speak of, and one that only goes forward, for how long things take.

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

    /// Both clocks, once for all that is asked of one token.
    pub(crate) fn read(&self) -> Moment {
        Moment { wall: self.now(), elapsed: self.elapsed() }
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
            Clock::System(began) => {
                let since = began.elapsed();
                since.as_secs() * 1_000 + u64::from(since.subsec_millis())
            }
            #[cfg(feature = "test")]
            Clock::Frozen(clock) => clock.elapsed(),
        }
    }
}
