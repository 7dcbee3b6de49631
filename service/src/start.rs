//! Starting: the ring must be the store's, the clock must not be behind it, and everything that is asked often is read.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use tenure_core::id::FamilyId;
use tenure_store::{SpreadCounter, Store, Unavailable};
use tokio::sync::watch;

use crate::backup;
use crate::canaries;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::entropy::Entropy;
use crate::error::Error;
use crate::leases::Leases;
use crate::limits::{
    FEED_DELAY_MILLIS, NOTICES_BURST, NOTICES_PER_MINUTE, REFRESHES_BURST, REFRESHES_PER_SECOND, Rate,
};
use crate::revocations::Revocations;
use crate::ring::{Ring, RingError, RingSource};
use crate::running_jobs::RunningJobs;
use crate::service::{Options, Recovering, RingWatch, Service, Tallies};
use crate::status_cache::StatusCache;
use crate::views::Views;
use crate::webhook::Traffic;

const MINUTE: Duration = Duration::from_secs(60);

/// Why the service does not start.
#[derive(Debug)]
pub enum StartError {
    /// The key ring cannot be used, or is not the store's.
    Ring(RingError),
    /// The store does not answer, or something in it cannot be used.
    Service(Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ring(error) => error.fmt(f),
            Self::Service(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

impl From<RingError> for StartError {
    fn from(error: RingError) -> Self {
        Self::Ring(error)
    }
}

impl From<Unavailable> for StartError {
    fn from(error: Unavailable) -> Self {
        Self::Service(error.into())
    }
}

impl From<canaries::Mismatch> for StartError {
    fn from(mismatch: canaries::Mismatch) -> Self {
        match mismatch {
            canaries::Mismatch::Ring(error) => Self::Ring(error),
            canaries::Mismatch::Service(error) => Self::Service(error),
        }
    }
}

impl From<Error> for StartError {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

impl Service {
    /// Starts on `store` with the ring from `ring_source`.
    ///
    /// Refuses a ring that lacks a key that the store was written with, holds another one under its number, or honours one
    /// that was retired; and one that makes a key active which another running node does not hold. A key that the store has not
    /// seen yet gets its canary.
    pub async fn start(
        store: Store,
        ring_source: RingSource,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: Options,
    ) -> Result<Arc<Self>, StartError> {
        let mark = ring_source.mark();
        let ring = Ring::derive(&ring_source.read()?)?;
        let first_seen = canaries::check(&store, &ring, &options.node, clock.now()).await?;
        let service = Self {
            high_water: AtomicI64::new(store.high_water().await?.millis()),
            ring: ArcSwap::from_pointee(ring),
            ring_looked_at: AtomicU64::new(0),
            ring_watch: Mutex::new(RingWatch { first_seen, mark, problem: None }),
            audit_head: AtomicI64::new(0),
            ring_turn: tokio::sync::Mutex::new(()),
            catalogue: Catalogue::default(),
            credentials: Credentials::default(),
            views: Views::new(options.cached_sessions),
            revocations: Revocations::default(),
            leases: Leases::default(),
            status_cache: StatusCache::default(),
            feed_delays: SpreadCounter::new(&FEED_DELAY_MILLIS),
            recovery: ArcSwap::from_pointee(Recovering::default()),
            backups: Mutex::new(backup::none_yet(&ring_source)),
            session_rate: session_rate(options.cached_sessions),
            notice_rate: Rate::new(
                NOTICES_PER_MINUTE,
                MINUTE,
                NOTICES_BURST,
                options.cached_sessions.max(1000),
            ),
            tallies: Tallies::default(),
            console_tallies: Tallies::default(),
            running_jobs: RunningJobs::default(),
            webhook_traffic: Traffic::default(),
            happened: watch::Sender::new(()),
            feed_news: watch::Sender::new(()),
            changing: tokio::sync::Mutex::new(()),
            ring_source,
            store,
            clock,
            entropy,
            options,
        };
        let ring = service.ring.load_full();
        service.catalogue.load_all(&service.store, &ring, &service.options.public_url).await?;
        service.credentials.load_all(&service.store).await?;
        service.revocations.catch_up(&service.store, service.clock.now()).await?;
        service.read_recovery().await?;
        service.read_last_backup().await?;
        service.say_what_it_holds().await;
        Ok(Arc::new(service))
    }
}

fn session_rate(sessions: usize) -> Rate<FamilyId> {
    Rate::new(REFRESHES_PER_SECOND, Duration::from_secs(1), REFRESHES_BURST, sessions.max(1000))
}
