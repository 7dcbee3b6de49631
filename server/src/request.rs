//! What addresses and headers say.

use axum::extract::{self, FromRequestParts};
use http::HeaderMap;
use http::request::Parts;
use serde::de::DeserializeOwned;
use tenure_core::id::{AppId, Seq};
use tenure_core::policy::Activity;
use tenure_core::time::Span;
use tenure_core::token::IdempotencyKey;
use tenure_service::error::Error;

use crate::answer::Failure;

/// The variable parts of the address.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = extract::Path::from_request_parts(parts, state).await;
        path.map(|extract::Path(path)| Self(path))
            .map_err(|_| Failure::malformed("The address is not UTF-8.", "Nothing was changed."))
    }
}

/// The query of an address that takes one.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let query = extract::Query::from_request_parts(parts, state).await;
        let hint = "Nothing was changed. docs/reference/http.md has the parameters of this address.";
        query
            .map(|extract::Query(query)| Self(query))
            .map_err(|_| Failure::malformed("The query is not understood.", hint))
    }
}

/// The app in the address; what cannot be an app's id is no app.
pub fn app_id(text: &str) -> Result<AppId, Failure> {
    AppId::parse(text).map_err(|_| Error::NotFound("app").into())
}

/// The `Idempotency-Key`, if one came.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Failure> {
    let mut values = headers.get_all("idempotency-key").iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => IdempotencyKey::parse(value.as_bytes()).map(Some).ok_or_else(bad_key),
        (Some(_), Some(_)) => Err(bad_key()),
    }
}

fn bad_key() -> Failure {
    Failure::malformed(
        "The Idempotency-Key is not one value of 16 to 255 visible ASCII characters.",
        "Draw at least 128 random bits for each refresh token, keep them with it, and send them with every try.",
    )
}

/// `Tenure-Seq`: the number that the client believes its refresh token to have, if it says so.
pub fn seq(headers: &HeaderMap) -> Result<Option<Seq>, Failure> {
    let mut values = headers.get_all("tenure-seq").iter();
    let number = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit())),
        (Some(_), Some(_)) => None,
    };
    let seq = number.and_then(|text| text.parse().ok()).map(Seq);
    seq.map(Some).ok_or_else(|| {
        Failure::malformed(
            "The Tenure-Seq header is not one number.",
            "Send the seq of the answer that the refresh token came with, or leave it out.",
        )
    })
}

/// `Tenure-Activity: focused|visible|hidden;idle=<seconds>`.
pub fn activity(headers: &HeaderMap) -> Result<Activity, Failure> {
    let Some(value) = headers.get("tenure-activity") else { return Ok(Activity::Unsaid) };
    let parsed = value.to_str().ok().and_then(|value| {
        let (state, idle) = match value.split_once(';') {
            Some((state, rest)) => (state, rest.trim().strip_prefix("idle=")?.parse::<u32>().ok()?),
            None => (value, 0),
        };
        match state.trim() {
            "focused" | "visible" => Some(Activity::Present(Span::from_secs(i64::from(idle)))),
            "hidden" => Some(Activity::Hidden),
            _ => None,
        }
    });
    parsed.ok_or_else(|| {
        Failure::malformed(
            "The Tenure-Activity header is not understood.",
            "Send focused, visible or hidden;idle=60.",
        )
    })
}
