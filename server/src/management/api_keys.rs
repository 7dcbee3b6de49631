//! `ISS/api-keys`.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use tenure_service::credentials::Role;
use tenure_wire::app::{ApiKeyList, CreateApiKey};

use crate::address::Peer;
use crate::answer::{Answer, empty, json, ok};
use crate::api_caller::require;
use crate::body;
use crate::request::{Path, app_id};
use crate::state::Http;

/// The keys that reach the app. Never their secrets.
pub async fn list(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    let caller = require(&http, peer, &headers, Role::Admin, Some(&app))?;
    ok(&ApiKeyList { api_keys: http.service.api_keys(&caller, &app)? })
}

/// Makes a key; its text is shown this once.
pub async fn create(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    let caller = require(&http, peer, &headers, Role::Admin, Some(&app))?;
    let new: CreateApiKey = body::json(&http, &headers, body).await?;
    Ok(json(StatusCode::CREATED, &http.service.create_api_key(&caller, &app, &new).await?))
}

/// Takes a key back.
pub async fn revoke(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    let caller = require(&http, peer, &headers, Role::Admin, Some(&app))?;
    http.service.revoke_api_key(&caller, &app, &id).await?;
    empty(StatusCode::OK)
}
