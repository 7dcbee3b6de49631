//! Token Status Lists (draft-ietf-oauth-status-list): where an auth token says that its status stands, and the lists.

use serde::Serialize;

/// The claim `status` of an auth token (§6.1).
#[derive(Serialize)]
pub struct Status {
    /// The one mechanism that there is.
    pub status_list: StatusReference,
}

/// A place in a list (§6.2).
#[derive(Serialize)]
pub struct StatusReference {
    /// Which bit, from 0.
    pub idx: u16,
    /// Which list: where it is served, and its `sub`.
    pub uri: String,
}

/// The claims of a list as it is signed (§5.1).
#[derive(Serialize)]
pub struct StatusListClaims<'a> {
    /// The app's issuer.
    pub iss: &'a str,
    /// Where it is served.
    pub sub: &'a str,
    /// Unix seconds: it says what was known then.
    pub iat: i64,
    /// Unix seconds: nobody goes by it from then on.
    pub exp: i64,
    /// Seconds after which whoever keeps it should read it again.
    pub ttl: u32,
    /// The bits.
    pub status_list: StatusList<'a>,
}

/// The bits of a list (§4.2).
#[derive(Serialize)]
pub struct StatusList<'a> {
    /// Bits of one token: 1, which is set when it is invalid (§7.1).
    pub bits: u8,
    /// The bits, compressed with ZLIB, in base64url.
    pub lst: &'a str,
}

/// Every list of an app (§9.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusLists {
    /// Where each is served.
    pub status_lists: Vec<String>,
}
