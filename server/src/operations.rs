//! What operators' machines ask: is it alive, can it serve, what did it do.

mod metrics;

use std::sync::PoisonError;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use serde_json::json as object;

use crate::answer::{Answer, Failure, json, ok};
use crate::cacheable::{AS_KEYS, cacheable};
use crate::code::Code;
use crate::limits::READY_FOR;
use crate::openapi::document;
use crate::state::Http;

/// The routes of operations.
pub fn routes() -> Router<Http> {
    Router::new()
        .route("/livez", get(live))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics::show))
        .route("/openapi.json", get(openapi))
}

/// What this server answers, for programs.
async fn openapi(headers: HeaderMap) -> Answer {
    cacheable("application/json", document(), AS_KEYS, &headers)
}

/// 200 as long as the process answers at all.
async fn live() -> Answer {
    ok(&object!({"status": "live"}))
}

/// 200 when a refresh could be served: the store commits and the clock is right. An answer is given again for a second, so
/// that asking costs the store nothing.
async fn ready(State(http): State<Http>) -> Answer {
    let now = http.service.monotonic();
    let known = http.ready.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let result = match known {
        Some((at, result)) if now < at + READY_FOR => result,
        _ => {
            let result = http.service.ready().await.map_err(|error| error.to_string());
            *http.ready.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, result.clone()));
            result
        }
    };
    match result {
        Ok(()) => Ok(json(StatusCode::OK, &object!({"status": "ready"}))),
        Err(why) => {
            tracing::warn!(%why, "not ready");
            Err(Failure::unavailable(Code::NotReady, "This node cannot serve right now."))
        }
    }
}
