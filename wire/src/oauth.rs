//! The shapes of OAuth 2.x: token answers (RFC 6749), introspection (RFC 7662), metadata (RFC 8414).

use serde::{Deserialize, Serialize};

/// RFC 6749 §5.1, with the expirations of draft-ietf-oauth-refresh-token-expiration. Has no `Debug`: it carries secrets.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenResponse {
    /// The auth token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// The new refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Seconds until the refresh token expires if it is not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_timeout: Option<i64>,
    /// Seconds until the session ends, whatever happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_expires_in: Option<i64>,
}

/// The grant of token exchange (RFC 8693 §2.1).
pub const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The type of an auth token (RFC 8693 §3).
pub const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
/// The type of an auth token by what it is made of (RFC 8693 §3).
pub const JWT_TYPE: &str = "urn:ietf:params:oauth:token-type:jwt";
/// The type of a session token.
pub const SESSION_TOKEN_TYPE: &str = "urn:tenure:params:oauth:token-type:session";

/// RFC 8693 §2.2.1. Has no `Debug`: it carries a secret.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeResponse {
    /// The session token. RFC 8693 calls whatever is issued so.
    pub access_token: String,
    /// `urn:tenure:params:oauth:token-type:session`.
    pub issued_token_type: &'static str,
    /// `N_A`: it is no access token.
    pub token_type: &'static str,
    /// Seconds until it expires if it is not used.
    pub expires_in: i64,
    /// Seconds until its session ends, whatever happens.
    pub authorization_expires_in: i64,
}

/// RFC 6749 §5.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OAuthError {
    /// One of the codes of RFC 6749 and its extensions.
    pub error: String,
    /// For developers; ASCII.
    pub error_description: String,
    /// Why the session is not served, for a token with a valid tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Names the session that is over, for its user to read out to support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_code: Option<String>,
}

/// RFC 7662 §2.2. Everything but `active` is absent for a token that is not active. `C` is the JSON object of further claims.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Introspection<C> {
    /// Whether the token can be used now.
    pub active: bool,
    /// What is said of an active token.
    #[serde(flatten)]
    pub claims: Option<C>,
}

/// RFC 8414 §2 and OpenID Connect Discovery §3: only what exists.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Metadata {
    /// The app's issuer.
    pub issuer: String,
    /// Where tokens are refreshed.
    pub token_endpoint: String,
    /// Its keys.
    pub jwks_uri: String,
    /// RFC 7009.
    pub revocation_endpoint: String,
    /// RFC 7662.
    pub introspection_endpoint: String,
    /// Every status list (draft-ietf-oauth-status-list §9.1), where the app has such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_list_aggregation_endpoint: Option<String>,
    /// Grants.
    pub grant_types_supported: Vec<String>,
    /// None yet: there is no authorization endpoint.
    pub response_types_supported: Vec<String>,
    /// How clients authenticate at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// How clients authenticate at the revocation endpoint.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// How callers authenticate at the introspection endpoint.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// OpenID Connect: every client sees the same `sub`.
    pub subject_types_supported: Vec<String>,
    /// Algorithms of the app's tokens.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// How refresh tokens expire.
    pub refresh_token_expiration_types_supported: Vec<String>,
    /// Claims that auth tokens carry.
    pub claims_supported: Vec<String>,
}
