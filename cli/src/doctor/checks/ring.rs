//! The key ring is the same on every node, was taken over, and is not too old.

use super::{Facts, Verdict};
use crate::doctor::facts::RingFacts;
use crate::doctor::finding::Finding;

const DAY_SECS: i64 = 86_400;
/// A key under which tokens are made for longer should have a successor.
const OLD_DAYS: i64 = 730;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let (node, ring) = match (&facts.node, &facts.ring) {
        (Ok(node), Ok(ring)) => (node, ring),
        (Err(why), _) | (_, Err(why)) => return Verdict::skipped(why),
    };
    let mut found: Vec<_> = ring.problem.iter().map(|why| not_taken_over(why)).collect();
    found.extend(half_distributed(ring));
    for key in ring.keys.iter().filter(|key| key.state == "active") {
        let days = (node.now - key.first_seen_at) / DAY_SECS;
        if days > OLD_DAYS {
            found.push(Finding::new(
                format!("key {} of the ring has been in use for {days} days", key.kid),
                "A copy of the ring from any time since then still knows today's tokens.",
                "Change it in two phases: `tenure ring add`, and once every node has it, `tenure ring activate`.",
            ));
        }
    }
    Verdict::Judged(found)
}

fn not_taken_over(why: &str) -> Finding {
    Finding::new(
        format!("the node has not taken over the ring that it read last: {why}"),
        "It goes on with the one in memory, and will not start again with the one in the file.",
        "Put the ring that belongs to the store back in its place before the next restart.",
    )
}

fn half_distributed(ring: &RingFacts) -> impl Iterator<Item = Finding> {
    let active = ring.keys.iter().filter(|key| key.state == "active" && !key.not_held_by.is_empty());
    active.map(|key| {
        Finding::new(
            format!("key {} of the ring is in use, and missing on {}", key.kid, key.not_held_by.join(", ")),
            "Those nodes do not know the tokens that the others make.",
            "Copy the ring's file to them; they read it by themselves, or on SIGHUP.",
        )
    })
}
