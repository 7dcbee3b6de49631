//! Routes that ask for a recent sign-in, or for a strong one (rule 16).

use crate::case::{Cases, Require};
use crate::draft::Draft;
use crate::key::EDDSA;
use crate::known::NOW;

const INSUFFICIENT: &str = "insufficient_user_authentication";

pub(super) fn add(cases: &mut Cases) {
    max_age(cases);
    acr(cases);
    let both = || Some(Require { max_age: Some(60), acr_values: Some(vec!["mfa"]) });
    let good = Draft::good(&EDDSA).claim("auth_time", NOW - 60).claim_text("acr", "mfa");
    cases.valid("step-up-both", "Recent, and strong.", good.sign()).require = both();
    let old = good.clone().claim("auth_time", NOW - 61).sign();
    cases.refused(INSUFFICIENT, "step-up-strong-but-old", "Both are asked for.", old).require = both();
    let weak = good.claim_text("acr", "pwd").sign();
    cases.refused(INSUFFICIENT, "step-up-recent-but-weak", "Both are asked for.", weak).require = both();
}

fn max_age(cases: &mut Cases) {
    let within = |seconds: i64| Some(Require { max_age: Some(seconds), acr_values: None });
    let at = |time: String| Draft::good(&EDDSA).claim("auth_time", time).sign();
    for (name, time, seconds) in [
        ("exactly", (NOW - 300).to_string(), 300),
        ("just-now", NOW.to_string(), 0),
        ("a-little-ahead", (NOW + 5).to_string(), 0),
        ("with-a-fraction", format!("{}.5", NOW - 300), 300),
    ] {
        let why = "Signed in at most that long ago.";
        cases.valid(format!("step-up-max-age-{name}"), why, at(time)).require = within(seconds);
    }
    for (name, time, seconds) in [
        ("a-second-too-old", (NOW - 301).to_string(), 300),
        ("a-second-ago-where-none-is-allowed", (NOW - 1).to_string(), 0),
        ("null", "null".into(), 300),
        ("in-quotes", format!(r#""{NOW}""#), 300),
        ("true", "true".into(), i64::from(u32::MAX)),
        ("negative", "-1".into(), i64::from(u32::MAX)),
        ("huge", "1e300".into(), 300),
    ] {
        let why = "Not known to be recent.";
        cases.refused(INSUFFICIENT, format!("step-up-max-age-{name}"), why, at(time)).require =
            within(seconds);
    }
    let why = "A token that does not say when its user signed in.";
    let token = Draft::good(&EDDSA).without("auth_time").sign();
    cases.refused(INSUFFICIENT, "step-up-max-age-missing", why, token).require = within(300);
}

fn acr(cases: &mut Cases) {
    let asked = || Some(Require { max_age: None, acr_values: Some(vec!["mfa", "phr"]) });
    let with = |value: &str| Draft::good(&EDDSA).claim("acr", value).sign();
    for (name, value) in [("first", r#""mfa""#), ("second", r#""phr""#)] {
        cases.valid(format!("step-up-acr-{name}"), "One of those that are asked for.", with(value)).require =
            asked();
    }
    for (name, value, why) in [
        ("another", r#""pwd""#, "None of those that are asked for."),
        ("both-in-a-text", r#""mfa phr""#, "`acr` is one value."),
        ("in-capitals", r#""MFA""#, "Compared as text."),
        ("list", r#"["mfa"]"#, "`acr` is one value."),
        ("null", "null", "None."),
    ] {
        cases.refused(INSUFFICIENT, format!("step-up-acr-{name}"), why, with(value)).require = asked();
    }
    let token = Draft::good(&EDDSA).sign();
    cases.refused(INSUFFICIENT, "step-up-acr-missing", "None.", token).require = asked();
}
