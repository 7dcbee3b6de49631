//! The types of the claims that a verifier needs (rule 10).

use crate::case::Cases;
use crate::draft::Draft;
use crate::key::{EDDSA, ES256};
use crate::known::NOW;

const MALFORMED: &str = "malformed_claims";

/// JSON values by a name, to be put where they do not belong.
const VALUES: [(&str, &str); 7] = [
    ("null", "null"),
    ("true", "true"),
    ("number", "7"),
    ("string", r#""7""#),
    ("list", r#"["a"]"#),
    ("object", r#"{"a":"b"}"#),
    ("empty-string", r#""""#),
];

pub(super) fn add(cases: &mut Cases) {
    let good = || Draft::good(&EDDSA);
    for (claim, right, may_be_left_out) in [
        ("sub", &["string"][..], false),
        ("client_id", &["string"], true),
        ("jti", &["string"], false),
        ("sid", &["string"], true),
        ("aud", &["string", "list", "empty-string"], false),
        ("exp", &["number"], false),
        ("iat", &["number"], false),
        ("nbf", &["number"], true),
    ] {
        let named = claim.replace('_', "-");
        for (name, value) in VALUES.iter().filter(|(name, _)| !right.contains(name)) {
            let why = format!("`{claim}` of a type that it has not.");
            cases.refused(
                MALFORMED,
                format!("claims-{named}-is-{name}"),
                why,
                good().claim(claim, value).sign(),
            );
        }
        if !may_be_left_out {
            let why = format!("`{claim}` is not there.");
            cases.refused(MALFORMED, format!("claims-{named}-missing"), why, good().without(claim).sign());
        }
    }
    for (name, value, why) in [
        ("list-with-a-number", r#"["shop",7]"#, "Every audience is a string."),
        ("list-with-null", r#"[null,"shop"]"#, "Every audience is a string."),
        ("list-of-lists", r#"[["shop"]]"#, "Every audience is a string."),
    ] {
        cases.refused(MALFORMED, format!("claims-aud-is-{name}"), why, good().claim("aud", value).sign());
    }
    numbers(cases);
    let empty = good().sign_claims(format!(r#"{{"iss":"{}"}}"#, crate::known::ISSUER));
    cases.refused(MALFORMED, "claims-none", "An issuer and nothing else.", empty);
}

fn numbers(cases: &mut Cases) {
    for claim in ["exp", "iat", "nbf"] {
        for (name, value, why) in [
            ("negative", "-1", "Times begin with 0."),
            ("a-little-negative", "-0.5", "Times begin with 0, before anything is rounded."),
            (
                "beyond-2-53",
                "9007199254740992",
                "Times end with 2^53 - 1: beyond it, readers round differently.",
            ),
            ("huge", "1e300", "Times end with 2^53 - 1."),
            ("twenty-digits", "99999999999999999999", "Times end with 2^53 - 1."),
        ] {
            let token = Draft::good(&ES256).claim(claim, value).sign();
            cases.refused(MALFORMED, format!("claims-{claim}-{name}"), why, token);
        }
    }
    let quoted = format!(r#""{}""#, NOW + 240);
    let why = "A number in quotes is a string.";
    cases.refused(MALFORMED, "claims-exp-in-quotes", why, Draft::good(&ES256).claim("exp", quoted).sign());
}
