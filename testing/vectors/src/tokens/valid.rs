//! What is accepted.

use serde_json::json;

use crate::case::Cases;
use crate::draft::Draft;
use crate::key::{EDDSA, ES256, RS256};
use crate::known::{AUDIENCE, ISSUER, NOW};

pub(super) fn add(cases: &mut Cases) {
    let good = || Draft::good(&ES256);
    let shown = json!({ "iss": ISSUER, "sub": "user-7", "aud": AUDIENCE, "client_id": AUDIENCE, "sid": "s_01hexample",
        "iat": NOW - 60, "exp": NOW + 240, "jti": "j-1" });
    for (name, key) in [("es256", &ES256), ("eddsa", &EDDSA), ("rs256", &RS256)] {
        let why = "What Tenure signs for a session.";
        cases.valid(format!("valid-{name}"), why, Draft::good(key).sign()).claims = Some(shown.clone());
    }

    cases
        .valid(
            "valid-stateless",
            "A session that is stored nowhere has no `sid`.",
            good().without("sid").sign(),
        )
        .claims = Some(json!({ "sub": "user-7" }));
    let own = r#"{"plan":"gold","seats":3,"beta":true,"none":null,"list":[1,"two",{"three":3.5}]}"#;
    let own_claims =
        good().claim("own", own).claim_text("name", "Zoë ☃ 🎈").claim("jti", r#""\u006a-1\n\"\\\/""#);
    cases
        .valid(
            "valid-claims-of-its-own",
            "Claims that nothing is known of are passed on as they are.",
            own_claims.sign(),
        )
        .claims = Some(json!({ "own": { "plan": "gold", "seats": 3, "beta": true, "none": null,
            "list": [1, "two", { "three": 3.5 }] }, "name": "Zoë ☃ 🎈", "jti": "j-1\n\"\\/" }));

    let odd = good()
        .claim("email", "[]")
        .claim("scope", "7")
        .claim_text("auth_time", "yesterday")
        .claim("amr", "{}")
        .claim("acr", "null");
    let why = "The types of claims that no rule of the route looks at do not matter.";
    cases.valid("valid-odd-types-that-nobody-asks-for", why, odd.sign());

    let unknown = good().header_text("x5t", "abc").header_text("cty", "json").header("own", r#"{"a":[1]}"#);
    cases.valid(
        "valid-unknown-header-members",
        "Members of the header that are not known are ignored.",
        unknown.sign(),
    );

    let spaced = |text: &str| format!(" \t\r\n{}\n", text.replace(',', " ,\n").replace("\":\"", "\" :\t\""));
    let token = sign_spaced(&good(), spaced);
    cases.valid(
        "valid-white-space-in-json",
        "JSON may be spaced as its author likes; the bytes are signed as they are.",
        token,
    );

    let names = good()
        .claim_text("", "an empty name")
        .claim_text("__proto__", "a name")
        .claim_text("constructor", "a name");
    let why = "The empty name and those that mean something in some language are names like others.";
    cases.valid("valid-peculiar-names", why, names.sign()).claims =
        Some(json!({ "sub": "user-7", "": "an empty name" }));

    let empty_prototype = good().claim("__proto__", r#"{"client_id":"shop","sid":"s_other"}"#).without("sid");
    let why = "A claim `__proto__` gives the token no `sid`: the member is its own, and nothing is inherited from it.";
    cases.valid("valid-proto-is-only-a-name", why, empty_prototype.sign());

    cases.valid(
        "valid-no-nbf-no-auth-time",
        "`nbf` and `auth_time` may be left out.",
        good().without("auth_time").sign(),
    );
    let mut edges = |name: &str, claim: &str, value: String, why: &str| {
        cases.valid(name, why, good().claim(claim, value).sign());
    };
    edges(
        "valid-exp-with-a-fraction",
        "exp",
        format!("{NOW}.5"),
        "A time may have a fraction (RFC 7519 §2), and it counts.",
    );
    edges(
        "valid-exp-in-exponent-form",
        "exp",
        "17641116.5e2".into(),
        "A number is its value, however it is written: this is 50 s ahead.",
    );
    edges("valid-exp-of-the-last-second", "exp", "9007199254740991".into(), "2^53 - 1 is the greatest time.");
    edges("valid-iat-of-the-first-second", "iat", "0".into(), "0 is the least time.");
    edges(
        "valid-kid-is-not-a-claim",
        "kid",
        "7".into(),
        "Names of the header mean nothing among the claims.",
    );
}

fn sign_spaced(good: &Draft, spaced: impl Fn(&str) -> String) -> String {
    let claims = spaced(&good.claims_json());
    let header = spaced(&good.header_json());
    crate::draft::sign_text(
        &ES256,
        &format!("{}.{}", crate::encoding::base64url(header), crate::encoding::base64url(claims)),
    )
}
