//! As many connections as are allowed can be open.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

/// Files that are open besides connections, at most: the store, the log, listeners.
const BESIDES: u64 = 200;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let process = match &facts.node {
        Ok(node) => &node.process,
        Err(why) => return Verdict::skipped(why),
    };
    let Some(limit) = process.open_files_limit else {
        return Verdict::skipped("the system does not say");
    };
    let needed = process.connections_limit + BESIDES;
    let found = (limit < needed).then(|| {
        Finding::new(
            format!("the server may open {limit} files, and accepts {} connections", process.connections_limit),
            "Beyond that it accepts nobody, and the store cannot open its files.",
            format!("Raise the limit to {needed} or more: LimitNOFILE= in systemd, --ulimit nofile= for a container."),
        )
    });
    Verdict::Judged(found.into_iter().collect())
}
