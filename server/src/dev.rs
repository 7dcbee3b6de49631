//! `POST /dev/clock`, in `dev --virtual-clock` only.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use tenure_core::time::Span;

use crate::answer::{Answer, Failure, ok};
use crate::body;
use crate::code::Code;
use crate::own_page;
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
    let Some((dev, clock)) =
        http.options.dev.as_ref().and_then(|dev| Some((dev, dev.virtual_clock.as_ref()?)))
    else {
        return Err(Failure::new(Code::NotFound, "There is no virtual clock here.", ""));
    };
    if !own_page::sent_it(dev.listen, &headers) {
        return Err(Failure::new(Code::Forbidden, "This page may not move the clock.", ""));
    }
    let jump: Jump = body::json(&http, &headers, body).await?;
    if jump.advance_seconds.unsigned_abs() > LONGEST_JUMP_SECS.unsigned_abs() {
        return Err(Failure::malformed("At most ten years at once.", ""));
    }
    let now = clock.advance(Span::from_secs(jump.advance_seconds));
    ok(&json!({"now": now.secs()}))
}
