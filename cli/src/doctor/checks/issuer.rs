//! Each app's issuer is reached from outside, and says that it is itself.

use super::{Facts, Verdict};
use crate::doctor::facts::AppFacts;
use crate::doctor::finding::Finding;

const UNREACHABLE: &str = "Clients cannot refresh, and verifiers cannot fetch keys.";
const ANOTHER: &str = "Verifiers compare the two, and refuse every token when they differ.";

pub(super) fn judge(facts: &Facts) -> Verdict {
    if let Some(why) = facts.no_apps() {
        return Verdict::skipped(why);
    }
    let mut found: Vec<Finding> = Vec::new();
    for finding in facts.apps.iter().filter_map(of_app) {
        // When nobody answers there, that is so for every app.
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    Verdict::Judged(found)
}

fn of_app(app: &AppFacts) -> Option<Finding> {
    let document = match &app.metadata {
        Err(why) => return Some(unreachable(why)),
        Ok(document) => document,
    };
    if document.status != 200 || !document.body.is_object() {
        let what = format!(
            "{}: {}/.well-known/openid-configuration answers {} without metadata",
            app.id, app.issuer, document.status
        );
        let todo = "Let the proxy pass /v1/ and /.well-known/ to this server, with the path as it came.";
        return Some(Finding::new(what, UNREACHABLE, todo));
    }
    let says = document.body["issuer"].as_str().unwrap_or("nothing");
    if says != app.issuer {
        let what = format!("{}: at {} the issuer says that it is {says}", app.id, app.issuer);
        let todo = "Another server answers there, or one with another public_url: correct public_url, or where the proxy leads.";
        return Some(Finding::new(what, ANOTHER, todo));
    }
    let jwks_uri = document.body["jwks_uri"].as_str().unwrap_or_default();
    (!jwks_uri.starts_with(&app.issuer)).then(|| {
        let what =
            format!("{}: the metadata names the keys at {jwks_uri:?}, which is not under the issuer", app.id);
        Finding::new(what, ANOTHER, "Let the proxy pass the answer as it is: it must not rewrite bodies.")
    })
}

fn unreachable(why: &str) -> Finding {
    let todo = "Check public_url, DNS, the certificate and the proxy, from this machine and from outside.";
    Finding::new(format!("the public address is not reached: {why}"), UNREACHABLE, todo)
}
