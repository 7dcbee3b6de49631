//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tenure_core::time::{Span, Timestamp};
use tenure_service::clock::Clock;

/// The moment at which every test begins: 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600;

/// Stands still. Time for rates moves along with it, and never backwards.
pub struct TestClock {
    now_millis: AtomicI64,
    monotonic_millis: AtomicU64,
    holds_waits: AtomicBool,
}

impl Default for TestClock {
    fn default() -> Self {
        Self {
            now_millis: AtomicI64::new(START * 1000),
            monotonic_millis: AtomicU64::new(0),
            holds_waits: AtomicBool::new(false),
        }
    }
}

impl TestClock {
    /// From now on nobody who waits for time to pass sees that it did.
    pub fn hold_waits(&self) {
        self.holds_waits.store(true, Ordering::SeqCst);
    }

    /// Moves on, or back when negative.
    pub fn advance(&self, span: Span) {
        self.now_millis.fetch_add(span.millis(), Ordering::SeqCst);
        self.monotonic_millis.fetch_add(u64::try_from(span.millis()).unwrap_or(0), Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now_millis.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.monotonic_millis.load(Ordering::SeqCst))
    }

    /// Time passes at once, or never.
    async fn wait(&self, time: Duration) {
        if self.holds_waits.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        self.advance(Span::from_millis(time.as_millis() as i64));
    }
}
