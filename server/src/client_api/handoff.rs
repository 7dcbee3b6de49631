//! `POST ISS/tokens/handoff`: a one-time code becomes the refresh cookie.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::HeaderMap;
use tenure_core::refusal::Refusal;
use tenure_service::error::Error;
use tenure_service::handoff::HandoffRequest;
use tenure_wire::auth_result::HandoffRequest as CodeBody;

use super::carrier::Carrier;
use crate::address::Peer;
use crate::answer::{Answer, Failure};
use crate::body;
use crate::limits::CLIENT_BODY_BYTES;
use crate::request::{Path, app_id, idempotency_key};
use crate::state::Http;

/// A cookie and an auth token for the code in the body. Whatever goes wrong, a cookie that was there stays.
pub async fn redeem(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = http.service.app(&app_id(&app)?)?;
    let Carrier::Cookie(cookie) = Carrier::of(&http, &app, &headers)? else {
        return Err(Failure::malformed(
            "This app keeps no refresh tokens in cookies.",
            "Handoff codes are for apps with transport \"cookie\".",
        ));
    };
    let idempotency_key = idempotency_key(&headers)?;
    let code = read_code(&http, body).await?;
    let request = HandoffRequest {
        app: &app.id,
        code: &code,
        idempotency_key: idempotency_key.as_ref(),
        replaces: cookie.value,
    };
    match http.service.redeem(&request).await {
        Ok(issued) => cookie.hand_out(issued),
        Err(Error::Session(refusal @ Refusal::Unknown)) => {
            Err(http.guessed(peer, &headers, Failure::of_handoff(refusal)))
        }
        Err(error) => {
            let support_code = http.service.support_code_of_handoff(&error, &code);
            let failure = match error {
                Error::Session(refusal) => Failure::of_handoff(refusal),
                error => error.into(),
            };
            Err(failure.with_support_code(support_code))
        }
    }
}

async fn read_code(http: &Http, body: Body) -> Result<String, Failure> {
    let bytes = body::read(http, body, CLIENT_BODY_BYTES).await?;
    let parsed: Option<CodeBody> = body::parse(&bytes).ok();
    parsed.and_then(|body| body.handoff).ok_or_else(|| {
        Failure::malformed(
            "There is no handoff code in this request.",
            "Send {\"handoff\": \"th1_…\"} as the body.",
        )
    })
}
