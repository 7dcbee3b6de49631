//! `ISS/oauth/introspect` (RFC 7662), for callers with an API key.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use tenure_service::credentials::Role;
use tenure_wire::oauth::Introspection;

use super::answer::{OAuthAnswer, no_cache};
use super::client::Credentials;
use super::form::Form;
use crate::address::Peer;
use crate::answer::json;
use crate::request::{Path, activity, app_id};
use crate::state::Http;

/// What a token means now. Anything that cannot be used is `{"active":false}` and nothing else. Whoever asks about a session
/// token may pass on what the page says of its user.
pub async fn introspect(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> OAuthAnswer {
    let app = app_id(&app)?;
    let form = Form::read(&http, &headers, body).await?;
    let credentials = Credentials::read(&headers, &form)?;
    let caller = credentials.api_caller(&http, &app, peer, &headers)?;
    if caller.require(Role::Verify, Some(&app)).is_err() {
        return Err(credentials.of_another_app());
    }
    let (token, said) = (form.require("token")?, activity(&headers)?);
    let claims = http.service.introspect(&caller, &app, token, said).await?;
    Ok(no_cache(json(StatusCode::OK, &Introspection { active: claims.is_some(), claims })))
}
