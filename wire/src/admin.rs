//! Admins, and links into the console.

use serde::{Deserialize, Serialize};

/// The body of `POST /v1/admin-links`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateAdminLink {
    /// Whom it is for; `owner` when absent.
    pub name: Option<String>,
    /// `owner`, `operator` or `read_only`: what they may do from now on. Must be given for a new name, unless it is the first.
    pub role: Option<String>,
}

/// A one-time link into the console. Has no `Debug`: it carries a secret.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminLink {
    /// The link, with its code behind the `#`.
    pub url: String,
    /// Unix seconds: until when it is good.
    pub expires_at: i64,
    /// Whom it signs in.
    pub admin: String,
}

/// Somebody who may use the console.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Admin {
    /// Their name.
    pub name: String,
    /// `owner`, `operator` or `read_only`.
    pub role: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds: when they signed in last, if they ever did.
    pub signed_in_at: Option<i64>,
}

/// Those who may use the console.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminList {
    /// By name.
    pub admins: Vec<Admin>,
}
