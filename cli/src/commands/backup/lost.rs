//! What a restore loses, in words: it is said before it happens, and after.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use tenure_sqlite::backup::{Losses, RecordLoss};
use tenure_store::Kind;

use super::revoked::{KeyBack, Revoked, of_keys};
use crate::times::moment;

/// Ends that are printed one by one; the rest is counted.
const SHOWN: usize = 20;
/// Ends that are listed in JSON.
const LISTED: usize = 1000;

/// What the store before it knew, and the restored one does not.
#[derive(Serialize)]
pub struct Lost {
    /// Sessions opened after the backup that were live.
    pub sessions_opened: u64,
    /// Sessions whose clients hold newer tokens than the backup knows.
    pub clients_ahead: u64,
    /// Sessions that had ended since.
    pub ends: u64,
    /// The first of them.
    listed_ends: Vec<End>,
    /// How many there are of each reason.
    ends_by_reason: BTreeMap<&'static str, u64>,
    /// Auth tokens that were refused without the end of a session: of users, apps and signing keys.
    revocations: Vec<Revoked>,
    /// Signing keys that had left their key set, and are back.
    pub keys_back: Vec<KeyBack>,
    /// Apps, settings and keys that are not as they were, in words.
    changes: Vec<String>,
}

#[derive(Serialize)]
struct End {
    app_id: String,
    session_id: String,
    user_id: String,
    reason: &'static str,
    at: i64,
}

impl Lost {
    /// The same, to be told.
    pub fn of(losses: &Losses) -> Self {
        let mut ends_by_reason = BTreeMap::new();
        for end in &losses.ended {
            *ends_by_reason.entry(end.reason.as_str()).or_default() += 1;
        }
        let listed = losses.ended.iter().take(LISTED).map(|end| End {
            app_id: end.app.to_string(),
            session_id: end.family.to_string(),
            user_id: end.user.to_string(),
            reason: end.reason.as_str(),
            at: end.at.secs(),
        });
        Self {
            sessions_opened: losses.opened,
            clients_ahead: losses.ahead,
            ends: losses.ended.len() as u64,
            listed_ends: listed.collect(),
            ends_by_reason,
            revocations: losses.announced.iter().filter_map(Revoked::of).collect(),
            keys_back: KeyBack::all(losses),
            changes: losses.records.iter().map(change).collect(),
        }
    }

    /// What is still lost once some of it was made again: `losses` were found then.
    pub fn made_again(&mut self, losses: &Losses) {
        self.keys_back = KeyBack::all(losses);
        self.changes = losses.records.iter().map(change).collect();
    }

    /// The ends, one a line.
    pub fn ends_in_words(&self) -> String {
        let mut text = String::new();
        for end in self.listed_ends.iter().take(SHOWN) {
            let at = moment(end.at);
            let _ = writeln!(
                text,
                "      {}  {}  {}  {}  {at}",
                end.session_id, end.app_id, end.user_id, end.reason
            );
        }
        if self.ends > SHOWN as u64 {
            let by_reason: Vec<_> =
                self.ends_by_reason.iter().map(|(reason, n)| format!("{n} {reason}")).collect();
            let _ = writeln!(text, "      … of {} in all: {}", self.ends, by_reason.join(", "));
        }
        text
    }

    /// The revocations, one a line.
    pub fn revocations_in_words(&self) -> String {
        some(self.revocations.iter().map(Revoked::in_words))
    }

    /// The changes, one a line.
    pub fn changes_in_words(&self) -> String {
        some(self.changes.iter().cloned())
    }
}

/// As many as a person reads, one a line, and how many there are.
fn some(lines: impl ExactSizeIterator<Item = String>) -> String {
    let all = lines.len();
    let mut text: String = lines.take(SHOWN).map(|line| format!("      {line}\n")).collect();
    if all > SHOWN {
        let _ = writeln!(text, "      … of {all} in all");
    }
    text
}

fn change(loss: &RecordLoss) -> String {
    let (RecordLoss::Back(kind, key) | RecordLoss::Gone(kind, key) | RecordLoss::Older(kind, key)) = loss;
    let (app, rest) = key.split_once('/').unwrap_or((key, ""));
    let what = match kind {
        Kind::App => format!("app {key}"),
        Kind::Settings => format!("version {} of the settings of app {app}", rest.trim_start_matches('0')),
        Kind::SigningKey => format!("signing key {rest} of app {app}"),
        Kind::ApiKey => format!("API key {key}"),
        Kind::Audit => format!("line {key} of the audit log"),
        _ => format!("{} {key}", kind.as_str()),
    };
    match loss {
        RecordLoss::Back(Kind::ApiKey, _) => {
            format!("{what} had been revoked, and works again: revoke it again")
        }
        RecordLoss::Older(Kind::SigningKey, _) => format!(
            "{what} is as it was at the backup: if it was retired since, it may sign again: tenure key retire {rest} {}",
            of_keys(app)
        ),
        RecordLoss::Back(Kind::SigningKey, _) => format!("{what} had left the key set, and is back"),
        RecordLoss::Back(..) => format!("{what} had been removed, and is back: remove it again"),
        RecordLoss::Gone(..) => format!("{what} is gone: it was made after the backup"),
        RecordLoss::Older(..) => format!("{what} is as it was at the backup: it was changed since"),
    }
}
