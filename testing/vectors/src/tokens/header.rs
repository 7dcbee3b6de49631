//! Members of the header that a verifier refuses (rule 4).

use crate::case::Cases;
use crate::draft::{Draft, quoted};
use crate::key::{ES256, STRANGER};

pub(super) fn add(cases: &mut Cases) {
    let good = || Draft::good(&ES256);
    let stranger = serde_json::to_string(&STRANGER.jwk).expect("a JWK is JSON");
    for (name, member, value, why) in [
        ("jwk", "jwk", stranger.as_str(), "A token brings no key (RFC 8725 §3.5)."),
        ("jwk-null", "jwk", "null", "Whatever its value is."),
        ("jku", "jku", r#""https://evil.example/jwks.json""#, "A token does not say where keys are."),
        ("x5u", "x5u", r#""https://evil.example/cert.pem""#, "A token does not say where keys are."),
        ("x5c", "x5c", r#"["MIIB"]"#, "A token brings no certificate."),
        (
            "crit",
            "crit",
            r#"["exp"]"#,
            "Nothing that could be critical is understood here (RFC 7515 §4.1.11).",
        ),
        ("crit-empty", "crit", "[]", "An empty list is not even allowed."),
        ("b64-false", "b64", "false", "Claims are base64url (RFC 7797)."),
        ("b64-true", "b64", "true", "Even where it says what is so."),
    ] {
        let token = good().header(member, value).sign();
        cases.refused("unsupported_header", format!("header-{name}"), why, token);
    }

    let escaped = good().header_json().replacen('{', r#"{"j\u0077k":{},"#, 1);
    let why = "A name is what it says after escapes are read.";
    cases.refused("unsupported_header", "header-jwk-escaped", why, good().sign_header(escaped));

    let own = Draft::good(&STRANGER).header("jwk", &stranger);
    let why = "A stranger's token that brings the key to check it with.";
    cases.refused("unsupported_header", "header-jwk-of-the-signer", why, own.sign());
    let borrowed = own.header_text("kid", &ES256.jwk.kid);
    let why = "The same under the name of the issuer's key.";
    cases.refused("unsupported_header", "header-jwk-under-a-known-kid", why, borrowed.sign());

    let crit = good().header("crit", r#"["b64"]"#).header("b64", "false");
    let token = format!("{}.{}.{}", crate::encoding::base64url(crit.header_json()), "eyJ9", "AAAA");
    let why = "Claims that are no JSON come first, whatever the header says.";
    cases.refused("malformed_token", "header-crit-on-broken-claims", why, token);
    cases.valid(
        "header-name-in-another-case",
        "Names are compared exactly.",
        good().header("JWK", "1").header("Crit", quoted("exp")).sign(),
    );
}
