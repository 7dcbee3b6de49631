//! The name that a key has by its own numbers (RFC 7638).

use aws_lc_rs::digest::{SHA256, digest};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};
use tenure_wire::jwk::Jwk;

/// The RFC 7638 SHA-256 thumbprint in base64url: 43 characters (JK-2).
///
/// Equal for two JWKs of one key, whatever their `kid`, `alg` and `use`. Only the members that RFC 7638 §3.2 and RFC 8037 §2
/// name for the `kty` count; of a JWK that lacks one, or whose `kty` is not ours, it is the hash of what is there, which is no
/// key's thumbprint. Such a JWK is refused by [`crate::VerifyingKey::from_jwk`], not here.
pub fn thumbprint(jwk: &Jwk) -> String {
    let (crv, e, n, x, y) = (("crv", &jwk.crv), ("e", &jwk.e), ("n", &jwk.n), ("x", &jwk.x), ("y", &jwk.y));
    let counted = match jwk.kty.as_str() {
        "EC" => vec![crv, x, y],
        "OKP" => vec![crv, x],
        "RSA" => vec![e, n],
        _ => Vec::new(),
    };
    let mut members: Map<String, Value> = counted
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value.as_deref()?))))
        .collect();
    members.insert("kty".to_owned(), Value::from(jwk.kty.as_str()));
    // RFC 7638 §3.3 orders members by code point. The map does so by itself, unless a feature of its crate is turned on.
    members.sort_keys();
    let json = Value::Object(members).to_string();
    Base64UrlUnpadded::encode_string(digest(&SHA256, json.as_bytes()).as_ref())
}
