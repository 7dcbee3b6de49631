//! What is no auth token though the issuer signed it (rule 11).

use crate::case::Cases;
use crate::draft::Draft;
use crate::key::{ES256, RS256};

const NOT_ONE: &str = "not_an_auth_token";

pub(super) fn add(cases: &mut Cases) {
    let good = || Draft::good(&ES256);
    let id_token = |draft: Draft| {
        let draft = draft.without("client_id").header_text("typ", "JWT");
        draft
            .claim_text("nonce", "n-1")
            .claim_text("at_hash", "MTIzNDU2Nzg5MDEyMzQ1Ng")
            .claim_text("azp", "shop")
    };
    let why = "An ID token of OpenID Connect, as such (RFC 9068 §4).";
    cases.refused(NOT_ONE, "kind-id-token", why, id_token(good()).sign());
    cases.refused(NOT_ONE, "kind-id-token-rs256", why, id_token(Draft::good(&RS256)).sign());
    let why = "An ID token under the type of an auth token.";
    cases.refused(
        NOT_ONE,
        "kind-id-token-as-at-jwt",
        why,
        id_token(good()).header_text("typ", "at+jwt").sign(),
    );
    let why = "An ID token with nothing of its own is known by what it lacks.";
    cases.refused(NOT_ONE, "kind-no-client-id", why, good().without("client_id").sign());
    for (claim, value) in [("nonce", r#""n-1""#), ("at_hash", r#""abc""#), ("c_hash", r#""abc""#)] {
        let named = claim.replace('_', "-");
        let why = format!("`{claim}` is in ID tokens alone.");
        cases.refused(NOT_ONE, format!("kind-with-{named}"), why, good().claim(claim, value).sign());
        let why = "Whatever its value is.";
        cases.refused(NOT_ONE, format!("kind-with-{named}-null"), why, good().claim(claim, "null").sign());
    }
    let why = "`azp` alone says nothing.";
    cases.valid("kind-with-azp", why, good().claim_text("azp", "shop").sign());
    let nested = good().claim("own", r#"{"nonce":"n-1","at_hash":"abc"}"#);
    cases.valid("kind-with-a-nonce-further-down", "Names further down mean nothing.", nested.sign());
}
