//! What a client gets for a sign-in or a refresh, and what it sends for the latter.

use serde::{Deserialize, Serialize};

/// The body of `POST ISS/tokens` and `DELETE ISS/tokens`. Unknown members are ignored; has no `Debug`: it carries a secret.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshRequest {
    /// The refresh token.
    pub refresh_token: Option<String>,
}

/// The body of `POST ISS/tokens/handoff`. Unknown members are ignored; has no `Debug`: it carries a secret.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandoffRequest {
    /// The one-time code.
    pub handoff: Option<String>,
}

/// What a client gets for a sign-in or a refresh. Has no `Debug`: it carries secrets.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthResult {
    /// The auth token, a JWT.
    pub auth_token: String,
    /// The new refresh token; absent in stateless mode, and where it is in a cookie or to be handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Unix seconds: the earlier of the session's two deadlines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token_expiration: Option<i64>,
    /// Where to go after a sign-in; empty otherwise. Clients written for Passage expect a string.
    pub redirect_url: String,
    /// Seconds until the auth token expires.
    pub expires_in: i64,
    /// Unix seconds: when a client should refresh.
    pub refresh_at: i64,
    /// The session; absent in stateless mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The number of the refresh token; absent in stateless mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u32>,
}

/// The answer of `POST ISS/tokens`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshAnswer {
    /// The tokens.
    pub auth_result: AuthResult,
}
