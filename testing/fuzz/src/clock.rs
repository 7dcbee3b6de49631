//! A clock that moves only when it is told to, and forward.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tenure_core::time::{Span, Timestamp};
use tenure_service::clock::Clock;

/// The moment at which every run begins: 2026-01-01T00:00:00Z.
const START_SECS: i64 = 1_767_225_600;

/// How much has passed since the start, in milliseconds.
#[derive(Default)]
pub struct HeldClock(AtomicI64);

impl HeldClock {
    /// Moves on.
    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.millis(), Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for HeldClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(START_SECS).plus(Span::from_millis(self.0.load(Ordering::SeqCst)))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst).unsigned_abs())
    }

    /// Time passes at once.
    async fn wait(&self, time: Duration) {
        self.advance(Span::from_millis(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)));
    }
}
