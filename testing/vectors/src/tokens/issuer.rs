//! Whose token it is (rule 5).

use crate::case::Cases;
use crate::draft::{Draft, quoted};
use crate::key::{ES256, STRANGER};

pub(super) fn add(cases: &mut Cases) {
    let good = || Draft::good(&ES256);
    for (name, issuer, why) in [
        (
            "another-app",
            "https://auth.example/v1/apps/other",
            "Another app of the same server, with the same key's name.",
        ),
        ("another-host", "https://auth.example.evil.example/v1/apps/shop", "Another host."),
        ("a-slash-more", "https://auth.example/v1/apps/shop/", "Issuers are compared as text (RFC 8414 §4)."),
        ("in-capitals", "https://AUTH.example/v1/apps/shop", "Issuers are compared as text."),
        ("http", "http://auth.example/v1/apps/shop", "Another scheme."),
        ("a-default-port", "https://auth.example:443/v1/apps/shop", "Issuers are compared as text."),
        ("a-prefix", "https://auth.example/v1/apps/sho", "The beginning of it."),
        ("more-after-it", "https://auth.example/v1/apps/shop2", "More than it."),
        ("empty", "", "None."),
        ("a-space-after", "https://auth.example/v1/apps/shop ", "Issuers are compared as text."),
    ] {
        cases.refused("wrong_issuer", format!("issuer-{name}"), why, good().claim_text("iss", issuer).sign());
    }
    let list = format!("[{}]", quoted(crate::known::ISSUER));
    for (name, value) in
        [("null", "null"), ("number", "7"), ("list", list.as_str()), ("object", "{}"), ("true", "true")]
    {
        let why = "An issuer is a string.";
        cases.refused("wrong_issuer", format!("issuer-is-{name}"), why, good().claim("iss", value).sign());
    }
    cases.refused(
        "wrong_issuer",
        "issuer-missing",
        "A token says who issued it.",
        good().without("iss").sign(),
    );
    let foreign = Draft::good(&STRANGER)
        .claim_text("iss", "https://evil.example/v1/apps/shop")
        .header_text("kid", &ES256.jwk.kid);
    let why = "Another issuer's key under the same name: it is never looked for.";
    cases.refused("wrong_issuer", "issuer-foreign-with-a-known-kid", why, foreign.sign());
    let escaped = good().claims_json().replacen("https:", r"\u0068ttps:", 1);
    cases.valid(
        "issuer-with-an-escape",
        "A text is what it says after escapes are read.",
        good().sign_claims(escaped),
    );
}
