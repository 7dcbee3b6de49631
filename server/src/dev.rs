//! `POST /dev/clock`, in `dev --virtual-clock` only.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use http::HeaderMap;
use http::header::{HOST, ORIGIN};
use serde::Deserialize;
use serde_json::json;
use tenure_core::time::Span;

use crate::answer::{Answer, Failure, ok};
use crate::body;
use crate::code::Code;
use crate::state::Http;

/// The longest jump at once, in seconds: ten years.
pub const LONGEST_JUMP_SECS: i64 = 315_360_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Jump {
    advance_seconds: i64,
}

/// The route; it is there only where there is a clock to move.
pub fn routes() -> Router<Http> {
    Router::new().route("/dev/clock", post(advance))
}

async fn advance(State(http): State<Http>, headers: HeaderMap, body: Body) -> Answer {
    let Some((clock, listen)) = &http.options.virtual_clock else {
        return Err(Failure::new(Code::NotFound, "There is no virtual clock here.", ""));
    };
    // A page of another site must not move it: its Host or its Origin gives it away.
    let own = |value: &str| {
        let host = value.rsplit_once(':').filter(|(_, port)| port.parse() == Ok(listen.port()));
        host.is_some_and(|(name, _)| matches!(name, "localhost" | "127.0.0.1" | "[::1]"))
    };
    let header = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let origin_is_own = header(ORIGIN).is_none_or(|origin| origin.strip_prefix("http://").is_some_and(own));
    if !header(HOST).is_some_and(own) || !origin_is_own {
        return Err(Failure::new(Code::Forbidden, "This page may not move the clock.", ""));
    }
    let jump: Jump = body::json(&http, &headers, body).await?;
    if jump.advance_seconds.unsigned_abs() > LONGEST_JUMP_SECS.unsigned_abs() {
        return Err(Failure::malformed("At most ten years at once.", ""));
    }
    let now = clock.advance(Span::from_secs(jump.advance_seconds));
    ok(&json!({"now": now.secs()}))
}
