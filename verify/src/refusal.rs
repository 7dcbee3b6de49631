//! Why a request is not let through, as the first check that failed.

use std::{error, fmt};

/// Why a request is not let through: the codes of `docs/reference/verifiers.md`. Carries nothing of the token, so that it can be
/// logged.
///
/// The last three are trouble, not a verdict on the token: they are 503 and never 401, because a 401 makes clients refresh or sign
/// out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no `Authorization: Bearer …`, or more than one.
    MissingToken,
    /// The token is longer than 8 KiB.
    TooLarge,
    /// It is no compact JWS of two JSON objects with a usable `kid`.
    MalformedToken,
    /// Its header brings a key of its own or an extension.
    UnsupportedHeader,
    /// Another issuer's.
    WrongIssuer,
    /// The issuer has no key of this `kid`.
    UnknownKey,
    /// `alg` is not the key's.
    WrongAlgorithm,
    /// `typ` is that of another kind of token.
    WrongType,
    /// The signature is not the key's over these bytes.
    BadSignature,
    /// A claim that every auth token has is missing or of the wrong type.
    MalformedClaims,
    /// It is an ID token, or anything else that is no auth token (RFC 9068 §4).
    NotAnAuthToken,
    /// It is for another audience.
    WrongAudience,
    /// `nbf` or `iat` is ahead of this clock by more than the skew.
    NotYetValid,
    /// `exp` is over.
    Expired,
    /// Its session, user, app or key was revoked.
    Revoked,
    /// The route wants a more recent or a stronger sign-in (RFC 9470).
    InsufficientUserAuthentication,
    /// It is not known whether the issuer has this key: its keys could not be read.
    KeysUnavailable,
    /// The route refuses while the revocation feed is stale.
    FeedStale,
    /// The server could not be asked.
    IntrospectionUnavailable,
}

impl Refusal {
    /// The stable name.
    pub const fn code(self) -> &'static str {
        self.texts().0
    }

    /// What happened, in words.
    pub const fn as_str(self) -> &'static str {
        self.texts().1
    }

    /// What to do about it, for the developer.
    pub const fn hint(self) -> &'static str {
        self.texts().2
    }

    /// Whether it is trouble of ours, and says nothing about the token.
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::KeysUnavailable | Self::FeedStale | Self::IntrospectionUnavailable)
    }

    /// Whether a new auth token, got by the refresh token, may be let through where this one was not.
    pub const fn is_refreshable(self) -> bool {
        matches!(self, Self::Expired | Self::UnknownKey | Self::Revoked)
    }

    /// Code, words, hint.
    const fn texts(self) -> (&'static str, &'static str, &'static str) {
        const FORM: &str = "Send the auth token as it was given out.";
        const OTHER: &str = "Send the auth token of this app, and no other kind of token.";
        const WAIT: &str = "Try again in a moment; the token is not to blame.";
        match self {
            Self::MissingToken => (
                "missing_token",
                "there is no token",
                "Send one header `Authorization: Bearer <auth token>`.",
            ),
            Self::TooLarge => ("too_large", "the token is longer than 8 KiB", FORM),
            Self::MalformedToken => ("malformed_token", "the token is not well formed", FORM),
            Self::UnsupportedHeader => {
                ("unsupported_header", "the token's header brings a key of its own or an extension", FORM)
            }
            Self::WrongIssuer => ("wrong_issuer", "the token is of another issuer", OTHER),
            Self::UnknownKey => {
                ("unknown_key", "the token's key is not known", "Refresh, and send the new auth token.")
            }
            Self::WrongAlgorithm => ("wrong_algorithm", "the token's algorithm is not that of its key", FORM),
            Self::WrongType => ("wrong_type", "the token is of another kind", OTHER),
            Self::BadSignature => ("bad_signature", "the token's signature is not valid", FORM),
            Self::MalformedClaims => ("malformed_claims", "a claim is missing or of the wrong type", OTHER),
            Self::NotAnAuthToken => ("not_an_auth_token", "the token is no auth token", OTHER),
            Self::WrongAudience => ("wrong_audience", "the token is for another audience", OTHER),
            Self::NotYetValid => {
                ("not_yet_valid", "the token is not valid yet", "Compare the clocks of server and verifier.")
            }
            Self::Expired => ("expired", "the token has expired", "Refresh, and send the new auth token."),
            Self::Revoked => (
                "revoked",
                "the session has ended",
                "Refresh: the answer says whether the user has to sign in again.",
            ),
            Self::InsufficientUserAuthentication => (
                "insufficient_user_authentication",
                "this needs a more recent or a stronger sign-in",
                "Let the user sign in again, as the challenge says.",
            ),
            Self::KeysUnavailable => ("keys_unavailable", "the issuer's keys cannot be read", WAIT),
            Self::FeedStale => ("feed_stale", "it is not known whether the session has ended", WAIT),
            Self::IntrospectionUnavailable => {
                ("introspection_unavailable", "the session server cannot be asked", WAIT)
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl error::Error for Refusal {}

impl From<tenure_jose::Refusal> for Refusal {
    fn from(refusal: tenure_jose::Refusal) -> Self {
        use tenure_jose::Refusal as Jose;
        match refusal {
            Jose::TooLarge => Self::TooLarge,
            Jose::Malformed | Jose::BadHeader | Jose::BadPayload | Jose::BadKeyId => Self::MalformedToken,
            Jose::UnsupportedHeader => Self::UnsupportedHeader,
            Jose::UnknownKey => Self::UnknownKey,
            Jose::WrongAlgorithm => Self::WrongAlgorithm,
            Jose::WrongType => Self::WrongType,
            Jose::BadSignature => Self::BadSignature,
        }
    }
}
