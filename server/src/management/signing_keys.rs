//! `ISS/signing-keys`.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use tenure_service::credentials::Role;
use tenure_wire::app::{RetireSigningKey, RotateSigningKey, SigningKeyList};

use crate::address::Peer;
use crate::answer::{Answer, json, ok};
use crate::api_caller::require;
use crate::body;
use crate::request::{Path, app_id};
use crate::state::Http;

/// The app's signing keys. Never their private parts.
pub async fn list(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Admin, Some(&app))?;
    ok(&SigningKeyList { signing_keys: http.service.signing_keys(&app)? })
}

/// Publishes a new key.
pub async fn rotate(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Admin, Some(&app))?;
    let request: RotateSigningKey = body::json(&http, &headers, body).await?;
    Ok(json(StatusCode::CREATED, &http.service.rotate_signing_key(&app, &request).await?))
}

/// Retires a key.
pub async fn retire(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, kid)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Admin, Some(&app))?;
    let request: RetireSigningKey = body::json(&http, &headers, body).await?;
    ok(&SigningKeyList { signing_keys: http.service.retire_signing_key(&app, &kid, &request).await? })
}
