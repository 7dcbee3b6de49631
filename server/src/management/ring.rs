//! `/v1/ring`.

use axum::extract::{Extension, State};
use http::HeaderMap;
use tenure_service::credentials::Role;

use crate::address::Peer;
use crate::answer::{Answer, ok};
use crate::api_caller::require;
use crate::state::Http;

/// What the nodes hold of the key ring. Never a key.
pub async fn show(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    require(&http, peer, &headers, Role::Admin, None)?;
    ok(&http.service.ring_report().await?)
}
