//! `POST ISS/tokens` refreshes, `DELETE ISS/tokens` signs out.

use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use http::{HeaderMap, StatusCode};
use tenure_core::refusal::Refusal;
use tenure_service::error::Error;
use tenure_service::refresh::RefreshRequest;
use tenure_wire::auth_result::{RefreshAnswer, RefreshRequest as TokenBody};

use crate::address::Peer;
use crate::answer::{Answer, Failure, empty, ok};
use crate::body;
use crate::limits::CLIENT_BODY_BYTES;
use crate::request::{Path, activity, app_id, idempotency_key};
use crate::state::Http;

/// A new auth token and the next refresh token for the one in the body.
pub async fn refresh(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    let idempotency_key = idempotency_key(&headers)?;
    let activity = activity(&headers)?;
    let token = read_token(&http, body).await?.ok_or_else(missing)?;
    let request = RefreshRequest {
        app: &app,
        client: None,
        token: &token,
        idempotency_key: idempotency_key.as_ref(),
        activity,
    };
    match http.service.refresh(&request).await {
        Ok(issued) => ok(&RefreshAnswer { auth_result: issued.result }),
        Err(error @ Error::Session(Refusal::Unknown)) => Err(http.guessed(peer, &headers, error.into())),
        Err(error) => Err(error.into()),
    }
}

/// Ends the session of the token in the body, or in the query for clients that cannot send one. 200 whatever the token.
pub async fn sign_out(
    State(http): State<Http>,
    Path(app): Path<String>,
    RawQuery(query): RawQuery,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    let in_query = query.and_then(|query| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == "refresh_token").map(|(_, value)| value.into_owned())
    });
    let token = match in_query {
        Some(token) => token,
        None => read_token(&http, body).await?.ok_or_else(missing)?,
    };
    http.service.sign_out(&app, None, &token).await?;
    empty(StatusCode::OK)
}

async fn read_token(http: &Http, body: Body) -> Result<Option<String>, Failure> {
    let bytes = body::read(http, body, CLIENT_BODY_BYTES).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let parsed: TokenBody = body::parse(&bytes).map_err(|failure| {
        // A wrong type is as malformed as no JSON here: there is one field.
        if failure.status() == StatusCode::UNPROCESSABLE_ENTITY { missing() } else { failure }
    })?;
    Ok(parsed.refresh_token)
}

fn missing() -> Failure {
    Failure::malformed(
        "There is no refresh token in this request.",
        "Send {\"refresh_token\": \"tr1_…\"} as the body.",
    )
}
