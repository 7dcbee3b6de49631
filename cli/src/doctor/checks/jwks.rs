//! Verifiers get keys that they can read, the one that signs is among them, and a new one comes before it signs.

use serde_json::Value;
use tenure_jose::VerifyingKey;
use tenure_service::limits::JWKS_MAX_AGE_SECS;
use tenure_wire::jwk::Jwk;

use super::{Facts, Verdict};
use crate::doctor::facts::AppFacts;
use crate::doctor::finding::Finding;

const REFUSED: &str = "Verifiers refuse tokens that are signed with a key that they do not get.";

pub(super) fn judge(facts: &Facts) -> Verdict {
    if let Some(why) = facts.no_apps() {
        return Verdict::skipped(why);
    }
    let mut found: Vec<Finding> = facts.apps.iter().filter_map(lead).collect();
    let reached: Vec<_> = facts.apps.iter().filter(|app| app.jwks.is_ok()).collect();
    if reached.is_empty() && found.is_empty() {
        return Verdict::skipped("the public address is not reached");
    }
    for app in reached {
        found.extend(published(app));
    }
    Verdict::Judged(found)
}

/// What is wrong with the keys at the public address.
fn published(app: &AppFacts) -> Vec<Finding> {
    let Ok(document) = &app.jwks else { return Vec::new() };
    let Some(keys) = document.body["keys"].as_array().filter(|_| document.status == 200) else {
        let what = format!(
            "{}: {}/.well-known/jwks.json answers {} without keys",
            app.id, app.issuer, document.status
        );
        return vec![Finding::new(what, REFUSED, "Let the proxy pass /v1/ to this server as it is.")];
    };
    let mut found = Vec::new();
    for key in keys.iter().filter(|key| !can_be_read(key)) {
        let what = format!("{}: the published key {} cannot be read", app.id, key["kid"]);
        found.push(Finding::new(
            what,
            REFUSED,
            "Another server answers there, or something rewrites its answers.",
        ));
    }
    for key in &app.signing_keys {
        if !keys.iter().any(|published| published["kid"] == key.kid.as_str()) {
            let use_of_it =
                if key.state == "signing" { "which signs now" } else { "which will sign or has signed" };
            let what =
                format!("{}: the key {}, {use_of_it}, is not among the published ones", app.id, key.kid);
            let todo = "A cache in front of the server keeps old answers, or another server answers there: let it obey Cache-Control.";
            found.push(Finding::new(what, REFUSED, todo));
        }
    }
    found
}

fn can_be_read(key: &Value) -> bool {
    serde_json::from_value::<Jwk>(key.clone()).is_ok_and(|key| VerifyingKey::from_jwk(&key).is_ok())
}

fn lead(app: &AppFacts) -> Option<Finding> {
    let lead = app.number("publish_lead")?;
    (lead < i64::from(JWKS_MAX_AGE_SECS)).then(|| {
        Finding::new(
            format!("{}: publish_lead is {lead} s, and verifiers may keep the keys for {JWKS_MAX_AGE_SECS} s", app.id),
            "A new key signs before every verifier has it: tokens are refused for minutes at the next rotation.",
            format!("Set publish_lead to at least {JWKS_MAX_AGE_SECS} s; 24h is the default."),
        )
    })
}
