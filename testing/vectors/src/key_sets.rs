//! The key sets: the issuer's, and one with much in it that a verifier leaves out.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tenure_wire::jwk::Jwk;

use crate::encoding::base64url;
use crate::key::{EDDSA, ES256, NOT_FOR_SIGNING, RS256, STRANGER};

/// Every set, by its name.
pub(crate) fn all() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        ("main", json!({ "keys": [ES256.jwk, EDDSA.jwk, RS256.jwk] })),
        ("odd", json!({ "keys": odd() })),
    ])
}

/// Keys that are left out, by a `kid` that says why, and last one that is good.
fn odd() -> Vec<Value> {
    let renamed = |jwk: &Jwk, kid: &str| {
        let mut key = json!(jwk);
        key["kid"] = kid.into();
        key
    };
    let changed = |kid: &str, member: &str, value: Value| {
        let mut key = renamed(&STRANGER.jwk, kid);
        key[member] = value;
        key
    };
    let mut without_alg = renamed(&STRANGER.jwk, "without-alg");
    without_alg.as_object_mut().expect("a JWK is an object").remove("alg");
    let mut without_kid = json!(STRANGER.jwk);
    without_kid.as_object_mut().expect("a JWK is an object").remove("kid");
    let mut for_encryption = renamed(&NOT_FOR_SIGNING.jwk, "for-encryption");
    for_encryption["use"] = "enc".into();
    vec![
        json!({ "kty": "oct", "alg": "HS256", "use": "sig", "kid": "symmetric", "k": base64url("a secret that was published") }),
        json!({ "kty": "XYZ", "alg": "XYZ1", "use": "sig", "kid": "unknown-kty" }),
        json!({
            // The curve's base point: a public key that exists.
            "kty": "EC", "crv": "secp256k1", "alg": "ES256K", "use": "sig", "kid": "other-curve",
            "x": "eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g", "y": "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg",
        }),
        json!({
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": "rsa-1024", "e": "AQAB",
            "n": "vukf143GQLxtF60JuF3g8MuW7kYnBvlAl_2TWaggKQ_7_jT1fBi8BjnX8q4qqNPbNNT_nPhjEjhJvBS_OFcRaQfWrP_QcszCzuHcaFtP9UCO0CZ0_wsD-4qc-cioU5Bq4vneJdAvAa07PS__CsX1c4uVdYPp21YAFmwksrPaiO8",
        }),
        for_encryption,
        changed("other-alg", "alg", "ES384".into()),
        changed("alg-of-another-kty", "alg", "RS256".into()),
        without_alg,
        without_kid,
        changed("short-coordinate", "x", base64url([1; 31]).into()),
        changed("not-on-the-curve", "y", base64url([1; 32]).into()),
        json!(ES256.jwk),
    ]
}
