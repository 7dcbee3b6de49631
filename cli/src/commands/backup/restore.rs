//! `tenure backup restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tenure_core::limits::CLOCK_BEHIND;
use tenure_core::time::Timestamp;
use tenure_service::backup::shown;
use tenure_service::clock::{Clock as _, SystemClock};
use tenure_service::recovery::{self, Restore as Note};
use tenure_sqlite::Options;
use tenure_sqlite::backup::{Losses, MadeAgain, Restoring, read_manifest, verify};
use tenure_store::{Manifest, Store};
use tenure_wire::recovery::BackupMade;

use super::lost::Lost;
use super::verify::opens;
use super::{Place, failed, folder_of, words};
use crate::counts::count;
use crate::node;
use crate::output::{Fault, Output};
use crate::times::moment;

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

/// What `--json` prints.
#[derive(Serialize)]
struct Outcome {
    /// The store.
    store: PathBuf,
    /// Whether nothing was done.
    dry_run: bool,
    backup: BackupMade,
    /// The store that was there, under its new name.
    kept: Option<PathBuf>,
    /// Ends that were made again.
    ended_again: u64,
    /// What was announced again of users, apps and signing keys: tokens that verifiers refuse.
    announced_again: u64,
    /// API keys and signing keys that were revoked, retired or made since, and are as they were last.
    keys_again: u64,
    /// What is lost, as far as the store before it can tell.
    lost: Option<Lost>,
    /// Why it cannot.
    not_known: Option<String>,
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
    let compared = before.as_deref().map(|before| restoring.losses(before));
    let (losses, not_known) = match compared {
        None => (None, None),
        Some(Ok(losses)) => (Some(losses), None),
        Some(Err(error)) if restore.ends_from.is_some() => return Err(failed(error)),
        Some(Err(error)) => (None, Some(error.to_string())),
    };
    let mut lost = losses.as_ref().map(Lost::of);
    let mut again = MadeAgain::default();
    if let (Some(before), Some(losses), Some(lost)) = (&restore.ends_from, &losses, &mut lost) {
        again = restoring.end_again(before, &losses.ended).map_err(failed)?;
        lost.made_again(&restoring.losses(before).map_err(failed)?);
    }
    let ended_again = again.ends;
    let mut outcome = Outcome {
        store: database.clone(),
        dry_run: restore.dry_run,
        backup: shown(&manifest, &restore.file.display().to_string()),
        kept: None,
        ended_again,
        announced_again: again.announcements,
        keys_again: again.keys,
        lost,
        not_known,
    };
    if !restore.dry_run {
        write_down(&restoring, restore, now, ended_again, losses.as_ref())?;
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

/// A backup without its ring is of no use: better said before anything is replaced.
fn check_ring(restore: &Restore, database: &Path) -> Result<(), Fault> {
    let beside = folder_of(database).join("ring.toml");
    let given = restore.ring_file.clone().or_else(|| beside.exists().then_some(beside));
    let Some(ring) = given else { return Ok(()) };
    let canaries = verify(&restore.file).map_err(failed)?.canaries;
    opens(&ring, &canaries).map_err(|error| {
        Fault::failed(format!(
            "the key ring {} does not open this backup: {error}. Nothing was changed",
            ring.display()
        ))
    })
}

/// Writes into the store what it was restored from.
fn write_down(
    restoring: &Restoring,
    restore: &Restore,
    now: Timestamp,
    ended_again: u64,
    losses: Option<&Losses>,
) -> Result<(), Fault> {
    let store = Store::new(std::sync::Arc::new(restoring.open(Options::new(0)).map_err(Fault::failed)?));
    let file = restore.file.display().to_string();
    let note = Note {
        at: now,
        manifest: restoring.manifest(),
        file: &file,
        ended_again,
        ends_lost: losses.map(|losses| losses.ended.len() as u64 - ended_again),
    };
    node::runtime(1)?.block_on(recovery::record(&store, &note)).map_err(Fault::failed)
}

fn kept_as(database: &Path, now: Timestamp) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(format!(".replaced-{}", words::stamp(now)));
    name.into()
}

fn in_words(outcome: &Outcome) -> String {
    let mut text = format!(
        "{} {} {}: {}.\n",
        outcome.store.display(),
        if outcome.dry_run { "would be made of" } else { "is made of" },
        outcome.backup.file,
        words::holds(&outcome.backup)
    );
    if let Some(kept) = &outcome.kept {
        text += &format!("The store that was there is kept as {}.\n", kept.display());
    }
    text += "What happened after the backup is lost:\n";
    text += &sessions_in_words(outcome);
    text += &ends_in_words(outcome);
    text += &changes_in_words(outcome);
    if outcome.dry_run {
        return text + "Nothing was changed.";
    }
    text + &format!(
        "Start the server with the key ring that holds {}. Clients with newer tokens are told to wait (503), and nobody is signed out, \
         until you say: tenure recover --for 24h",
        words::keys(&outcome.backup.ring_keys)
    )
}

fn sessions_in_words(outcome: &Outcome) -> String {
    match &outcome.lost {
        Some(lost) => format!(
            "  * Sessions that were opened since: {} was live. Their users sign in again.\n    {} of the others with newer tokens: \
             their clients go on once recovery is open.\n",
            count(lost.sessions_opened, "session"),
            count(lost.clients_ahead, "session"),
        )
        .replace("sessions was", "sessions were"),
        None => "  * Sessions that were opened since. Their users sign in again.\n".to_owned(),
    }
}

fn ends_in_words(outcome: &Outcome) -> String {
    let lead = "  * Ends since: who signed out, was ended, or was caught with a stolen token";
    let Some(lost) = &outcome.lost else {
        let why = outcome.not_known.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        return format!(
            "{lead} is signed in again. Which these are is not known{why}: if the old store, or a later backup, is still somewhere, \
             restore again with --ends-from. Else end what must not live: tenure session end-matching, with --user for one user, with \
             --opened-before \"{}\" for all that the backup holds.\n",
            moment(outcome.backup.made_at)
        );
    };
    let listed = lost.ends_in_words();
    match lost.ends {
        0 => format!("{lead}: nobody, by the store before it.\n"),
        n if outcome.ended_again == n && outcome.dry_run => {
            format!("{lead}: {}, which would end again as they were:\n{listed}", count(n, "session"))
        }
        n if outcome.ended_again == n => {
            format!("{lead}: {}, ended again as they were:\n{listed}", count(n, "session"))
        }
        n => format!(
            "{lead} is signed in again: {}\n{listed}    End them again: run this with --ends-from {}\n",
            count(n, "session"),
            outcome.kept.as_ref().unwrap_or(&outcome.store).display()
        ),
    }
}

fn changes_in_words(outcome: &Outcome) -> String {
    let lead = "  * Changes since, of apps, settings and keys";
    let mut again = String::new();
    if outcome.announced_again + outcome.keys_again > 0 {
        let made = if outcome.dry_run { "would be" } else { "are" };
        again = format!(
            "  * {} and {} of users, apps and signing keys that are over {made} as the store before it had them.\n",
            count(outcome.keys_again, "API key or signing key").replace("keys or", "key or"),
            count(outcome.announced_again, "announcement"),
        );
    }
    again
        + &match &outcome.lost {
            None => format!(
                "{lead}: an API key that was revoked works again, a signing key that was retired as compromised signs again (retire \
             it again: tenure key retire KID --app APP --compromised), settings are as they were.\n"
            ),
            Some(lost) if lost.changes_in_words().is_empty() => format!("{lead}: none.\n"),
            Some(lost) => format!("{lead}:\n{}", lost.changes_in_words()),
        }
}
