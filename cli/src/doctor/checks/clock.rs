//! This node, the store and the public address agree on the time.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

/// How far this node may be behind the store, in seconds; beyond five it serves nothing.
const BEHIND_SECS: i64 = 1;
/// How far the public address may be off, in seconds; its clock has no smaller unit, and the question takes time.
const APART_SECS: i64 = 5;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let node = match &facts.node {
        Ok(node) => node,
        Err(why) => return Verdict::skipped(why),
    };
    let mut found = Vec::new();
    let behind = node.seen - node.now;
    if behind > BEHIND_SECS {
        found.push(Finding::new(
            format!("this machine's clock is {behind} s behind what the store has seen"),
            "With such a clock sessions would live longer than they may: more than 5 s behind, nothing is served (503).",
            "Set the clock and keep it right with NTP (timedatectl set-ntp true).",
        ));
    }
    let public = facts.apps.iter().find_map(|app| app.metadata.as_ref().ok()?.made_at);
    if let Some(public) = public
        && (public - node.now).abs() > APART_SECS
    {
        let (far, where_to) =
            ((public - node.now).abs(), if public > node.now { "ahead of" } else { "behind" });
        found.push(Finding::new(
            format!("the public address is {far} s {where_to} this node's clock"),
            "Clients and verifiers reckon with the time that they see there: tokens look expired, or not valid yet.",
            "Keep the clocks of this machine and of the proxy right with NTP; a cache must send Age.",
        ));
    }
    Verdict::Judged(found)
}
