//! `/v1/apps`, and what of `ISS` needs a key.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use tenure_service::apps::managed;
use tenure_service::credentials::Role;
use tenure_wire::app::{AppAnswer, AppList, CreateApp};

use crate::address::Peer;
use crate::answer::{Answer, empty, json, ok};
use crate::api_caller::require;
use crate::body;
use crate::request::{Path, app_id};
use crate::state::Http;

/// Every app that the caller reaches.
pub async fn list(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    let caller =
        crate::api_caller::identify(&http, peer, &headers)?.ok_or_else(crate::api_caller::missing)?;
    caller.require_role(Role::Backend)?;
    ok(&AppList { apps: http.service.apps(&caller) })
}

/// Creates an app.
pub async fn create(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    require(&http, peer, &headers, Role::Admin, None)?;
    let new: CreateApp = body::json(&http, &headers, body).await?;
    let app = http.service.create_app(&new).await?;
    Ok(json(StatusCode::CREATED, &AppAnswer { app: managed(&app) }))
}

/// Renames an app.
pub async fn update(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Admin, Some(&app))?;
    let update = body::json(&http, &headers, body).await?;
    let app = http.service.update_app(&app, &update).await?;
    ok(&AppAnswer { app: managed(&app) })
}

/// Removes an app, with everything of it.
pub async fn delete(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Admin, Some(&app))?;
    http.service.delete_app(&app).await?;
    empty(StatusCode::OK)
}
