//! Public keys as outsiders see them: JWK and JWK Set (RFC 7517), public members only.

use serde::{Deserialize, Serialize};

/// A public signing key (RFC 7517 §4; the members per key type are RFC 7518 §6 and RFC 8037 §2). There is no place for a
/// private member: `d`, `p`, `q`, `dp`, `dq`, `qi` and `k` can neither be written nor kept from what was read. Members
/// that are not named here are ignored when read, as RFC 7517 §4 asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Jwk {
    /// `EC`, `OKP` or `RSA`.
    pub kty: String,
    /// `P-256` (EC) or `Ed25519` (OKP).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// EC: the x coordinate, OKP: the key; 32 bytes in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// EC: the y coordinate, 32 bytes in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// RSA: the modulus, big-endian without leading zeros, in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// RSA: the exponent, big-endian without leading zeros, in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub use_: String,
    /// `ES256`, `EdDSA` or `RS256`: the one algorithm of this key.
    pub alg: String,
    /// The RFC 7638 SHA-256 thumbprint, in base64url, of a key that Tenure made.
    pub kid: String,
}

/// The body of `GET ISS/.well-known/jwks.json` (RFC 7517 §5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JwkSet {
    /// The keys; each `kid` occurs once.
    pub keys: Vec<Jwk>,
}
