//! Signing keys are not too old.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

const DAY_SECS: i64 = 86_400;
/// A key that has signed for longer should have a successor.
const OLD_DAYS: i64 = 365;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let node = match &facts.node {
        Ok(node) => node,
        Err(why) => return Verdict::skipped(why),
    };
    let signing = facts.apps.iter().flat_map(|app| app.signing_keys.iter().map(move |key| (app, key)));
    let old = signing.filter(|(_, key)| key.state == "signing").filter_map(|(app, key)| {
        let days = (node.now - key.signs_from) / DAY_SECS;
        (days > OLD_DAYS).then(|| {
            Finding::new(
                format!("{}: the key {} has signed for {days} days", app.id, key.kid),
                "The longer a key is in use, the more there is to gain from it, and the less its rotation was practised.",
                format!("Rotate it: `tenure key rotate --app {}`. Nobody is signed out by it.", app.id),
            )
        })
    });
    Verdict::Judged(old.collect())
}
