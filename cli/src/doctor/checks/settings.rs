//! Session settings do what their app needs: what deviates says why, what was meant for a while was taken back.

use tenure_core::preset::Preset;
use tenure_core::settings::Settings;
use tenure_service::settings::patch;

use super::{Facts, Verdict};
use crate::doctor::facts::AppFacts;
use crate::doctor::finding::Finding;

/// A leeway shorter than this is over before a client gives an answer up, in seconds.
const LEEWAY_SECS: i64 = 15;

pub(super) fn judge(facts: &Facts) -> Verdict {
    if let Some(why) = facts.no_apps() {
        return Verdict::skipped(why);
    }
    let found = facts.apps.iter().flat_map(|app| [deviation(app), observed(app), leeway(app)]);
    Verdict::Judged(found.flatten().collect())
}

fn deviation(app: &AppFacts) -> Option<Finding> {
    let preset = Preset::find(app.preset.as_deref()?)?;
    let settings = patch(&Settings::default(), &app.settings).ok()?;
    let deviations = preset.deviations(&settings);
    let unexplained = !deviations.is_empty() && settings.justification.trim().is_empty();
    unexplained.then(|| {
        Finding::new(
            format!(
                "{}: the settings deviate from {}, and justification is empty",
                app.id,
                deviations.join("; ")
            ),
            "ASVS 7.1.1 wants deviations written down; an auditor will ask.",
            "Bring the value back, or say why in justification.",
        )
    })
}

fn observed(app: &AppFacts) -> Option<Finding> {
    (app.text("reuse_detection") == "observe").then(|| {
        Finding::new(
            format!("{}: reuse_detection is observe", app.id),
            "A stolen refresh token is noticed and ends nothing.",
            "Look at the events of what would have ended, then set reuse_detection to end_session.",
        )
    })
}

fn leeway(app: &AppFacts) -> Option<Finding> {
    let leeway = app.number("retry_leeway")?;
    (leeway > 0 && leeway < LEEWAY_SECS).then(|| {
        Finding::new(
            format!("{}: retry_leeway is {leeway} s", app.id),
            "It is over before a client gives an answer up and asks again: it rescues nobody, and helps a thief.",
            "Set retry_leeway to 30s, or to 0 where every client sends an Idempotency-Key.",
        )
    })
}
