//! `POST ISS/tokens` refreshes, `DELETE ISS/tokens` signs out.

use axum::body::Body;
use axum::extract::{Extension, RawQuery, State};
use http::{HeaderMap, StatusCode};
use tenure_core::refusal::Refusal;
use tenure_service::error::Error;
use tenure_service::refresh::RefreshRequest;
use tenure_wire::auth_result::RefreshRequest as TokenBody;

use super::carrier::{Carrier, missing};
use crate::address::Peer;
use crate::answer::{Answer, Failure, empty};
use crate::body;
use crate::limits::CLIENT_BODY_BYTES;
use crate::request::{Path, activity, app_id, idempotency_key, seq};
use crate::state::Http;

/// A new auth token and the next refresh token for the one in the body, or in the cookie.
pub async fn refresh(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = http.service.app(&app_id(&app)?)?;
    let carrier = Carrier::of(&http, &app, &headers)?;
    let idempotency_key = idempotency_key(&headers)?;
    let activity = activity(&headers)?;
    let seq = seq(&headers)?;
    let token = carrier.token(read_token(&http, body).await?)?.ok_or_else(|| carrier.without_token())?;
    let request = RefreshRequest {
        app: &app.id,
        client: None,
        token: &token,
        idempotency_key: idempotency_key.as_ref(),
        activity,
        seq,
    };
    match http.service.refresh(&request).await {
        Ok(issued) => carrier.hand_out(issued),
        Err(error @ Error::Session(Refusal::Unknown)) => Err(http.guessed(peer, &headers, error.into())),
        Err(error) => {
            let code = http.service.support_code(&error, &token);
            Err(Failure::from(error).with_support_code(code))
        }
    }
}

/// Ends the session of the token in the body, in the query for clients that cannot send one, or in the cookie. 200 whatever
/// the token.
pub async fn sign_out(
    State(http): State<Http>,
    Path(app): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = http.service.app(&app_id(&app)?)?;
    let carrier = Carrier::of(&http, &app, &headers)?;
    let in_query = query.and_then(|query| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == "refresh_token").map(|(_, value)| value.into_owned())
    });
    let given = match in_query {
        Some(token) => Some(token),
        None => read_token(&http, body).await?,
    };
    match carrier.token(given)? {
        Some(token) => {
            http.service.sign_out(&app.id, None, &token).await?;
        }
        None if matches!(carrier, Carrier::Body) => return Err(missing()),
        None => {} // Nobody is signed in.
    }
    carrier.signed_out(empty(StatusCode::OK)?)
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
