//! Sessions, as the management API shows them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The body of `POST ISS/sessions`: the caller has authenticated the user. `V` is a JSON value.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenRequest<V> {
    /// The user: 1 to 255 bytes.
    pub user_id: String,
    /// Unix seconds; now when absent.
    pub auth_time: Option<i64>,
    /// Authentication methods (RFC 8176).
    pub amr: Option<Vec<String>>,
    /// Authentication context class.
    pub acr: Option<String>,
    /// The session's own claims.
    pub claims: Option<BTreeMap<String, V>>,
    /// What to show of the device.
    pub device: Option<Device>,
    /// Ask for a one-time code instead of a refresh token.
    pub handoff: Option<bool>,
}

/// What is shown of a device. The application's word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// A name that the user would recognise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The `User-Agent` of the sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The address of the sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
}

/// A session. Never carries a token. `C` is the JSON of its claims.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session<C> {
    /// The session's id, the JWT's `sid`.
    pub session_id: String,
    /// What its user can read out to support.
    pub support_code: String,
    /// The app.
    pub app_id: String,
    /// The user.
    pub user_id: String,
    /// The client that holds the refresh token.
    pub client_id: String,
    /// `live`, `ended` or `expired`.
    pub status: String,
    /// Why it is over, if it is.
    pub reason: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds: when the user last proved who they are.
    pub auth_time: i64,
    /// Unix seconds: the last counted activity.
    pub active_at: i64,
    /// Unix seconds: the last refresh, or the opening.
    pub refreshed_at: i64,
    /// Unix seconds: when it ends without activity, if ever.
    pub idle_expires_at: Option<i64>,
    /// Unix seconds: when it ends, whatever happens.
    pub expires_at: i64,
    /// Unix seconds: when it was ended, if it was.
    pub ended_at: Option<i64>,
    /// Unix seconds: when its session token was issued, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token_issued_at: Option<i64>,
    /// The number of its current refresh token: how often it was refreshed, plus one.
    pub seq: u32,
    /// The version of the settings that its deadlines come from.
    pub settings_version: u32,
    /// Authentication methods, context and own claims.
    pub claims: C,
    /// The device.
    pub device: Option<Device>,
}

/// The body of `PATCH ISS/sessions/{sid}`. `V` is a JSON value.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AmendRequest<V> {
    /// Changes to the session's own claims (RFC 7396): a member replaces, `null` removes.
    pub claims: BTreeMap<String, V>,
}

/// The body of `POST ISS/sessions/{sid}/reauthenticate`: the caller has authenticated the user anew.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reauthenticate {
    /// Unix seconds; now when absent.
    pub auth_time: Option<i64>,
    /// Authentication methods (RFC 8176); none are said when absent.
    pub amr: Option<Vec<String>>,
    /// Authentication context class; none is said when absent.
    pub acr: Option<String>,
}

/// A stretch of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionList<C> {
    /// Newest first. Fewer than `limit`, or none, do not mean the end: where hardly any match, a page stops after it has looked at
    /// so many.
    pub sessions: Vec<Session<C>>,
    /// Give this as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
    /// How many match, counted up to 10,000 among the newest.
    pub total: u64,
    /// Whether more match, or may.
    pub total_is_bound: bool,
}

/// A session, as its own user sees it. Never carries a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnSession {
    /// The session's id, the JWT's `sid`.
    pub session_id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds: when the user last proved who they are.
    pub auth_time: i64,
    /// Unix seconds: the last counted activity.
    pub active_at: i64,
    /// Unix seconds: the last refresh, or the opening.
    pub refreshed_at: i64,
    /// Unix seconds: when it ends without activity, if ever.
    pub idle_expires_at: Option<i64>,
    /// Unix seconds: when it ends, whatever happens.
    pub expires_at: i64,
    /// The device.
    pub device: Option<Device>,
}

/// A stretch of a user's own live sessions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnSessions {
    /// Newest first.
    pub sessions: Vec<OwnSession>,
    /// Give this as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
}

/// The body of `POST ISS/sessions/end`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EndRequest {
    /// Which sessions.
    pub filter: SessionFilter,
    /// For the operators' log.
    pub reason: Option<String>,
    /// Count only.
    #[serde(default)]
    pub dry_run: bool,
}

/// Which sessions: the list's filter is the end's filter. Everything that is given must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SessionFilter {
    /// The user.
    pub user_id: Option<String>,
    /// One session.
    pub session_id: Option<String>,
    /// All but this session.
    pub except: Option<String>,
    /// `live`, `ended` or `expired`.
    pub status: Option<String>,
    /// Why it ended.
    pub reason: Option<String>,
    /// Opened at or after, Unix seconds.
    pub created_from: Option<i64>,
    /// Opened before, Unix seconds.
    pub created_before: Option<i64>,
    /// Whose user was last active before, Unix seconds.
    pub active_before: Option<i64>,
    /// Ended at or after, Unix seconds.
    pub ended_from: Option<i64>,
    /// Ended before, Unix seconds.
    pub ended_before: Option<i64>,
    /// The client that holds the refresh token.
    pub client_id: Option<String>,
    /// The version of the settings that their deadlines come from.
    pub settings_version: Option<u32>,
}
