//! What every operation works with: the store, the clock, the keys, and what is remembered of them.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::limits::CLOCK_BEHIND;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::rotate::Recovery;
use tenure_core::time::Timestamp;
use tenure_store::{Event, SpreadCounter, Store, Unavailable};
use tenure_wire::recovery::BackupStatus;
use tokio::sync::watch;

use crate::canaries::FirstSeen;
use crate::catalogue::{App, Catalogue};
use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::entropy::Entropy;
use crate::error::{Error, Result};
use crate::leases::Leases;
use crate::limits::{Rate, Retention};
use crate::records::{RecoveryRecord, RestoredRecord};
use crate::revocations::Revocations;
use crate::ring::{Ring, RingMark, RingSource};
use crate::running_jobs::RunningJobs;
use crate::status_cache::StatusCache;
use crate::views::Views;
pub use crate::webhook::Reach;
use crate::webhook::Traffic;

/// The session service. One a process; every operation is a method, each in the module of its name.
pub struct Service {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) options: Options,
    pub(crate) ring: ArcSwap<Ring>,
    pub(crate) ring_source: RingSource,
    pub(crate) ring_looked_at: AtomicU64,
    pub(crate) ring_watch: Mutex<RingWatch>,
    /// Where the last line of the audit log stands.
    pub(crate) audit_head: AtomicI64,
    /// One reading of the ring at a time: an older one must not replace a newer one.
    pub(crate) ring_turn: tokio::sync::Mutex<()>,
    pub(crate) catalogue: Catalogue,
    pub(crate) credentials: Credentials,
    pub(crate) views: Views,
    pub(crate) revocations: Revocations,
    pub(crate) leases: Leases,
    pub(crate) status_cache: StatusCache,
    pub(crate) feed_delays: SpreadCounter,
    pub(crate) recovery: ArcSwap<Recovering>,
    pub(crate) backups: Mutex<BackupStatus>,
    pub(crate) session_rate: Rate<FamilyId>,
    pub(crate) notice_rate: Rate<FamilyId>,
    pub(crate) high_water: AtomicI64,
    pub(crate) tallies: Tallies,
    /// Apart from the others: sessions of admins are in no figure of the installation.
    pub(crate) console_tallies: Tallies,
    pub(crate) running_jobs: RunningJobs,
    pub(crate) webhook_traffic: Traffic,
    /// Wakes those who follow the events.
    pub(crate) happened: watch::Sender<()>,
    /// Wakes those who follow the revocation feed.
    pub(crate) feed_news: watch::Sender<()>,
    /// One change of apps, settings or keys at a time, together with the reading that puts it into force: what is in memory
    /// is never older than what was answered.
    pub(crate) changing: tokio::sync::Mutex<()>,
}

/// How the service is to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it is reached: what issuers begin with. No trailing slash.
    pub public_url: String,
    /// The name of this node among those on one store: the same after a restart, and no other node's.
    pub node: String,
    /// Development: one API key is derived from the ring.
    pub dev: bool,
    /// Families kept in memory; about a kilobyte each.
    pub cached_sessions: usize,
    /// How long what is over is kept.
    pub retention: Retention,
    /// How far messages to webhooks may go.
    pub webhook_reach: Reach,
}

/// What this node knows of its ring besides the keys.
#[derive(Default)]
pub(crate) struct RingWatch {
    /// When the store first saw each key.
    pub(crate) first_seen: FirstSeen,
    /// The file as it was read last.
    pub(crate) mark: Option<RingMark>,
    /// Why that was not taken over, if so.
    pub(crate) problem: Option<String>,
}

/// Recovery as it was opened last, and the restore that it may be about.
#[derive(Clone, Default)]
pub(crate) struct Recovering {
    pub(crate) opened: Option<RecoveryRecord>,
    pub(crate) restored: Option<RestoredRecord>,
}

/// What was done since the start, for metrics.
#[derive(Default)]
pub struct Tallies {
    /// Refreshes served, by row of the table: rotated, replayed, reissued, fast-forwarded.
    pub served: [AtomicU64; 4],
    /// Presentations that were refused, by reason, in the order of [`Refusal::ALL`].
    pub refused: [AtomicU64; Refusal::ALL.len()],
    /// Presentations that would have ended a session for reuse, in apps that only observe.
    pub reuse_observed: AtomicU64,
    /// Session tokens handed out.
    pub exchanged: AtomicU64,
    /// Session tokens asked about that were active.
    pub session_tokens_active: AtomicU64,
    /// Session tokens asked about that were not.
    pub session_tokens_inactive: AtomicU64,
    /// Sessions opened.
    pub opened: AtomicU64,
    /// Sessions ended, by reason, in the order of [`EndReason::ALL`].
    pub ended: [AtomicU64; EndReason::ALL.len()],
    /// Times that a used token came back and ended something: one session, or every session of its user.
    pub reuse_caught: AtomicU64,
    /// Times that a decision had to be made again because somebody else was faster.
    pub stale: AtomicU64,
}

