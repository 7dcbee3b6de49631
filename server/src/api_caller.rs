//! Who calls with an API key.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use tenure_core::id::AppId;
use tenure_service::credentials::{Caller, Role};
use tenure_service::error::Error;

use crate::address::Peer;
use crate::answer::Failure;
use crate::code::Code;
use crate::state::Http;

/// The caller, who may act as `role` for `app` (`None`: for the whole installation).
///
/// Refuses 401 without a valid key, 403 with one that may not; before anyone looks whether the app exists.
pub fn require(
    http: &Http,
    peer: Peer,
    headers: &HeaderMap,
    role: Role,
    app: Option<&AppId>,
) -> Result<Caller, Failure> {
    let caller = identify(http, peer, headers)?.ok_or_else(missing)?;
    caller.require(role, app)?;
    Ok(caller)
}

/// Refuses whoever does not come through the process's own socket: 403 with any API key, 401 without.
pub fn require_owner(http: &Http, peer: Peer, headers: &HeaderMap) -> Result<(), Failure> {
    require(http, peer, headers, Role::Verify, None)?;
    if peer == Peer::Owner { Ok(()) } else { Err(Error::OwnerOnly.into()) }
}

/// The caller if an API key came with the request; none is no failure, a wrong one is.
pub fn identify(http: &Http, peer: Peer, headers: &HeaderMap) -> Result<Option<Caller>, Failure> {
    let Some(key) = bearer(headers)? else {
        return Ok((peer == Peer::Owner).then(Caller::owner));
    };
    match http.service.caller(key) {
        Some(caller) => Ok(Some(caller)),
        None => Err(http.guessed(peer, headers, wrong())),
    }
}

/// What came as Bearer, if there is an `Authorization` header; of another scheme it is the empty text, which is nobody's.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Failure::malformed("There is more than one Authorization header.", "Send one."));
    }
    let credential = value.to_str().ok().and_then(|value| {
        let (scheme, credential) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| credential.trim())
    });
    Ok(Some(credential.unwrap_or_default()))
}

/// 401: no key came with the request.
pub fn missing() -> Failure {
    let hint = "Send Authorization: Bearer with an API key.";
    Failure::new(Code::InvalidApiKey, "This needs an API key.", hint)
}

fn wrong() -> Failure {
    let hint = "Send Authorization: Bearer with a key that was not revoked.";
    Failure::new(Code::InvalidApiKey, "The API key is not valid.", hint)
}
