//! What became of a restore, as JSON and in words.

use std::path::PathBuf;

use serde::Serialize;
use tenure_wire::recovery::BackupMade;

use super::lost::Lost;
use super::words;
use crate::counts::count;
use crate::times::moment;

/// What `--json` prints.
#[derive(Serialize)]
pub struct Outcome {
    /// The store.
    pub store: PathBuf,
    /// Whether nothing was done.
    pub dry_run: bool,
    /// What it is made of.
    pub backup: BackupMade,
    /// The store that was there, under its new name.
    pub kept: Option<PathBuf>,
    /// Ends that were made again.
    pub ended_again: u64,
    /// Whether there was a store to make ends from.
    pub made_again: bool,
    /// What was announced again of users, apps and signing keys: tokens that verifiers refuse.
    pub announced_again: u64,
    /// API keys and signing keys that were revoked, retired or made since, and are as they were last.
    pub keys_again: u64,
    /// What is lost, as far as the store before it can tell.
    pub lost: Option<Lost>,
    /// Why it cannot.
    pub not_known: Option<String>,
}

/// All of it.
pub fn in_words(outcome: &Outcome) -> String {
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
    text += &revocations_in_words(outcome);
    text += &changes_in_words(outcome);
    text += &keys_back_in_words(outcome);
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
            before(outcome)
        ),
    }
}

fn revocations_in_words(outcome: &Outcome) -> String {
    let lead = "  * Auth tokens without a session that were refused since";
    let Some(lost) = &outcome.lost else {
        return format!("{lead}: accepted again until they expire. Which these are is not known.\n");
    };
    let listed = lost.revocations_in_words();
    match (listed.is_empty(), outcome.made_again) {
        (true, _) => format!("{lead}: none, by the store before it.\n"),
        (_, true) if outcome.dry_run => format!("{lead}, and would be refused again:\n{listed}"),
        (_, true) => format!("{lead}, and are refused again:\n{listed}"),
        (_, false) => format!(
            "{lead}, and are accepted again until they expire:\n{listed}    Refuse them again: run this with --ends-from {}\n",
            before(outcome)
        ),
    }
}

fn changes_in_words(outcome: &Outcome) -> String {
    let lead = "  * Changes since, of apps, settings and keys";
    let Some(lost) = &outcome.lost else {
        return format!("{lead}: an API key that was revoked works again, settings are as they were.\n");
    };
    let again = match (outcome.keys_again, outcome.dry_run) {
        (0, _) => String::new(),
        (n, dry_run) => format!(
            "  * API keys and signing keys that were revoked, retired or made since: {n} {} as the store before it had them.\n",
            if dry_run { "would be" } else { "are" }
        ),
    };
    match lost.changes_in_words() {
        changes if changes.is_empty() => format!("{again}{lead}: none.\n"),
        changes => format!("{again}{lead}:\n{changes}"),
    }
}

/// The one thing that must not be overlooked.
fn keys_back_in_words(outcome: &Outcome) -> String {
    let Some(lost) = &outcome.lost else {
        return "WARNING: a signing key that was retired as compromised since the backup is back, and whoever has it can sign tokens \
                again. If there was one, retire it again as soon as the server runs: tenure key retire KEY --app APP --compromised\n"
            .to_owned();
    };
    if lost.keys_back.is_empty() {
        return String::new();
    }
    let first = match outcome.made_again {
        true => {
            "The store of --ends-from is not the one that was backed up, so it cannot say that they stay retired.".to_owned()
        }
        false => format!("Run this with --ends-from {}, which lets none of them back.", before(outcome)),
    };
    let commands: String = lost.keys_back.iter().map(|key| format!("      {}\n", key.retire())).collect();
    format!(
        "WARNING: signing keys are back that had left their key sets. If one was retired as compromised, whoever has it can sign \
         tokens again. {first} Else retire it as soon as the server runs:\n{commands}"
    )
}

/// The store that knows what was lost.
fn before(outcome: &Outcome) -> std::path::Display<'_> {
    outcome.kept.as_ref().unwrap_or(&outcome.store).display()
}
