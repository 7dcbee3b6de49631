//! Backups of a running store: one at a time, beside all that goes on, and remembered so that its age can be told.

use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};

use serde_json::json;
use tenure_core::limits::CLOCK_BEHIND;
use tenure_core::time::{Span, Timestamp};
use tenure_store::{Expected, Kind, Manifest, NotMade, Store, Unavailable, Write};
use tenure_wire::recovery::{BackupMade, BackupStatus, RunningBackup};

use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::BACKUP_PATH_BYTES;
use crate::records;
use crate::ring::RingSource;
use crate::service::Service;

const LAST: &str = "backup";

impl Service {
    /// Begins a backup into the file `to`, and answers before it is made: [`Service::backup_status`] says when it is, or why
    /// it was not. Refuses while another one is under way.
    pub async fn start_backup(self: &Arc<Self>, to: &str) -> Result<BackupStatus> {
        let now = self.now()?;
        if !Path::new(to).is_absolute() || to.len() > BACKUP_PATH_BYTES || to.contains(char::is_control) {
            return Err(Error::invalid("to", "must be an absolute path on the server's machine"));
        }
        if Path::new(to).exists() {
            return Err(Error::Conflict(format!("{to} is there already: a backup never overwrites a file")));
        }
        refuse_a_past(&self.store, now).await?;
        let mut status = self.backups();
        if let Some(running) = &status.running {
            return Err(Error::Conflict(format!("a backup is being made already: {}", running.to)));
        }
        status.running = Some(RunningBackup { to: to.to_owned(), started_at: now.secs() });
        status.failed = None;
        let begun = status.clone();
        drop(status);
        let (service, to) = (Arc::clone(self), to.to_owned());
        tokio::spawn(async move { service.make_backup(&to, now).await });
        Ok(begun)
    }

    /// The backup under way, and the last one.
    pub fn backup_status(&self) -> BackupStatus {
        self.backups().clone()
    }

    /// How long ago the last backup was made that this store knows of.
    pub fn backup_age(&self) -> Option<Span> {
        let made_at = self.backups().last.as_ref().map(|last| last.made_at)?;
        Some(self.clock.now().since(Timestamp::from_secs(made_at)))
    }

    async fn make_backup(&self, to: &str, at: Timestamp) {
        let made = back_up(&self.store, Path::new(to), at).await;
        let event = match &made {
            Ok(manifest) => {
                let detail =
                    json!({"to": to, "sessions": manifest.families, "bytes": manifest.content_bytes});
                events::of_installation(Type::BackupMade, at, detail)
            }
            Err(error) => {
                events::of_installation(Type::BackupFailed, at, json!({"error": error.to_string()}))
            }
        };
        self.note(event).await;
        let mut status = self.backups();
        status.running = None;
        match made {
            Ok(manifest) => status.last = Some(shown(&manifest, to)),
            Err(error) => {
                tracing::error!(%error, "no backup was made");
                status.failed = Some(error.to_string());
            }
        }
    }

    /// Reads when the last backup was made.
    pub(crate) async fn read_last_backup(&self) -> Result<()> {
        let record = self.store.get(Kind::Installation, LAST).await?;
        let last = record.map(|record| records::read(Kind::Installation, &record)).transpose()?;
        self.backups().last = last;
        Ok(())
    }

    fn backups(&self) -> MutexGuard<'_, BackupStatus> {
        self.backups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Backs `store` up into the new file `to`, and writes down in it that this was done. Refuses with a clock that is behind
/// what the store has seen: such a backup would say that it is older than what it holds.
pub async fn back_up(store: &Store, to: &Path, at: Timestamp) -> Result<Manifest> {
    refuse_a_past(store, at).await?;
    let manifest = store.back_up(to, at).await.map_err(|error| match error {
        NotMade::Place(says) => Error::Conflict(says),
        NotMade::Unavailable(unavailable) => Error::Unavailable(unavailable),
        NotMade::Unsupported => Error::Conflict(NotMade::Unsupported.to_string()),
    })?;
    // The backup is there, whether or not the store can write that down.
    if let Err(error) = store.write(&[last(&manifest, &to.to_string_lossy())?]).await {
        tracing::warn!(%error, "a backup was made, and the store could not note it");
    }
    Ok(manifest)
}

async fn refuse_a_past(store: &Store, now: Timestamp) -> Result<()> {
    let behind = store.high_water().await?.since(now);
    if behind <= CLOCK_BEHIND {
        return Ok(());
    }
    Err(Error::Unavailable(Unavailable::new(format!(
        "this machine's clock is {} s behind what the store has seen: set it right first",
        behind.secs()
    ))))
}

/// The write that makes a backup the last one.
pub(crate) fn last(manifest: &Manifest, file: &str) -> Result<Write> {
    records::put(Kind::Installation, LAST.to_owned(), &shown(manifest, file), Expected::Any)
}

/// A backup as operators see it.
pub fn shown(manifest: &Manifest, file: &str) -> BackupMade {
    BackupMade {
        file: file.to_owned(),
        made_at: manifest.made_at.secs(),
        program: manifest.program.clone(),
        schema: manifest.schema,
        incarnation: format!("{:016x}", manifest.incarnation),
        feed_head: manifest.feed_head,
        high_water: manifest.high_water.secs(),
        sessions: manifest.families,
        records: manifest.records,
        ring_keys: manifest.kids.clone(),
        bytes: manifest.content_bytes,
        sha256: manifest.sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// Before the first backup.
pub(crate) fn none_yet(ring: &RingSource) -> BackupStatus {
    BackupStatus { running: None, failed: None, last: None, ring: ring.place() }
}
