//! From when and until when (rules 13 and 14).

use crate::case::Cases;
use crate::draft::Draft;
use crate::key::EDDSA;
use crate::known::NOW;

/// Seconds that another clock may be ahead.
const SKEW: i64 = 30;

pub(super) fn add(cases: &mut Cases) {
    let good = || Draft::good(&EDDSA);
    cases.valid("times-exp-in-a-second", "Good for another second.", good().claim("exp", NOW + 1).sign());
    for (name, exp, why) in [
        ("now", NOW.to_string(), "`exp` is later than now, without any skew."),
        ("a-second-ago", (NOW - 1).to_string(), "Over for a second."),
        ("half-a-second-ago", format!("{}.5", NOW - 1), "A fraction counts."),
        ("within-the-skew", (NOW - SKEW).to_string(), "The skew is for times that lie ahead."),
        ("long-ago", "1000".into(), "Long over."),
        ("1e3", "1e3".into(), "A number is its value: long over."),
        ("zero", "0".into(), "Over since 1970."),
    ] {
        cases.refused("expired", format!("times-exp-{name}"), why, good().claim("exp", exp).sign());
    }
    let why = "Milliseconds are far ahead, but a number of seconds all the same.";
    cases.valid("times-exp-in-milliseconds", why, good().claim("exp", (NOW + 1) * 1000).sign());

    for claim in ["nbf", "iat"] {
        for (name, at) in [("a-second-ago", NOW - 1), ("now", NOW), ("30-s-ahead", NOW + SKEW)] {
            let why = format!("`{claim}` may be 30 s ahead.");
            cases.valid(format!("times-{claim}-{name}"), why, good().claim(claim, at).sign());
        }
        for (name, at) in [
            ("31-s-ahead", (NOW + SKEW + 1).to_string()),
            ("30-and-a-half-s-ahead", format!("{}.5", NOW + SKEW)),
        ] {
            let why = format!("`{claim}` may be 30 s ahead, and no more.");
            cases.refused(
                "not_yet_valid",
                format!("times-{claim}-{name}"),
                why,
                good().claim(claim, at).sign(),
            );
        }
        let why = "In milliseconds, it is far ahead.";
        cases.refused(
            "not_yet_valid",
            format!("times-{claim}-in-milliseconds"),
            why,
            good().claim(claim, NOW * 1000).sign(),
        );
    }
    let why = "`iat` after `exp` is odd, and both are within their bounds.";
    cases.valid("times-iat-after-exp", why, good().claim("iat", NOW + 20).claim("exp", NOW + 10).sign());
    let why = "One of the two is too far ahead.";
    let token = good().claim("nbf", NOW + 31).claim("iat", NOW - 60).sign();
    cases.refused("not_yet_valid", "times-nbf-ahead-of-a-good-iat", why, token);
}
