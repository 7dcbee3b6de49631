//! A refusal as an answer: the challenge of RFC 6750 §3 and RFC 9470 §3, and a body that programs and people read.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::policy::Policy;
use crate::refusal::Refusal;

/// Seconds after which somebody tries again who met with trouble.
const RETRY_SECS: u32 = 2;

/// Has a section for each code.
const PAGE: &str = "https://github.com/tenure-rs/tenure/blob/main/docs/reference/verifier-errors.md";

#[derive(Serialize)]
struct Body {
    code: &'static str,
    error: &'static str,
    hint: String,
    refreshable: bool,
}

/// The whole answer to a request that is not let through on a route with this policy.
pub fn answer(refusal: Refusal, policy: &Policy) -> Response<Bytes> {
    let body = Body {
        code: refusal.code(),
        error: refusal.as_str(),
        hint: format!("{} {PAGE}#{}", refusal.hint(), refusal.code()),
        refreshable: refusal.is_refreshable(),
    };
    let mut response = Response::new(serde_json::to_vec(&body).unwrap_or_default().into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if refusal.is_trouble() {
        headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_SECS));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        return response;
    }
    // What goes into it is visible ASCII: words of ours, and what a policy let in.
    if let Ok(challenge) = HeaderValue::try_from(challenge(refusal, policy)) {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

fn challenge(refusal: Refusal, policy: &Policy) -> String {
    let error = match refusal {
        Refusal::MissingToken => return "Bearer".to_owned(),
        Refusal::InsufficientUserAuthentication => refusal.code(),
        _ => "invalid_token",
    };
    let mut text = format!("Bearer error=\"{error}\", error_description=\"{refusal}\"");
    if refusal == Refusal::InsufficientUserAuthentication {
        if let Some(secs) = policy.max_age_secs() {
            text.push_str(&format!(", max_age=\"{secs}\""));
        }
        if !policy.acr_values_wanted().is_empty() {
            text.push_str(&format!(", acr_values=\"{}\"", policy.acr_values_wanted().join(" ")));
        }
    }
    text
}
