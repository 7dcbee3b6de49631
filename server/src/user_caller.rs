//! Who calls with an auth token.

use http::HeaderMap;
use tenure_core::id::AppId;
use tenure_service::error::{Error, NoUser};
use tenure_service::own_sessions::User;

use crate::address::Peer;
use crate::answer::Failure;
use crate::api_caller::bearer;
use crate::code::Code;
use crate::state::Http;

/// The user whose auth token of `app` came with the request, and whose session lives by what the store says now.
///
/// Refuses 401 without such a token, 403 with one that belongs to no session. Only what was never signed here counts as a guess:
/// clients come with tokens that have just expired.
pub async fn require_user(
    http: &Http,
    peer: Peer,
    headers: &HeaderMap,
    app: &AppId,
) -> Result<User, Failure> {
    let Some(token) = bearer(headers)? else {
        let hint = "Send Authorization: Bearer with the user's auth token.";
        return Err(Failure::new(Code::InvalidAuthToken, "This needs an auth token.", hint));
    };
    match http.service.user(app, token).await {
        Ok(user) => Ok(user),
        Err(error @ Error::NoUser(NoUser::Unknown)) => Err(http.guessed(peer, headers, error.into())),
        Err(error) => Err(error.into()),
    }
}
