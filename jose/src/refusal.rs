//! Why a token is refused.

use std::{error, fmt};

/// Why a token is refused, as the first check that failed. Carries nothing of the token, so that it can be logged. Every
/// refusal means the same to the bearer; the difference is for operators and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Longer than [`crate::limits::MAX_TOKEN_BYTES`].
    TooLarge,
    /// Not three non-empty segments of canonical base64url without padding.
    Malformed,
    /// The header is not one JSON object with distinct members.
    BadHeader,
    /// The payload is not one JSON object with distinct members at every level.
    BadPayload,
    /// The header's `kid` is absent, empty, too long, or holds control characters.
    BadKeyId,
    /// The header brings a key of its own or an extension: `jwk`, `jku`, `x5u`, `x5c`, `crit`, `b64`.
    UnsupportedHeader,
    /// No key of ours has this `kid`.
    UnknownKey,
    /// The header's `alg` is absent, or not the key's.
    WrongAlgorithm,
    /// The header's `typ` is absent, or of another kind of token.
    WrongType,
    /// The signature is not this key's over these bytes.
    BadSignature,
}

impl Refusal {
    /// The cause in plain words, without a final stop.
    pub const fn as_str(self) -> &'static str {
        match self {
            Refusal::TooLarge => "the token is too long",
            Refusal::Malformed => "the token is not three segments of canonical base64url",
            Refusal::BadHeader => "the token's header is not one JSON object with distinct members",
            Refusal::UnsupportedHeader => "the token's header brings a key of its own or an extension",
            Refusal::BadKeyId => "the token's header has no usable key id",
            Refusal::UnknownKey => "the token names a key that is not known",
            Refusal::WrongAlgorithm => "the token's algorithm is not that of its key",
            Refusal::WrongType => "the token is of another kind",
            Refusal::BadSignature => "the token's signature is not valid",
            Refusal::BadPayload => "the token's payload is not one JSON object with distinct members",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl error::Error for Refusal {}
