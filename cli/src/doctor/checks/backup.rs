//! There is a backup, and it is not old.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

const DAY_SECS: i64 = 86_400;
/// What was done since the last backup would be lost with the disk: for longer than this, it is too much.
const OLD_DAYS: i64 = 7;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let node = match &facts.node {
        Ok(node) => node,
        Err(why) => return Verdict::skipped(why),
    };
    let backups = match &facts.backups {
        Ok(backups) => backups,
        Err(why) => return Verdict::skipped(why),
    };
    // Without one, all that there is would be lost: since the first app was made.
    let since = backups.last.as_ref().map(|last| last.made_at);
    let Some(since) = since.or_else(|| facts.apps.iter().map(|app| app.created_at).min()) else {
        return Verdict::skipped("there is nothing to lose yet");
    };
    let days = (node.now - since) / DAY_SECS;
    let found = (days > OLD_DAYS).then(|| {
        let what = match backups.last {
            Some(_) => format!("the last backup was made {days} days ago"),
            None => format!("no backup was made in {days} days"),
        };
        Finding::new(
            what,
            "When the disk is lost, so is everything since: sessions, and that some of them had ended.",
            "Run `tenure backup create` every day, and keep the files on another machine, apart from the key ring.",
        )
    });
    Verdict::Judged(found.into_iter().collect())
}
