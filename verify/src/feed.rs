//! The revocation feed: what is known by it, and how fresh that is.

pub(crate) mod follow;
mod message;
mod pause;
mod reader;
mod sse;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::watch;

pub(crate) use message::Message;
pub(crate) use reader::Outcome;

use crate::clock::{Clock, Millis};
use crate::epoch::Epoch;
use crate::limits::HELD_ENTRIES;
use crate::metrics::{Count, Gauge, Meter};
use crate::revoked::{Bearer, Revoked};
use reader::Reader;
use tenure_wire::feed::FeedReset;

/// Seconds between two looks for entries that may be forgotten.
const FORGET_EVERY_SECS: u64 = 30;

/// What is known by the feed. One writes, everybody reads.
pub(crate) struct Feed {
    reader: Mutex<Reader>,
    revoked: RwLock<Revoked>,
    /// One more than the moment up to which everything is known; 0 for stale.
    complete: AtomicU64,
    /// When entries were forgotten last.
    forgot_at: AtomicU64,
    read_once: watch::Sender<bool>,
    clock: Clock,
    epoch: Epoch,
    meter: Meter,
}

impl Feed {
    /// Nothing is known, which is stale. `epoch` moves when something was revoked.
    pub(crate) fn new(clock: Clock, epoch: Epoch, meter: Meter) -> Self {
        Feed {
            reader: Mutex::default(),
            revoked: RwLock::default(),
            complete: AtomicU64::new(0),
            forgot_at: AtomicU64::new(0),
            read_once: watch::Sender::new(false),
            clock,
            epoch,
            meter,
        }
    }

    /// Whether a token is refused by what is known.
    pub(crate) fn refuses(&self, bearer: &Bearer<'_>) -> bool {
        self.revoked.read().unwrap_or_else(PoisonError::into_inner).refuses(bearer)
    }

    /// Whether everything is known at a moment that was said until so many milliseconds before it.
    pub(crate) fn is_fresh(&self, bound: Millis, now: Millis) -> bool {
        match self.complete.load(Ordering::Acquire) {
            0 => false,
            complete => now.saturating_sub(complete - 1) <= bound,
        }
    }

    /// Comes back when everything was read once.
    pub(crate) async fn was_read(&self) {
        // It cannot fail: the sender is ours.
        let _ = self.read_once.subscribe().wait_for(|read| *read).await;
    }

    /// A connection or a request is begun.
    pub(crate) fn begin(&self) {
        self.reader().begin(self.clock.elapsed());
    }

    /// Takes a message: what it says is known to everybody when this comes back.
    pub(crate) fn take(&self, message: &Message) -> Outcome {
        let mut reader = self.reader();
        let mut revoked = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
        let outcome = reader.take(message, &mut revoked, self.clock.elapsed());
        self.forget_at_times(&reader, &mut revoked);
        let entries = revoked.len();
        drop(revoked);
        // First what is revoked, then that it must be looked at, then that it is all.
        if matches!(outcome, Outcome::Applied | Outcome::Reset(_)) {
            self.epoch.move_on();
        }
        let complete = reader.complete_at().filter(|_| entries <= HELD_ENTRIES);
        let before = self.complete.swap(complete.map_or(0, |at| at + 1), Ordering::AcqRel);
        if before != 0 && entries > HELD_ENTRIES {
            tracing::warn!(entries, "the revocation feed holds too many entries, and counts as stale");
        }
        self.read_once
            .send_if_modified(|read| !std::mem::replace(read, complete.is_some() || *read) && *read);
        self.tell(outcome, entries);
        outcome
    }

    /// Where to go on, as text.
    pub(crate) fn cursor(&self) -> Option<String> {
        self.reader().cursor().map(message::Cursor::to_text)
    }

    /// Says how far behind it is.
    pub(crate) fn tell_lag(&self) {
        if let Some(complete) = self.complete.load(Ordering::Acquire).checked_sub(1) {
            let lag = self.clock.elapsed().saturating_sub(complete);
            self.meter.gauge(Gauge::FeedLagSeconds, std::time::Duration::from_millis(lag).as_secs_f64());
        }
    }

    /// Whoever counts.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    fn reader(&self) -> MutexGuard<'_, Reader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_at_times(&self, reader: &Reader, revoked: &mut Revoked) {
        let now = self.clock.elapsed();
        if now >= self.forgot_at.load(Ordering::Relaxed) + FORGET_EVERY_SECS * 1_000 {
            self.forgot_at.store(now, Ordering::Relaxed);
            self.forget(reader, revoked);
        }
    }

    /// What may be forgotten by our clock and by the server's: whichever of them is wrong, no token is valid that was refused by it.
    fn forget(&self, reader: &Reader, revoked: &mut Revoked) {
        if let Some(as_of) = reader.as_of() {
            revoked.forget(as_of.min(self.clock.now()));
        }
    }

    fn tell(&self, outcome: Outcome, entries: usize) {
        match outcome {
            Outcome::Applied => self.meter.count(Count::FeedMessage),
            Outcome::Reset(reset) => {
                self.meter.count(Count::FeedMessage);
                self.meter.count(Count::FeedReset { reason: reason(reset) });
            }
            Outcome::Quiet | Outcome::Seen | Outcome::Gap | Outcome::Foreign => {}
        }
        self.tell_lag();
        self.meter.gauge(Gauge::FeedEntries, f64::from(u32::try_from(entries).unwrap_or(u32::MAX)));
    }
}

fn reason(reset: FeedReset) -> &'static str {
    match reset {
        FeedReset::Start => "start",
        FeedReset::FellBehind => "fell_behind",
        FeedReset::OtherStore => "other_store",
    }
}

#[cfg(all(test, feature = "test"))]
mod tests;
