//! Why a key is not accepted, and why nothing was signed.

use std::{error, fmt};

/// Why a key is not accepted. Carries nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// `alg` is none of ours.
    UnknownAlgorithm,
    /// `use` is not `sig`.
    NotForSigning,
    /// `kty`, `crv` or the members that are there do not belong to `alg`.
    WrongKind,
    /// This member is not canonical base64url of a number in its fixed width.
    BadMember(&'static str),
    /// `kid` is empty, too long, or holds control characters.
    BadKeyId,
    /// The RSA modulus or exponent is outside the limits.
    WrongStrength,
    /// The numbers are no key: a point off the curve, a private key that does not parse or is of another algorithm.
    Rejected,
    /// The cryptographic library could not make or write a key.
    Library,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::UnknownAlgorithm => {
                f.write_str("the key's algorithm is none of ES256, EdDSA and RS256")
            }
            KeyError::NotForSigning => f.write_str("the key's use is not \"sig\""),
            KeyError::WrongKind => {
                f.write_str("the key's type, curve or members do not belong to its algorithm")
            }
            KeyError::BadMember(name) => write!(f, "the key's member \"{name}\" is not in canonical form"),
            KeyError::BadKeyId => f.write_str("the key's id is empty, too long, or holds control characters"),
            KeyError::WrongStrength => f.write_str("the RSA key's modulus or exponent is outside the limits"),
            KeyError::Rejected => f.write_str("the bytes are not a valid key of this algorithm"),
            KeyError::Library => f.write_str("the cryptographic library could not make or write the key"),
        }
    }
}

impl error::Error for KeyError {}

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The token would be longer than [`crate::limits::MAX_TOKEN_BYTES`], which no verifier of ours reads.
    TooLarge,
    /// The cryptographic library failed, which only lack of memory explains.
    Library,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SignError::TooLarge => "the token would be longer than verifiers read",
            SignError::Library => "the cryptographic library could not sign",
        })
    }
}

impl error::Error for SignError {}
