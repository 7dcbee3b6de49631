//! A JWK or a set of them, as a verifier fetches it.
//!
//! Promised: a key that is accepted is sound, has one name, and says the same when it is written again (JK-1, JK-3).

use tenure_jose::{VerifyingKey, thumbprint};
use tenure_wire::jwk::{Jwk, JwkSet};

/// Takes JSON.
pub fn run(input: &[u8]) {
    let set = serde_json::from_slice::<JwkSet>(input).map(|set| set.keys).unwrap_or_default();
    for jwk in set.into_iter().chain(serde_json::from_slice::<Jwk>(input)) {
        one(&jwk);
    }
}

fn one(jwk: &Jwk) {
    let Ok(key) = VerifyingKey::from_jwk(jwk) else { return };
    assert_eq!(key.kid(), jwk.kid);
    assert_eq!(key.alg().as_str(), jwk.alg);
    let again: Jwk = serde_json::from_str(&serde_json::to_string(jwk).unwrap()).unwrap();
    assert_eq!(&again, jwk);
    assert!(VerifyingKey::from_jwk(&again).is_ok());
    assert_eq!(thumbprint(&again).len(), 43);
}
