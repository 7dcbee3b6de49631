//! `ISS/webhooks`.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use tenure_core::id::AppId;
use tenure_service::credentials::Role;
use tenure_wire::webhook::{CreateWebhook, RotateWebhookSecret, UpdateWebhook, WebhookList};

use crate::address::Peer;
use crate::answer::{Answer, Failure, empty, json, ok};
use crate::api_caller::require;
use crate::body;
use crate::request::{Path, app_id};
use crate::state::Http;

/// The app's webhooks. Never their secrets.
pub async fn list(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let app = of_admin(&http, peer, &app, &headers)?;
    ok(&WebhookList { webhooks: http.service.webhooks(&app).await? })
}

/// Makes a webhook; its secret is shown this once.
pub async fn create(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = of_admin(&http, peer, &app, &headers)?;
    let new: CreateWebhook = body::json(&http, &headers, body).await?;
    Ok(json(StatusCode::CREATED, &http.service.create_webhook(&app, &new).await?))
}

/// One webhook, and how far it has come.
pub async fn show(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let app = of_admin(&http, peer, &app, &headers)?;
    ok(&http.service.webhook(&app, &id).await?)
}

/// Changes what is given.
pub async fn change(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = of_admin(&http, peer, &app, &headers)?;
    let update: UpdateWebhook = body::json(&http, &headers, body).await?;
    ok(&http.service.change_webhook(&app, &id, &update).await?)
}

/// Removes a webhook.
pub async fn delete(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let app = of_admin(&http, peer, &app, &headers)?;
    http.service.delete_webhook(&app, &id).await?;
    empty(StatusCode::OK)
}

/// Gives it a new secret, which is shown this once.
pub async fn rotate_secret(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = of_admin(&http, peer, &app, &headers)?;
    let request: RotateWebhookSecret = body::json(&http, &headers, body).await?;
    ok(&http.service.rotate_webhook_secret(&app, &id, &request).await?)
}

/// Sends a message that says nothing, and says what came of it.
pub async fn test(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let app = of_admin(&http, peer, &app, &headers)?;
    ok(&http.service.test_webhook(&app, &id, &http.options.courier).await?)
}

fn of_admin(http: &Http, peer: Peer, app: &str, headers: &HeaderMap) -> Result<AppId, Failure> {
    let app = app_id(app)?;
    require(http, peer, headers, Role::Admin, Some(&app))?;
    Ok(app)
}
