//! The verdicts on form, key and signature are those of `tenure-jose`, which the server itself verifies with.

use std::collections::BTreeMap;

use serde_json::Value;
use tenure_jose::{Refusal, Unverified, VerifyingKey};
use tenure_vectors::tokens::{self, Case};

/// The codes of rules that come after those of the signature.
const LATER: [&str; 7] = [
    "valid",
    "malformed_claims",
    "not_an_auth_token",
    "wrong_audience",
    "not_yet_valid",
    "expired",
    "insufficient_user_authentication",
];

type Keys = BTreeMap<String, Vec<VerifyingKey>>;

#[test]
fn jose_agrees_on_form_key_and_signature() {
    let keys = keys();
    let wrong: Vec<_> = tokens::all()
        .iter()
        .filter_map(|case| {
            let said = judge(case, &keys);
            let agrees = said.map_or(LATER.contains(&case.verdict), |code| code == case.verdict);
            (!agrees).then(|| format!("{}: {} here, {said:?} there", case.name, case.verdict))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The keys of each set that a verifier can use.
fn keys() -> Keys {
    let files = tenure_vectors::files();
    let (_, text) = files.iter().find(|(name, _)| *name == "keys.json").expect("it is written");
    let sets: BTreeMap<String, Value> = serde_json::from_str(text).expect("sets by name");
    let usable = |key: &Value| VerifyingKey::from_jwk(&serde_json::from_value(key.clone()).ok()?).ok();
    let usable_of = |set: &Value| set["keys"].as_array().into_iter().flatten().filter_map(usable).collect();
    sets.into_iter().map(|(name, set)| (name, usable_of(&set))).collect()
}

/// The code of the rule that the token breaks, of rules 2 to 9.
fn judge(case: &Case, keys: &Keys) -> Option<&'static str> {
    let token = match Unverified::parse(&case.token) {
        Ok(token) => token,
        Err(refusal) => return Some(code(refusal)),
    };
    if !token.says_issuer(case.issuer) {
        return Some("wrong_issuer");
    }
    let Some(key) = keys[case.keys].iter().find(|key| key.kid() == token.kid()) else {
        return Some("unknown_key");
    };
    token.verify(key, &["JWT", "at+jwt"]).err().map(code)
}

fn code(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::TooLarge => "too_large",
        Refusal::Malformed | Refusal::BadHeader | Refusal::BadPayload | Refusal::BadKeyId => {
            "malformed_token"
        }
        Refusal::UnsupportedHeader => "unsupported_header",
        Refusal::UnknownKey => "unknown_key",
        Refusal::WrongAlgorithm => "wrong_algorithm",
        Refusal::WrongType => "wrong_type",
        Refusal::BadSignature => "bad_signature",
    }
}
