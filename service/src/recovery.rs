//! Recovery: what becomes of clients that are ahead of the store, after it lost commits.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;
use tenure_core::limits::RECOVERY_AHEAD_TOKENS;
use tenure_core::refusal::Refusal;
use tenure_core::rotate::{Recovery, Served};
use tenure_core::time::{Span, Timestamp};
use tenure_store::{Expected, Kind, Manifest, Store, Write};
use tenure_wire::recovery::{RecoveryStatus, Restored};

use crate::backup;
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::RECOVERY_LONGEST;
use crate::records::{self, RecoveryRecord, RestoredRecord};
use crate::service::{Recovering, Service};

const OPENED: &str = "recovery";
const RESTORED: &str = "restored";

impl Service {
    /// Opens recovery for `length`: the store lost commits, and whoever holds a newer token than it knows of goes on from
    /// that. While it is open, the ring's keys and a session's id are enough to take that session over.
    pub async fn open_recovery(&self, length: Span) -> Result<RecoveryStatus> {
        let now = self.now()?;
        if length <= Span::ZERO || length > RECOVERY_LONGEST {
            return Err(Error::invalid("seconds", "must be between 1 and 2592000 (30 days)"));
        }
        let closes_at = now.plus(length);
        self.put_recovery(now, closes_at).await?;
        self.note(events::of_installation(Type::RecoveryOpened, now, json!({"closes_at": closes_at.secs()})))
            .await;
        self.recovery_status()
    }

    /// Closes recovery, also when it was never opened: whoever is ahead of the store waits, and what a restored store has
    /// lost is lost from now on. `Ok` as well when it is closed.
    pub async fn close_recovery(&self) -> Result<RecoveryStatus> {
        let now = self.now()?;
        if self.recovery(now) == Recovery::Closed {
            return self.recovery_status();
        }
        let opened = self.recovery.load().opened.as_ref().map(|open| open.opened_at_ms);
        self.put_recovery(opened.map_or(now, Timestamp::from_millis), now).await?;
        self.note(events::of_installation(Type::RecoveryClosed, now, json!({}))).await;
        self.recovery_status()
    }

    /// Whether recovery is open, what it did, and what it may be about.
    pub fn recovery_status(&self) -> Result<RecoveryStatus> {
        let recovering = self.recovery.load();
        let state = match self.recovery(self.now()?) {
            Recovery::Closed => "closed",
            Recovery::Awaited { .. } => "awaited",
            Recovery::Open { .. } => "open",
        };
        let secs = |millis: i64| Timestamp::from_millis(millis).secs();
        Ok(RecoveryStatus {
            state: state.to_owned(),
            opened_at: recovering.opened.as_ref().map(|open| secs(open.opened_at_ms)),
            closes_at: recovering.opened.as_ref().map(|open| secs(open.closes_at_ms)),
            fast_forwarded: self.tallies().served[Served::FastForwarded as usize].load(Ordering::Relaxed),
            out_of_sync: self.tallies().refused[Refusal::OutOfSync.place()].load(Ordering::Relaxed),
            restored: recovering.restored.as_ref().map(|restored| Restored {
                at: secs(restored.at_ms),
                backup_made_at: secs(restored.backup_made_at_ms),
                incarnation: restored.incarnation.clone(),
                feed_head: restored.feed_head,
                ended_again: restored.ended_again,
                ends_lost: restored.ends_lost,
            }),
        })
    }

    async fn put_recovery(&self, opened_at: Timestamp, closes_at: Timestamp) -> Result<()> {
        let record = RecoveryRecord {
            opened_at_ms: opened_at.millis(),
            closes_at_ms: closes_at.millis(),
            ahead: RECOVERY_AHEAD_TOKENS,
        };
        let write = records::put(Kind::Installation, OPENED.to_owned(), &record, Expected::Any)?;
        self.store.write(&[write]).await?;
        self.read_recovery().await
    }

    /// Reads whether recovery is open, and the restore that it may be about.
    pub(crate) async fn read_recovery(&self) -> Result<()> {
        let opened = self.store.get(Kind::Installation, OPENED).await?;
        let restored = self.store.get(Kind::Installation, RESTORED).await?;
        self.recovery.store(Arc::new(Recovering {
            opened: opened.map(|record| records::read(Kind::Installation, &record)).transpose()?,
            restored: restored.map(|record| records::read(Kind::Installation, &record)).transpose()?,
        }));
        Ok(())
    }
}

/// What a restored store has to know of itself.
pub struct Restore<'a> {
    /// When it was restored.
    pub at: Timestamp,
    /// The backup that it was made of.
    pub manifest: &'a Manifest,
    /// The file that it was made of.
    pub file: &'a str,
    /// Ends after the backup that were made again.
    pub ended_again: u64,
    /// Ends after the backup that are known and were not made again; `None` when the store before it could not be asked.
    pub ends_lost: Option<u64>,
}

/// Writes into a restored store what it was restored from, before anybody serves it. Recovery is not open in it, whatever it
/// was when the backup was made.
pub async fn record(store: &Store, restore: &Restore<'_>) -> Result<()> {
    let manifest = restore.manifest;
    let record = RestoredRecord {
        at_ms: restore.at.millis(),
        backup_made_at_ms: manifest.made_at.millis(),
        backup_high_water_ms: manifest.high_water.millis(),
        incarnation: format!("{:016x}", manifest.incarnation),
        feed_head: manifest.feed_head,
        ended_again: restore.ended_again,
        ends_lost: restore.ends_lost,
    };
    let writes = [
        records::put(Kind::Installation, RESTORED.to_owned(), &record, Expected::Any)?,
        Write { kind: Kind::Installation, key: OPENED.to_owned(), expected: Expected::Any, value: None },
        backup::last(manifest, restore.file)?,
    ];
    store.write(&writes).await?;
    let detail = json!({
        "backup_made_at": manifest.made_at.secs(),
        "incarnation": record.incarnation,
        "feed_head": manifest.feed_head,
        "ended_again": restore.ended_again,
        "ends_lost": restore.ends_lost,
    });
    Ok(store.append(&[events::of_installation(Type::Restored, restore.at, detail)]).await?)
}
