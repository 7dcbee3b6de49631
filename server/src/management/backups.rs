//! `/v1/backups`.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use tenure_service::credentials::Role;
use tenure_service::error::Error;
use tenure_wire::recovery::CreateBackup;

use crate::address::Peer;
use crate::answer::{Answer, json, ok};
use crate::api_caller::require;
use crate::body;
use crate::state::Http;

/// The backup under way, and the last one.
pub async fn show(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    require(&http, peer, &headers, Role::Admin, None)?;
    ok(&http.service.backup_status())
}

/// Begins a backup. Whoever may write files on this machine can open the process's own socket; an API key alone does not
/// make anybody that.
pub async fn create(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    require(&http, peer, &headers, Role::Admin, None)?;
    let request: CreateBackup = body::json(&http, &headers, body).await?;
    if peer != Peer::Owner {
        let says = "A backup is a file on the server's machine: only its own socket may ask for one.";
        return Err(Error::Forbidden(says).into());
    }
    Ok(json(StatusCode::ACCEPTED, &http.service.start_backup(&request.to).await?))
}
