//! `ISS/oauth/revoke` (RFC 7009): whoever holds a token may end its session.

use axum::body::Body;
use axum::extract::State;
use http::{HeaderMap, StatusCode};

use super::answer::{OAuthAnswer, OAuthFailure, no_cache};
use super::client::Credentials;
use super::form::Form;
use crate::answer::empty;
use crate::code::OAuthCode;
use crate::request::{Path, app_id};
use crate::state::Http;

/// 200 whatever the token is; 503 when the end could not be made durable. A hint about the kind of token is not needed.
pub async fn revoke(
    State(http): State<Http>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> OAuthAnswer {
    let app = http.service.app(&app_id(&app)?)?;
    let form = Form::read(&http, &headers, body).await?;
    Credentials::read(&headers, &form)?.public_client(&app)?;
    let token = form.require("token")?;
    if http.service.is_auth_token(&app.id, token)? {
        let words = "an access token ends with its session: revoke the refresh token";
        return Err(OAuthFailure::new(OAuthCode::UnsupportedTokenType, words));
    }
    http.service.sign_out(&app.id, None, token).await?;
    Ok(no_cache(empty(StatusCode::OK)?))
}
