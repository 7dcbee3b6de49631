//! How this node does: its clock, its store, and what it counts.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tenure_core::time::{Span, Timestamp};
pub use tenure_store::{Figures, Spread};

use crate::error::Result;
use crate::limits::PROBES;
use crate::service::Service;
use crate::webhook::Outcome;

/// What the service counts beside its [`Tallies`](crate::service::Tallies).
#[derive(Clone, Debug)]
pub struct Counts {
    /// Apps.
    pub apps: u64,
    /// Times that a session was found in memory.
    pub views_found: u64,
    /// Times that a session was read from the store.
    pub views_read: u64,
    /// The number of the last entry of the revocation feed that this node has read.
    pub feed_head: u64,
    /// How long ago the feed was known to be complete, in seconds.
    pub feed_age_secs: u64,
    /// How long it took from the moment of an end until this node told those who follow it, in milliseconds.
    pub feed_delays: Spread,
    /// Those who follow it here.
    pub feed_readers: u64,
    /// Messages to webhooks, by what became of them, in the order of [`Outcome::ALL`].
    pub webhook_messages: [u64; Outcome::ALL.len()],
    /// How long ago that was said which has waited longest to be delivered to a webhook.
    pub webhook_lag: Span,
}

impl Service {
    /// This machine's clock, and the latest time that the store has seen; whatever they say to each other.
    pub fn clock_and_mark(&self) -> (Timestamp, Timestamp) {
        let now = self.clock.now();
        (now, Timestamp::from_millis(self.high_water.load(Ordering::Relaxed)))
    }

    /// How long each of a few commits takes, one after the other, shortest first.
    pub async fn time_commits(&self) -> Result<Vec<Duration>> {
        let mut times = Vec::with_capacity(PROBES);
        for _ in 0..PROBES {
            let started = self.monotonic();
            self.store.probe().await?;
            times.push(self.monotonic().saturating_sub(started));
        }
        times.sort_unstable();
        Ok(times)
    }

    /// What the store counts of itself.
    pub fn store_figures(&self) -> Option<Figures> {
        self.store.figures()
    }

    /// What the service counts.
    pub fn counts(&self) -> Counts {
        let (views_found, views_read) = self.views.found_and_read();
        let feed_age = self.clock.now().secs() - self.revocations.read().window.as_of_secs();
        Counts {
            apps: self.catalogue.all().len() as u64,
            views_found,
            views_read,
            feed_head: self.revocations.head(),
            feed_age_secs: u64::try_from(feed_age).unwrap_or(0),
            feed_delays: self.feed_delays.spread(),
            feed_readers: self.feed_news.receiver_count() as u64,
            webhook_messages: self.webhook_traffic.counts(),
            webhook_lag: self.webhook_traffic.lag(self.clock.now()),
        }
    }
}
