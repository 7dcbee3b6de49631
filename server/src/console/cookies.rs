//! The two cookies of a signed-in admin: the auth token that shows who they are, and the refresh token that gets the next. No
//! app can be called so that its cookie has one of these names: ids hold no dots.

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use tenure_service::error::{Error, Result};
use tenure_service::issue::Issued;

use crate::cookie;

const AUTH: &str = "__Host-tenure.admin";
const REFRESH: &str = "__Host-tenure.admin-refresh";
/// Lax, not Strict: whoever follows a link to the console is signed in there. What changes something is guarded by its origin.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The auth token that came along. One that stands twice is none.
pub(super) fn auth_token(headers: &HeaderMap) -> Option<&str> {
    cookie::find(headers, AUTH).ok().flatten()
}

/// The refresh token that came along. One that stands twice is none.
pub(super) fn refresh_token(headers: &HeaderMap) -> Option<&str> {
    cookie::find(headers, REFRESH).ok().flatten()
}

/// Gives the browser both, until it is closed.
pub(super) fn set(headers: &mut HeaderMap, issued: &Issued) -> Result<()> {
    put(headers, &format!("{AUTH}={}; {ATTRIBUTES}", issued.result.auth_token))?;
    match &issued.result.refresh_token {
        Some(token) => put(headers, &format!("{REFRESH}={token}; {ATTRIBUTES}")),
        None => Ok(()),
    }
}

/// Takes both away.
pub(super) fn clear(headers: &mut HeaderMap) -> Result<()> {
    put(headers, &format!("{AUTH}=; {ATTRIBUTES}; Max-Age=0"))?;
    put(headers, &format!("{REFRESH}=; {ATTRIBUTES}; Max-Age=0"))
}

fn put(headers: &mut HeaderMap, cookie: &str) -> Result<()> {
    let mut value = HeaderValue::from_str(cookie).map_err(Error::bug)?;
    value.set_sensitive(true);
    headers.append(SET_COOKIE, value);
    Ok(())
}
