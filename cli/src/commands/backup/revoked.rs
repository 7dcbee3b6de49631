//! What a restore loses of tokens that were refused and keys that were retired: as JSON and in words.

use serde::Serialize;
use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_sqlite::backup::{Losses, RecordLoss};
use tenure_store::{Announcement, Kind, Subject};

use crate::times::moment;

/// What the feed said of anything but one session.
#[derive(Serialize)]
pub struct Revoked {
    app_id: String,
    /// Of one user.
    user_id: Option<String>,
    /// Of one signing key.
    kid: Option<String>,
    /// Tokens that were issued until then are refused; those of a key are whenever they were.
    at: i64,
}

/// A signing key that is back.
#[derive(Serialize)]
pub struct KeyBack {
    app_id: String,
    kid: String,
}

impl Revoked {
    /// An announcement; one of a session has an end, which is listed with the others.
    pub fn of(announcement: &Announcement) -> Option<Self> {
        let (user_id, kid) = match &announcement.subject {
            Subject::User(user) => (Some(user.to_string()), None),
            Subject::App => (None, None),
            Subject::SigningKey(kid) => (None, Some(kid.clone())),
            Subject::Session(_) => return None,
        };
        let at = Timestamp::from_secs(announcement.at.secs_up()).secs();
        Some(Self { app_id: announcement.app.to_string(), user_id, kid, at })
    }

    /// On one line.
    pub fn in_words(&self) -> String {
        let (app, at) = (&self.app_id, moment(self.at));
        match (&self.user_id, &self.kid) {
            (_, Some(kid)) => format!("of app {app}, signed by key {kid}, which was retired as compromised"),
            (Some(user), None) => format!("of user {user} of app {app}, issued until {at}"),
            (None, None) => format!("of everybody of app {app}, issued until {at}"),
        }
    }
}

/// How `tenure key` is told whose keys are meant.
pub fn of_keys(app: &str) -> String {
    let is_console = AppId::stored(app).is_ok_and(|app| app.is_console());
    if is_console { "--console".to_owned() } else { format!("--app {app}") }
}

impl KeyBack {
    /// Those that the store before does not have any more.
    pub fn all(losses: &Losses) -> Vec<Self> {
        let back = losses.records.iter().filter_map(|loss| match loss {
            RecordLoss::Back(Kind::SigningKey, key) => key.split_once('/'),
            _ => None,
        });
        back.map(|(app, kid)| Self { app_id: app.to_owned(), kid: kid.to_owned() }).collect()
    }

    /// The command that retires it as compromised.
    pub fn retire(&self) -> String {
        let whose = of_keys(&self.app_id);
        format!("tenure key retire {} {whose} --compromised", self.kid)
    }
}
