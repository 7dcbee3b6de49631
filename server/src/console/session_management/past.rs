//! A version of the settings, as it is listed.

use serde_json::Value;
use tenure_wire::settings::SettingsVersion;

use super::effects::{Difference, differences};
use crate::console::words::moment;

/// A version as it is listed.
pub(super) struct Past {
    pub(super) version: u32,
    pub(super) at_unix: i64,
    pub(super) at: String,
    pub(super) by: String,
    pub(super) preset: Option<String>,
    pub(super) applied: &'static str,
    pub(super) reason: Option<String>,
    pub(super) changes: Vec<Difference>,
}

impl From<&SettingsVersion<Value>> for Past {
    fn from(version: &SettingsVersion<Value>) -> Self {
        Self {
            version: version.version,
            at_unix: version.at,
            at: moment(version.at),
            by: version.by.clone().unwrap_or_else(|| "an API key, or the machine's owner".to_owned()),
            preset: version.preset.clone(),
            applied: match version.applies.as_deref() {
                Some("new") => "new sessions only",
                Some("next_refresh") => "live sessions too, at their next refresh",
                Some("now") => "live sessions too, at once",
                _ => "",
            },
            reason: version.reason.clone(),
            changes: differences(&version.changes, &[]),
        }
    }
}
