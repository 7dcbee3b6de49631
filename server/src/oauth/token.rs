//! `ISS/oauth/token`: the refresh grant (RFC 6749 §6), on the same path as `POST ISS/tokens`; and the way to token exchange.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use tenure_core::policy::Activity;
use tenure_core::refusal::Refusal;
use tenure_core::time::Timestamp;
use tenure_service::catalogue::App;
use tenure_service::error::Error;
use tenure_service::issue::Issued;
use tenure_service::refresh::RefreshRequest;
use tenure_wire::oauth::{TOKEN_EXCHANGE, TokenResponse};

use super::answer::{OAuthAnswer, OAuthFailure, no_cache};
use super::client::Credentials;
use super::exchange::exchange;
use super::form::Form;
use crate::address::Peer;
use crate::answer::json;
use crate::code::OAuthCode;
use crate::request::{Path, app_id, idempotency_key};
use crate::state::Http;

/// Tokens for a grant. Checked in this order: duplicates, grant, client, the rest.
pub async fn token(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> OAuthAnswer {
    let app = http.service.app(&app_id(&app)?)?;
    let form = Form::read(&http, &headers, body).await?;
    match form.require("grant_type")? {
        "refresh_token" => refresh(&http, peer, &app, &headers, &form).await,
        TOKEN_EXCHANGE => exchange(&http, peer, &app, &headers, &form).await,
        _ => Err(OAuthFailure::new(
            OAuthCode::UnsupportedGrantType,
            "this server supports refresh_token and token-exchange",
        )),
    }
}

/// A new access token and the next refresh token.
async fn refresh(http: &Http, peer: Peer, app: &App, headers: &HeaderMap, form: &Form) -> OAuthAnswer {
    Credentials::read(headers, form)?.public_client(app)?;
    let token = form.require("refresh_token")?;
    if form.get("scope").is_some() {
        return Err(OAuthFailure::new(
            OAuthCode::InvalidScope,
            "no scope was granted, so none can be asked for",
        ));
    }
    let key = idempotency_key(headers)?;
    let request = RefreshRequest {
        app: &app.id,
        client: None,
        token,
        idempotency_key: key.as_ref(),
        activity: Activity::Unsaid,
        seq: None,
    };
    match http.service.refresh(&request).await {
        Ok(issued) => Ok(no_cache(json(StatusCode::OK, &response(issued)))),
        Err(error @ Error::Session(Refusal::Unknown)) => {
            let failure = http.guessed(peer, headers, crate::answer::Failure::malformed("", ""));
            Err(if failure.retry_after().is_some() { failure.into() } else { error.into() })
        }
        Err(error) => {
            let code = http.service.support_code(&error, token);
            Err(OAuthFailure::from(error).with_support_code(code))
        }
    }
}

fn response(issued: Issued) -> TokenResponse {
    let left = |end: Timestamp| end.secs() - issued.at.secs();
    let absolute = issued.absolute_end.map(left);
    let idle = issued.idle_end.map(left);
    TokenResponse {
        access_token: issued.result.auth_token,
        token_type: "Bearer",
        expires_in: issued.result.expires_in,
        refresh_token: issued.result.refresh_token,
        refresh_token_timeout: absolute.map(|absolute| idle.map_or(absolute, |idle| idle.min(absolute))),
        authorization_expires_in: absolute,
    }
}
