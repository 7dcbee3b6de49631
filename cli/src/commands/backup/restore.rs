//! `tenure backup restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use tenure_core::limits::CLOCK_BEHIND;
use tenure_core::time::Timestamp;
use tenure_service::backup::shown;
use tenure_service::clock::{Clock as _, SystemClock};
use tenure_service::recovery::{self, Restore as Note};
use tenure_sqlite::Options;
use tenure_sqlite::backup::{Losses, MadeAgain, Restoring, read_manifest, verify};
use tenure_store::{Kind, Manifest, Store};

use super::lost::Lost;
use super::outcome::{Outcome, in_words};
use super::verify::opens;
use super::{Place, failed, folder_of, words};
use crate::node;
use crate::output::{Fault, Output};
use crate::times::moment;

/// Keys of a ring, at most: their numbers are one byte.
const KIDS: u32 = 256;

#[derive(Args)]
pub struct Restore {
    /// The backup.
    file: PathBuf,
    /// Put it in the place of the store that is there, which is kept under another name.
    #[arg(long)]
    replace: bool,
    /// Make the sessions end again that have ended in this store since the backup was made: the one that is replaced, or
    /// what is left of another.
    #[arg(long, value_name = "STORE")]
    ends_from: Option<PathBuf>,
    /// Say what would be lost; change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Refuse unless this key ring opens the backup; ring.toml beside the store, if it is there, when absent.
    #[arg(long)]
    ring_file: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

pub fn run(restore: &Restore, output: Output) -> Result<(), Fault> {
    let database = std::path::absolute(restore.place.database()?).map_err(Fault::failed)?;
    let now = SystemClock::default().now();
    let manifest = read_manifest(&restore.file).map_err(failed)?;
    refuse_a_past(&manifest, now)?;
    check_ring(restore, &database)?;
    node::make_private(folder_of(&database))?;
    let there = database.exists();
    let incarnation = node::incarnation()?;
    let replace = restore.replace || restore.dry_run;
    let restoring = Restoring::begin(&restore.file, &database, incarnation, replace).map_err(failed)?;

    let before = restore.ends_from.clone().or_else(|| there.then(|| database.clone()));
    let compared = before.as_deref().map(|before| restoring.losses(before, now));
    let (losses, not_known) = match compared {
        None => (None, None),
        Some(Ok(losses)) => (Some(losses), None),
        Some(Err(error)) if restore.ends_from.is_some() => return Err(failed(error)),
        Some(Err(error)) => (None, Some(error.to_string())),
    };
    let mut lost = losses.as_ref().map(Lost::of);
    let mut again = MadeAgain::default();
    if let (Some(before), Some(losses), Some(lost)) = (&restore.ends_from, &losses, &mut lost) {
        again = restoring.end_again(before, losses).map_err(failed)?;
        lost.made_again(&restoring.losses(before, now).map_err(failed)?);
    }
    let ended_again = again.ends;
    let store = Store::new(std::sync::Arc::new(restoring.open(Options::new(0)).map_err(Fault::failed)?));
    node::runtime(1)?.block_on(check_ring_again(restore, &database, &store))?;
    let mut outcome = Outcome {
        store: database.clone(),
        dry_run: restore.dry_run,
        backup: shown(&manifest, &restore.file.display().to_string()),
        kept: None,
        ended_again,
        made_again: restore.ends_from.is_some(),
        announced_again: again.announcements,
        keys_again: again.keys,
        lost,
        not_known,
    };
    if !restore.dry_run {
        write_down(&store, &restoring, restore, now, ended_again, losses.as_ref())?;
        drop(store);
        let kept = kept_as(&database, now);
        outcome.kept = restoring.finish(&kept).map_err(failed)?.kept;
    }
    output.say(&outcome, in_words)
}

/// A store whose time is yet to come would not be served.
fn refuse_a_past(manifest: &Manifest, now: Timestamp) -> Result<(), Fault> {
    let behind = manifest.high_water.max(manifest.made_at).since(now);
    if behind > CLOCK_BEHIND {
        return Err(Fault::failed(format!(
            "this machine's clock is {} s behind the backup, which is of {}: set the clock right first. Nothing was changed",
            behind.secs(),
            moment(manifest.high_water.secs())
        )));
    }
    Ok(())
}

/// The ring that the store is going to be served with, as far as that can be told.
fn ring_of(restore: &Restore, database: &Path) -> Option<PathBuf> {
    let beside = folder_of(database).join("ring.toml");
    restore.ring_file.clone().or_else(|| beside.exists().then_some(beside))
}

/// A backup without its ring is of no use: better said before anything is replaced.
fn check_ring(restore: &Restore, database: &Path) -> Result<(), Fault> {
    let Some(ring) = ring_of(restore, database) else { return Ok(()) };
    let canaries = verify(&restore.file).map_err(failed)?.canaries;
    opens(&ring, &canaries).map_err(|error| {
        Fault::failed(format!(
            "the key ring {} does not open this backup: {error}. Nothing was changed",
            ring.display()
        ))
    })
}

/// Signing keys that were made since may be sealed under a key of the ring that the backup does not take.
async fn check_ring_again(restore: &Restore, database: &Path, store: &Store) -> Result<(), Fault> {
    let Some(ring) = ring_of(restore, database) else { return Ok(()) };
    let canaries = store.records(Kind::Canary, "", None, KIDS).await.map_err(Fault::failed)?;
    opens(&ring, &canaries).map_err(|error| {
        Fault::failed(format!(
            "the key ring {} does not open the signing keys of the store of --ends-from: {error}. Nothing was changed: \
             bring the ring of that store",
            ring.display()
        ))
    })
}

/// Writes into the store what it was restored from.
fn write_down(
    store: &Store,
    restoring: &Restoring,
    restore: &Restore,
    now: Timestamp,
    ended_again: u64,
    losses: Option<&Losses>,
) -> Result<(), Fault> {
    let file = restore.file.display().to_string();
    let note = Note {
        at: now,
        manifest: restoring.manifest(),
        file: &file,
        ended_again,
        ends_lost: losses.map(|losses| losses.ended.len() as u64 - ended_again),
    };
    node::runtime(1)?.block_on(recovery::record(store, &note)).map_err(Fault::failed)
}

fn kept_as(database: &Path, now: Timestamp) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(format!(".replaced-{}", words::stamp(now)));
    name.into()
}
