//! The algorithms that are spoken here: three, all asymmetric.

use std::fmt;

/// A signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1). There is no `none` and no HMAC to fall back to (RFC 8725 §3.1, §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alg {
    /// ECDSA on P-256 with SHA-256; signatures of 64 bytes.
    Es256,
    /// Ed25519; signatures of 64 bytes.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256; signatures as long as the modulus. Keys made here have 2048 bits.
    Rs256,
}

impl Alg {
    /// The name in a header's and a JWK's `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Alg::Es256 => "ES256",
            Alg::EdDsa => "EdDSA",
            Alg::Rs256 => "RS256",
        }
    }

    /// The algorithm of this exact name: names are case-sensitive (RFC 7515 §4.1.1), and every other name is `None`.
    pub fn parse(name: &str) -> Option<Alg> {
        match name {
            "ES256" => Some(Alg::Es256),
            "EdDSA" => Some(Alg::EdDsa),
            "RS256" => Some(Alg::Rs256),
            _ => None,
        }
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
