//! `/v1/recovery`.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use tenure_core::time::Span;
use tenure_service::credentials::Role;

use crate::address::Peer;
use crate::answer::{Answer, ok};
use crate::api_caller::require;
use crate::body;
use crate::state::Http;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenRecovery {
    seconds: u32,
}

/// Opens recovery for a bounded time.
pub async fn open(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    require(&http, peer, &headers, Role::Admin, None)?;
    let request: OpenRecovery = body::json(&http, &headers, body).await?;
    let closes_at = http.service.open_recovery(Span::from_secs(i64::from(request.seconds))).await?;
    ok(&json!({"closes_at": closes_at.secs()}))
}
