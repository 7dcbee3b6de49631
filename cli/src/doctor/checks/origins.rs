//! Pages that may call are reached safely.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

pub(super) fn judge(facts: &Facts) -> Verdict {
    if let Some(why) = facts.no_apps() {
        return Verdict::skipped(why);
    }
    let mut found = Vec::new();
    for app in &facts.apps {
        for origin in app.texts("allowed_origins").filter(|origin| is_open(origin)) {
            found.push(Finding::new(
                format!("{}: allowed_origins has {origin}", app.id),
                "Whoever is on the way can change that page, and take its tokens.",
                format!("Serve the page over https, and allow https{} instead.", &origin["http".len()..]),
            ));
        }
        if app.text("transport") == "cookie" && app.texts("allowed_origins").next().is_none() {
            found.push(Finding::new(
                format!("{}: transport is cookie, and allowed_origins is empty", app.id),
                "No page can refresh: the cookie is taken only from pages of an allowed origin.",
                "Add the exact origins of the app's pages to allowed_origins.",
            ));
        }
    }
    Verdict::Judged(found)
}

/// Plain http, and not on this machine.
fn is_open(origin: &str) -> bool {
    let Some(host) = origin.strip_prefix("http://") else { return false };
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    !["localhost", "127.0.0.1", "[::1]"].contains(&name)
}
