//! `ISS/oauth/revoke` (RFC 7009): whoever holds a token may end its session.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};

use super::answer::{OAuthAnswer, OAuthFailure, no_cache};
use super::client::Credentials;
use super::form::Form;
use crate::address::Peer;
use crate::answer::empty;
use crate::code::OAuthCode;
use crate::request::{Path, app_id};
use crate::state::Http;

/// 200 whatever the token is; 503 when the end could not be made durable. A hint about the kind of token is not needed. The
/// app's backend, which holds session tokens, may prove who it is; it need not.
pub async fn revoke(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> OAuthAnswer {
    let app = http.service.app(&app_id(&app)?)?;
    let form = Form::read(&http, &headers, body).await?;
    let credentials = Credentials::read(&headers, &form)?;
    match credentials.prove_something() {
        true => credentials.backend(&http, &app.id, peer, &headers).map(drop)?,
        false => credentials.public_client(&app)?,
    }
    let token = form.require("token")?;
    if http.service.is_auth_token(&app.id, token)? {
        let words = "an access token ends with its session: revoke the refresh token";
        return Err(OAuthFailure::new(OAuthCode::UnsupportedTokenType, words));
    }
    http.service.sign_out(&app.id, None, token).await?;
    Ok(no_cache(empty(StatusCode::OK)?))
}
