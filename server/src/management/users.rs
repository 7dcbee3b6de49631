//! `ISS/users/{uid}`.

use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use tenure_service::credentials::Role;

use crate::address::Peer;
use crate::answer::{Answer, empty};
use crate::api_caller::require;
use crate::request::{Path, app_id};
use crate::state::Http;

/// Ends every session of a user, and refuses their stateless auth tokens from now on.
pub async fn end(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, uid)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Backend, Some(&app))?;
    http.service.end_user(&app, &uid).await?;
    empty(StatusCode::OK)
}
