//! Browsers keep and send the cookie.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let with_cookies: Vec<_> = facts.apps.iter().filter(|app| app.text("transport") == "cookie").collect();
    if with_cookies.is_empty() {
        return Verdict::skipped(facts.no_apps().unwrap_or_else(|| "no app uses them".to_owned()));
    }
    let found = with_cookies.into_iter().filter(|app| !app.issuer.starts_with("https://")).map(|app| {
        Finding::new(
            format!("{}: transport is cookie, and the issuer is {}", app.id, app.issuer),
            "The cookie is Secure: browsers neither keep nor send it over plain http (some do on localhost).",
            "Put TLS in front, and set public_url to its https address.",
        )
    });
    Verdict::Judged(found.collect())
}
