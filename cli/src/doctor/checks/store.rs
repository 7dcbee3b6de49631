//! Commits are fast, and real.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

/// A disk on which half of the commits take longer is too slow, in microseconds.
const SLOW_P50_MICROS: u64 = 20_000;
/// A disk on which one commit of a hundred takes longer stalls, in microseconds.
const SLOW_P99_MICROS: u64 = 250_000;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let store = match &facts.node {
        Ok(node) => &node.store,
        Err(why) => return Verdict::skipped(why),
    };
    let mut found = Vec::new();
    if store.p50_micros > SLOW_P50_MICROS || store.p99_micros > SLOW_P99_MICROS {
        let millis = |micros: u64| micros as f64 / 1000.0;
        found.push(Finding::new(
            format!("of {} commits, half took {:.1} ms, the slowest {:.1} ms", store.probes, millis(store.p50_micros), millis(store.p99_micros)),
            "Every refresh waits for one.",
            "Put the store on a local SSD: not on a network file system, nor on a disk that others keep busy.",
        ));
    }
    if store.in_memory {
        found.push(Finding::new(
            "the store is on a file system in memory (tmpfs)",
            "Every session is gone when the machine restarts, although commits said that they were durable.",
            "Put the store on a disk; in a container, on a volume.",
        ));
    }
    Verdict::Judged(found)
}
