//! Tokens that break several rules: the first is the verdict.

use crate::case::{Cases, Require};
use crate::draft::Draft;
use crate::key::{ES256, STRANGER};
use crate::known::NOW;

pub(super) fn add(cases: &mut Cases) {
    // From the last rule to the first, each breaks one more.
    let draft = Draft::good(&ES256).without("auth_time").claim("exp", NOW - 1);
    let asks =
        |case: &mut crate::case::Case| case.require = Some(Require { max_age: Some(60), acr_values: None });
    let mut next = |verdict: &'static str, over: &str, token: String| {
        let name = format!("order-{}-before-{over}", verdict.replace('_', "-"));
        asks(cases.refused(verdict, name, "Breaks this rule, and later ones too.", token));
    };
    next("expired", "step-up", draft.sign());
    let draft = draft.claim("nbf", NOW + 31);
    next("not_yet_valid", "expired", draft.sign());
    let draft = draft.claim_text("aud", "other");
    next("wrong_audience", "times", draft.sign());
    let draft = draft.claim_text("nonce", "n-1");
    next("not_an_auth_token", "audience", draft.sign());
    let draft = draft.claim("jti", "7");
    next("malformed_claims", "kind", draft.sign());
    let signature = [7; 64];
    next("bad_signature", "claims", draft.with_signature(signature));
    let draft = draft.header_text("typ", "logout+jwt");
    next("wrong_type", "signature", draft.with_signature(signature));
    let draft = draft.header_text("alg", "HS256");
    next("wrong_algorithm", "type", draft.with_signature(signature));
    let draft = draft.header_text("kid", &STRANGER.jwk.kid);
    next("unknown_key", "algorithm", draft.with_signature(signature));
    let draft = draft.claim_text("iss", "https://evil.example");
    next("wrong_issuer", "key", draft.with_signature(signature));
    let draft = draft.header("jwk", "{}");
    next("unsupported_header", "issuer", draft.with_signature(signature));
    let draft = draft.header("kid", "7");
    next("malformed_token", "header", draft.with_signature(signature));
    let draft = draft.claim_text("pad", &"p".repeat(8192));
    next("too_large", "shape", draft.with_signature(signature));
}
