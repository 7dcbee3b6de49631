//! What happened, told to whoever counts.

use std::sync::Arc;

use crate::refusal::Refusal;

/// Something that happened once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Count {
    /// A request was let through.
    Verified,
    /// A request was not.
    Refused(Refusal),
    /// A token was known from before.
    CacheHit,
    /// Keys were read: `changed`, `same` or `failed`.
    JwksFetch {
        /// What came of it.
        outcome: &'static str,
    },
    /// Keys were used that are older than they should be, because new ones could not be had.
    JwksStale,
    /// A message of the feed changed what is known.
    FeedMessage,
    /// The feed began anew: `start`, `fell_behind` or `other_store`.
    FeedReset {
        /// Why.
        reason: &'static str,
    },
    /// The feed was lost, and is read again.
    FeedReconnect,
    /// A request was let through although the feed was stale.
    FeedStaleAllowed,
}

impl Count {
    /// The stable name of the counter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Refused(_) => "refused",
            Self::CacheHit => "cache_hit",
            Self::JwksFetch { .. } => "jwks_fetch",
            Self::JwksStale => "jwks_stale",
            Self::FeedMessage => "feed_message",
            Self::FeedReset { .. } => "feed_reset",
            Self::FeedReconnect => "feed_reconnect",
            Self::FeedStaleAllowed => "feed_stale_allowed",
        }
    }

    /// Its one label, as name and value, if it has one.
    pub const fn label(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Refused(refusal) => Some(("code", refusal.code())),
            Self::JwksFetch { outcome } => Some(("outcome", outcome)),
            Self::FeedReset { reason } => Some(("reason", reason)),
            _ => None,
        }
    }
}

/// A value that rises and falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gauge {
    /// Seconds since the moment up to which the feed is known to be complete.
    FeedLagSeconds,
    /// Entries of the feed that are held.
    FeedEntries,
}

impl Gauge {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FeedLagSeconds => "feed_lag_seconds",
            Self::FeedEntries => "feed_entries",
        }
    }
}

/// Whoever counts. It is called in the middle of requests, from many threads: it must not block.
pub trait Metrics: Send + Sync {
    /// One more.
    fn count(&self, count: Count);
    /// The value is this now.
    fn gauge(&self, gauge: Gauge, value: f64);
}

/// Somebody who counts, or nobody.
#[derive(Clone, Default)]
pub(crate) struct Meter(pub(crate) Option<Arc<dyn Metrics>>);

impl Meter {
    pub(crate) fn count(&self, count: Count) {
        if let Some(metrics) = &self.0 {
            metrics.count(count);
        }
    }

    pub(crate) fn gauge(&self, gauge: Gauge, value: f64) {
        if let Some(metrics) = &self.0 {
            metrics.gauge(gauge, value);
        }
    }
}
