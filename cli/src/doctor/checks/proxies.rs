//! Addresses of clients arrive through proxies that are trusted.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;
use tenure_wire::diagnosis::Diagnosis;

/// Of so many requests, one with a header that is not believed is a proxy's, not a stranger's.
const ONE_IN: u64 = 10;
const SHARED: &str = "Failures count against an address, 120 a minute: all clients share the proxy's, and lock each other out.";

pub(super) fn judge(facts: &Facts) -> Verdict {
    let node = match &facts.node {
        Ok(node) => node,
        Err(why) => return Verdict::skipped(why),
    };
    if node.proxies.requests == 0 {
        return Verdict::skipped("no request has come from the network yet");
    }
    Verdict::Judged([not_trusted(node), silent(node)].into_iter().flatten().collect())
}

/// Requests say that they were forwarded, and come from somewhere that is not configured.
fn not_trusted(node: &Diagnosis) -> Option<Finding> {
    let proxies = &node.proxies;
    let many = proxies.not_believed > 0 && proxies.not_believed.saturating_mul(ONE_IN) >= proxies.requests;
    many.then(|| {
        let from = proxies.not_believed_from.as_deref().unwrap_or("an address");
        Finding::new(
            format!("{} of {} requests have X-Forwarded-For, and come from {from}, which is not in trusted_proxies", proxies.not_believed, proxies.requests),
            SHARED,
            format!("If {from} is your proxy, add it: trusted_proxies = [\"{from}\"]. If not, keep clients from reaching this server past the proxy."),
        )
    })
}

/// A proxy is configured, or must be there, and nothing says that it forwards.
fn silent(node: &Diagnosis) -> Option<Finding> {
    let proxies = &node.proxies;
    if proxies.forwarded > 0 || proxies.not_believed > 0 {
        return None;
    }
    let requests = proxies.requests;
    if !proxies.trusted.is_empty() {
        let trusted = proxies.trusted.join(", ");
        return Some(Finding::new(
            format!(
                "trusted_proxies is {trusted}, and none of {requests} requests has X-Forwarded-For from there"
            ),
            SHARED,
            "Let the proxy set X-Forwarded-For, name the address that it connects from, or take trusted_proxies out.",
        ));
    }
    let behind_tls = node.public_url.starts_with("https://") && !proxies.own_tls;
    behind_tls.then(|| {
        Finding::new(
            format!("public_url is https, so that a proxy is in front, and none of {requests} requests has X-Forwarded-For"),
            SHARED,
            "Let the proxy set X-Forwarded-For, and name its address in trusted_proxies.",
        )
    })
}
