//! The keys in use, and the one attempt at a time to read them again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, Guard};
use tenure_jose::VerifyingKey;
use tokio::sync::watch;

use super::fetch::{Fetch, Fetched};
use super::schedule::{Absent, Age, Begun, Schedule};
use super::set::KeySet;
use crate::clock::{Clock, Millis};
use crate::epoch::Epoch;
use crate::metrics::{Count, Meter};
use crate::refusal::Refusal;

/// The keys of one issuer.
pub(crate) struct Keys {
    set: ArcSwap<KeySet>,
    source: Option<Source>,
}

/// Where they are read from.
struct Source {
    fetch: Fetch,
    schedule: Mutex<Schedule>,
    /// Until then, nothing about the keys' age needs a look.
    quiet_until: AtomicU64,
    /// Is told when an attempt is over.
    over: watch::Sender<()>,
    clock: Clock,
    epoch: Epoch,
    meter: Meter,
}

impl Keys {
    /// Keys that stay as they are: nothing is fetched.
    pub(crate) fn pinned(set: KeySet) -> Self {
        Keys { set: ArcSwap::from_pointee(set), source: None }
    }

    /// Keys that are fetched when they are needed first. `epoch` moves when they change.
    pub(crate) fn fetched(fetch: Fetch, clock: Clock, epoch: Epoch, meter: Meter) -> Self {
        let source = Source {
            fetch,
            schedule: Mutex::default(),
            quiet_until: AtomicU64::new(0),
            over: watch::Sender::new(()),
            clock,
            epoch,
            meter,
        };
        Keys { set: ArcSwap::default(), source: Some(source) }
    }

    /// The keys that are in use now.
    pub(crate) fn current(&self) -> Guard<Arc<KeySet>> {
        self.set.load()
    }

    /// Whether at this moment there is nothing for [`Keys::tend`] to do.
    pub(crate) fn are_tended(&self, now: Millis) -> bool {
        self.source.as_ref().is_none_or(|source| now < source.quiet_until.load(Ordering::Acquire))
    }

    /// Sees to it that the keys may be used, which mostly takes one comparison: waits for them where there are none or nobody
    /// looked for long, and has them read again in the background when that is due.
    ///
    /// Refused: [`Refusal::KeysUnavailable`], when there are none.
    pub(crate) async fn tend(self: &Arc<Self>) -> Result<(), Refusal> {
        let Some(source) = &self.source else { return Ok(()) };
        let now = source.clock.elapsed();
        if self.are_tended(now) {
            return Ok(());
        }
        let age = source.schedule().age(now);
        if matches!(age, Age::Due | Age::StaleAndDue) {
            self.begin(source);
        }
        match age {
            Age::Fresh | Age::Due => Ok(()),
            Age::First => self.read_first(source).await,
            Age::Stale | Age::StaleAndDue => {
                source.meter.count(Count::JwksStale);
                Ok(())
            }
            Age::None => Err(Refusal::KeysUnavailable),
        }
    }

    /// The key of this id, which is fetched if need be, by one attempt that all wait for who look for one.
    ///
    /// Refused: [`Refusal::UnknownKey`] if the issuer says that it has none of this id, or said so a short while ago;
    /// [`Refusal::KeysUnavailable`] if it does not say, or was asked too often.
    pub(crate) async fn find(self: &Arc<Self>, kid: &str) -> Result<Arc<VerifyingKey>, Refusal> {
        self.tend().await?;
        if let Some(key) = self.current().find(kid) {
            return Ok(key.clone());
        }
        let source = self.source.as_ref().ok_or(Refusal::UnknownKey)?;
        let absent = source.schedule().absent(kid, source.clock.elapsed());
        match absent {
            Absent::Unknown => return Err(Refusal::UnknownKey),
            Absent::Unavailable => return Err(Refusal::KeysUnavailable),
            Absent::Attempt => {}
        }
        // An attempt that others had begun may have been answered before the issuer had the key: then one that begins afterwards
        // decides. What earlier ones brought says nothing about this id.
        for _ in 0..2 {
            let begun = self.attempt(source).await;
            if begun == Begun::No {
                return Err(Refusal::KeysUnavailable);
            }
            if let Some(key) = self.current().find(kid) {
                return Ok(key.clone());
            }
            if begun == Begun::Now {
                break;
            }
        }
        if source.schedule().missed(kid) { Err(Refusal::UnknownKey) } else { Err(Refusal::KeysUnavailable) }
    }

    async fn read_first(self: &Arc<Self>, source: &Source) -> Result<(), Refusal> {
        self.attempt(source).await;
        match source.schedule().age(source.clock.elapsed()) {
            Age::First | Age::None => Err(Refusal::KeysUnavailable),
            Age::Fresh | Age::Due => Ok(()),
            Age::Stale | Age::StaleAndDue => {
                source.meter.count(Count::JwksStale);
                Ok(())
            }
        }
    }

    /// Waits until an attempt is over: the one that is being made, or one that begins now if the budget allows.
    async fn attempt(self: &Arc<Self>, source: &Source) -> Begun {
        let mut over = source.over.subscribe();
        let begun = self.begin(source);
        if begun != Begun::No {
            // It cannot fail: the sender is ours.
            let _ = over.changed().await;
        }
        begun
    }

    /// Begins an attempt, if none is being made.
    fn begin(self: &Arc<Self>, source: &Source) -> Begun {
        let begun = source.schedule().begin(source.clock.elapsed());
        if begun == Begun::Now {
            // A task of its own: whoever waits may go away.
            let attempt = Attempt { keys: self.clone(), brought: false };
            tokio::spawn(attempt.run());
        }
        begun
    }
}

impl Source {
    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt that is being made. It is over when this is dropped, however that comes about.
struct Attempt {
    keys: Arc<Keys>,
    brought: bool,
}

impl Attempt {
    async fn run(mut self) {
        let Some(source) = &self.keys.source else { return };
        let before = self.keys.set.load_full();
        let outcome = match source.fetch.fetch(&before).await {
            Ok(Fetched::Same) => "same",
            Ok(Fetched::Read(set)) if set.is_same_as(&before) => "same",
            Ok(Fetched::Read(set)) => {
                self.keys.set.store(Arc::new(set));
                source.epoch.move_on();
                "changed"
            }
            Err(reason) => {
                tracing::warn!(%reason, "the issuer's keys could not be read; the last good ones stay in use");
                source.meter.count(Count::JwksFetch { outcome: "failed" });
                return;
            }
        };
        source.meter.count(Count::JwksFetch { outcome });
        self.brought = true;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let Some(source) = &self.keys.source else { return };
        let mut schedule = source.schedule();
        schedule.end(self.brought);
        source.quiet_until.store(schedule.quiet_until(), Ordering::Release);
        drop(schedule);
        source.over.send_replace(());
    }
}
