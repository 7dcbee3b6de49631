//! Settings beside standards: which they meet, and where they deviate. Never "compliant": that is more than settings.

use tenure_core::preset::{Preset, STANDARDS};
use tenure_core::settings::Settings;

use super::words;

/// How settings stand to one standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its name.
    pub standard: &'static str,
    /// Whether they meet what it says of such settings.
    pub meets: bool,
    /// What it says, or where they go beyond it.
    pub says: String,
}

/// Each standard that speaks of settings like these.
pub(super) fn beside(s: &Settings, preset: Option<&Preset>) -> Vec<Standing> {
    if !s.refresh_tokens {
        let says = "nothing can be ended early".to_owned();
        return vec![Standing { standard: "ASVS 5.0 7.4.1", meets: false, says }];
    }
    let idle = match s.idle_timeout {
        Some(idle) => (true, format!("re-authentication after {} without activity", words(idle))),
        None => (false, "there is no idle time-out".to_owned()),
    };
    let mut found = vec![
        Standing { standard: "ASVS 5.0 7.3.1", meets: idle.0, says: idle.1 },
        Standing {
            standard: "ASVS 5.0 7.3.2",
            meets: true,
            says: format!("re-authentication after {}, whatever happens", words(s.absolute_lifetime)),
        },
    ];
    let named = preset.and_then(|preset| preset.standard);
    for standard in STANDARDS {
        // Everybody may ask for the assurance levels; a law of one trade is for those who chose its preset.
        if !standard.name.starts_with("NIST") && named != Some(standard) {
            continue;
        }
        let exceeded = standard.exceeded(s);
        let beyond = [
            exceeded.idle.map(|most| format!("it asks for an idle time-out of at most {}", words(most))),
            exceeded.absolute.map(|most| format!("it asks for a lifetime of at most {}", words(most))),
        ];
        let beyond: Vec<_> = beyond.into_iter().flatten().collect();
        let says = if beyond.is_empty() { "its time-outs".to_owned() } else { beyond.join(", and ") };
        found.push(Standing { standard: standard.name, meets: beyond.is_empty(), says });
    }
    found
}
