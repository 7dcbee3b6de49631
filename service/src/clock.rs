//! The one place that reads clocks.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tenure_core::time::{Span, Timestamp};

/// What time it is. Read once a request.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// The wall clock.
    fn now(&self) -> Timestamp;
    /// Time since some moment, which never runs backwards: for rates.
    fn monotonic(&self) -> Duration;
    /// Lets this much time pass.
    async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// The machine's clock.
pub struct SystemClock {
    started: std::time::Instant,
}

#[allow(clippy::disallowed_methods)] // This is the clock.
impl Default for SystemClock {
    fn default() -> Self {
        Self { started: std::time::Instant::now() }
    }
}

#[allow(clippy::disallowed_methods)] // This is the clock.
#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// The machine's clock, ahead by as much as it was told to jump. For development and tests.
#[derive(Default)]
pub struct VirtualClock {
    system: SystemClock,
    ahead_millis: AtomicI64,
    jumped_millis: AtomicU64,
}

impl VirtualClock {
    /// Starts no earlier than `seen`, the latest time that a store has seen.
    pub fn catch_up_with(&self, seen: Timestamp) {
        let behind = seen.since(self.now()).millis();
        self.advance(Span::from_millis(behind.max(0)));
    }

    /// Jumps by `span` (backwards when negative), and says what time it is then.
    pub fn advance(&self, span: Span) -> Timestamp {
        self.ahead_millis.fetch_add(span.millis(), Ordering::SeqCst);
        self.jumped_millis.fetch_add(u64::try_from(span.millis()).unwrap_or(0), Ordering::SeqCst);
        self.now()
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.system.now().plus(Span::from_millis(self.ahead_millis.load(Ordering::SeqCst)))
    }

    fn monotonic(&self) -> Duration {
        self.system.monotonic() + Duration::from_millis(self.jumped_millis.load(Ordering::SeqCst))
    }
}
