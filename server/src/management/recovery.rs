//! `/v1/recovery`.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::HeaderMap;
use tenure_core::time::Span;
use tenure_service::credentials::Role;
use tenure_wire::recovery::OpenRecovery;

use crate::address::Peer;
use crate::answer::{Answer, ok};
use crate::api_caller::require;
use crate::body;
use crate::state::Http;

/// Whether recovery is open, and what it may be about.
pub async fn show(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    require(&http, peer, &headers, Role::Admin, None)?;
    ok(&http.service.recovery_status()?)
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
    ok(&http.service.open_recovery(Span::from_secs(i64::from(request.seconds))).await?)
}

/// Closes recovery; again is 200 as well.
pub async fn close(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    require(&http, peer, &headers, Role::Admin, None)?;
    ok(&http.service.close_recovery().await?)
}
