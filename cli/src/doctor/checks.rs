//! Every check, in the order in which they are shown. A new check is a file and a line here.

mod backup;
mod clock;
mod configuration;
mod cookies;
mod disk;
mod files;
mod issuer;
mod jwks;
mod key_age;
mod open_files;
mod origins;
mod proxies;
mod ring;
mod schema;
mod settings;
mod store;

use super::facts::Facts;
use super::finding::Verdict;

/// A check.
pub struct Check {
    pub name: &'static str,
    /// What it looks at, as it is shown.
    pub looks_at: &'static str,
    pub judge: fn(&Facts) -> Verdict,
}

pub const CHECKS: &[Check] = &[
    check("configuration", "every key can be used", configuration::judge),
    check("issuer", "each app's issuer is reached from outside, and is itself", issuer::judge),
    check("jwks", "verifiers get the keys that tokens are signed with", jwks::judge),
    check("clock", "this node, the store and the public address agree on the time", clock::judge),
    check("proxies", "addresses of clients arrive through proxies that are trusted", proxies::judge),
    check("origins", "pages that may call are reached safely", origins::judge),
    check("cookies", "browsers keep and send the cookie", cookies::judge),
    check("settings", "session settings do what their app needs", settings::judge),
    check("keys", "signing keys are not too old", key_age::judge),
    check("ring", "every node holds the key ring, and it is not too old", ring::judge),
    check("schema", "the store has the schema of this program", schema::judge),
    check("store", "commits are fast, and real", store::judge),
    check("disk", "there is room", disk::judge),
    check("backup", "there is one, and it is not old", backup::judge),
    check("files", "only their owner reads them", files::judge),
    check("open_files", "as many connections as are allowed can be open", open_files::judge),
];

const fn check(name: &'static str, looks_at: &'static str, judge: fn(&Facts) -> Verdict) -> Check {
    Check { name, looks_at, judge }
}

#[cfg(test)]
mod tests;
