//! The body of every error outside OAuth.

use serde::{Deserialize, Serialize};

/// An error: `code` for programs, `error` for people, `hint` for the developer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// Stable; each has a section in `docs/reference/errors.md`.
    pub code: String,
    /// What happened, in words.
    pub error: String,
    /// Why a session is not served, for a token with a valid tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Names the session that is over, for its user to read out to support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_code: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Which fields of the request were not accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
}

/// A field that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Where it is, such as `settings.idle_timeout`.
    pub path: String,
    /// What it must be.
    pub error: String,
}
