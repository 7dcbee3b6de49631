//! The configuration can be used, and the running server was started with it.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let config = match &facts.config {
        None => return Verdict::skipped("no --config was given"),
        Some(Err(why)) => return Verdict::Judged(vec![unusable(why)]),
        Some(Ok(config)) => config,
    };
    let mut found = Vec::new();
    if let Ok(node) = &facts.node
        && node.public_url != config.public_url
    {
        found.push(Finding::new(
            format!(
                "the server says that it is {}, the configuration says {}",
                node.public_url, config.public_url
            ),
            "Issuers begin with it: verifiers that expect the one refuse tokens of the other.",
            "Restart the server with this configuration, or look for TENURE__PUBLIC_URL in its environment.",
        ));
    }
    Verdict::Judged(found)
}

fn unusable(why: &str) -> Finding {
    Finding::new(
        why,
        "The server refuses to start with it.",
        "Correct it; `tenure config check` says whether it can be used.",
    )
}