impl Tallies {
    /// Counts a refusal.
    pub(crate) fn refuse(&self, refusal: Refusal) {
        self.refused[refusal.place()].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts sessions that ended.
    pub(crate) fn end(&self, reason: EndReason, sessions: u64) {
        self.ended[reason.place()].fetch_add(sessions, Ordering::Relaxed);
    }
}

impl Service {
    /// The moment of this request. Refused as unavailable while the clock is far behind what the store has seen: with such
    /// a clock sessions would live longer than they may.
    pub fn now(&self) -> Result<Timestamp> {
        let now = self.clock.now();
        let seen = self.high_water.fetch_max(now.millis(), Ordering::Relaxed);
        let behind = Timestamp::from_millis(seen).since(now);
        if behind > CLOCK_BEHIND {
            return Err(Error::Unavailable(Unavailable::new(format!(
                "this machine's clock is {} s behind what the store has seen",
                behind.secs()
            ))));
        }
        Ok(now)
    }

    /// Time that never runs backwards, for rates.
    pub fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    /// The app with this id. Where there is none, but a restored store may have lost it, that is not said until somebody decided
    /// what is to become of what was lost: its users would be signed out.
    pub fn app(&self, id: &AppId) -> Result<Arc<App>> {
        let absent = || match self.is_undecided() {
            true => Error::undecided("app"),
            false => Error::NotFound("app"),
        };
        self.catalogue.get(id).ok_or_else(absent)
    }

    /// Whether a restored store waits for somebody to say what is to become of what it lost.
    pub(crate) fn is_undecided(&self) -> bool {
        matches!(self.recovery(self.clock.now()), Recovery::Awaited { .. })
    }

    /// Where this service is reached.
    pub fn public_url(&self) -> &str {
        &self.options.public_url
    }

    /// What was done since the start to the sessions of every app but the console's own.
    pub fn tallies(&self) -> &Tallies {
        &self.tallies
    }

    /// Where what is done to sessions of `app` is counted.
    pub(crate) fn tallies_of(&self, app: &AppId) -> &Tallies {
        if app.is_console() { &self.console_tallies } else { &self.tallies }
    }

    /// Whether requests can be served: the clock is right and the store commits.
    pub async fn ready(&self) -> Result<()> {
        self.now()?;
        Ok(self.store.probe().await?)
    }

    /// What becomes of clients that are ahead of the store at `now`.
    pub(crate) fn recovery(&self, now: Timestamp) -> Recovery {
        let recovering = self.recovery.load();
        match (&recovering.opened, &recovering.restored) {
            (Some(opened), _) if now.millis() < opened.closes_at_ms => {
                Recovery::Open { opened_at: Timestamp::from_millis(opened.opened_at_ms), ahead: opened.ahead }
            }
            (None, Some(restored)) => {
                // The mark of time may be a second behind, and a clock as far as it may.
                let seen = Timestamp::from_millis(restored.backup_high_water_ms);
                Recovery::Awaited { since: seen.minus(CLOCK_BEHIND) }
            }
            _ => Recovery::Closed,
        }
    }

    pub(crate) fn ring_watch(&self) -> MutexGuard<'_, RingWatch> {
        self.ring_watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends an event; an event that cannot be kept is logged, and fails nothing.
    pub(crate) async fn note(&self, event: Event) {
        self.note_all(&[event]).await;
    }

    /// The same for several, in one commit. What happens to sessions of the console is for admins to see: it goes into their
    /// log, and not to those who read events.
    pub(crate) async fn note_all(&self, events: &[Event]) {
        let of_console = |event: &Event| event.app.as_ref().is_some_and(AppId::is_console);
        if events.iter().any(of_console) {
            return self.note_of_console(events).await;
        }
        if events.is_empty() {
            return;
        }
        for Event { app, kind, user, session, detail, .. } in events {
            let (app, user) = (app.as_ref().map(AppId::as_str), user.as_ref().map(UserId::as_str));
            let session = session.as_ref().map(FamilyId::to_string);
            tracing::info!(target: "tenure::events", kind, app, user, session, detail);
        }
        match self.store.append(events).await {
            Ok(()) => self.happened.send_replace(()),
            Err(error) => tracing::error!(%error, "an event could not be kept"),
        }
    }
}
