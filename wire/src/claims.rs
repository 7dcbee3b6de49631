//! The claims of an auth token (RFC 7519, RFC 9068).

use serde::Serialize;

use crate::status_list::Status;

/// The claims that every auth token carries, in their order. The session's own follow.
#[derive(Serialize)]
pub struct AuthTokenClaims<'a> {
    /// The app's issuer.
    pub iss: &'a str,
    /// The user.
    pub sub: &'a str,
    /// The app's origin, if it has one, and the app.
    pub aud: &'a [String],
    /// Issued at, Unix seconds.
    pub iat: i64,
    /// Not before, Unix seconds.
    pub nbf: i64,
    /// Expires at, Unix seconds.
    pub exp: i64,
    /// Unique.
    pub jti: &'a str,
    /// The session; absent in stateless mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<&'a str>,
    /// When the user proved who they are, Unix seconds.
    pub auth_time: i64,
    /// The client. ID tokens never carry it, so that neither passes for the other.
    pub client_id: &'a str,
    /// Where a status list says whether its session has ended, in apps that have such lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}

/// Names that a session's own claims may not take: those of RFC 7519, RFC 9068, OpenID Connect and what is kept for later.
pub const RESERVED_CLAIMS: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "iat",
    "nbf",
    "exp",
    "jti",
    "sid",
    "auth_time",
    "amr",
    "acr",
    "client_id",
    "cnf",
    "azp",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "act",
    "may_act",
    "scope",
    "status",
    "events",
    "typ",
    "token_type",
    "active",
    "txn",
    "toe",
];
