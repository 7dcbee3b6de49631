//! The ages of the keys.

use tenure_service::key_ages::KeyAges;
use tenure_service::service::Service;

use super::lines::{Lines, Written};

/// How many keys of each kind are in use, and how old the oldest and the newest are.
pub(super) fn write(service: &Service, lines: &mut Lines<'_>) -> Written {
    ages("signing_keys", "that sign auth tokens, one an app", service.signing_key_ages(), lines)?;
    ages("ring_keys", "of the key ring that are honoured", service.ring_key_ages(), lines)
}

fn ages(name: &str, which: &str, ages: KeyAges, lines: &mut Lines<'_>) -> Written {
    let secs = |age: i64| u64::try_from(age).unwrap_or(0);
    lines.gauge(name, &format!("Keys {which}"), ages.keys as u64)?;
    let age = |which_one: &str| format!("Age in seconds of the {which_one} of the keys {which}");
    lines.gauge(&format!("{name}_oldest_age_seconds"), &age("oldest"), secs(ages.oldest_secs))?;
    lines.gauge(&format!("{name}_newest_age_seconds"), &age("newest"), secs(ages.newest_secs))
}
