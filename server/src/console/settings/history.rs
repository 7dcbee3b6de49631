//! The versions of an app's settings, and going back by one.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use http::HeaderMap;
use serde_json::{Map, json};
use tenure_service::admins::AdminRole;
use tenure_service::audit::Act;
use tenure_service::change_settings::{Applies, SettingsChange};

use super::review::{Changed, changed};
use crate::answer::Failure;
use crate::console::admin::Admin;
use crate::console::form::Form;
use crate::console::page::{self, AppName, Frame, PageAnswer, Place};
use crate::console::{Console, words};
use crate::request::{Path, app_id};

pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/apps/{app}/session-management/history", get(show))
        .route("/apps/{app}/session-management/undo", post(undo))
}

#[derive(Template)]
#[template(path = "console/history.html")]
struct HistoryPage {
    frame: Frame,
    app: AppName,
    versions: Vec<Version>,
    version: u32,
    may_undo: bool,
}

struct Version {
    version: u32,
    at: i64,
    at_words: String,
    preset: Option<String>,
    changes: Vec<Changed>,
    applies: String,
    reason: String,
}

async fn show(State(console): State<Console>, Admin(admin): Admin, Path(app): Path<String>) -> PageAnswer {
    let id = app_id(&app)?;
    let (frame, app) = Frame::of_app(&console, &admin, Place::SessionManagement, "History", &id)?;
    let service = &console.http.service;
    let found = service.settings_versions(&id, None, None).await?;
    let version = |version: tenure_wire::settings::SettingsVersion<serde_json::Value>| Version {
        version: version.version,
        at: version.at,
        at_words: words::moment(version.at),
        preset: version.preset,
        changes: changed(&version.changes),
        applies: version.applies.unwrap_or_default().replace('_', " "),
        reason: version.reason.unwrap_or_default(),
    };
    page::show(&HistoryPage {
        frame,
        app,
        version: service.session_settings(&id)?.version,
        may_undo: admin.require(AdminRole::Operator).is_ok() && found.versions.len() > 1,
        versions: found.versions.into_iter().map(version).collect(),
    })
}

/// Goes back to the version before, for sessions that are opened from now on.
async fn undo(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let id = app_id(&app)?;
    let form = Form::read(&console.http, &headers, body).await?;
    let version = form.get("version").and_then(|version| version.parse().ok());
    let version = version.ok_or_else(|| {
        Failure::malformed("The form does not say which version to undo.", "Nothing was changed.")
    })?;
    let (given, reason) = (Map::new(), form.get("reason"));
    let change =
        SettingsChange { given: &given, expected_version: Some(version), applies: Applies::New, reason };
    let service = &console.http.service;
    let effects = service.effects_of_undo(&id, &change).await?;
    let act = Act {
        action: "settings_undone",
        app: Some(id.clone()),
        target: format!("version {version}"),
        reason: reason.map(str::to_owned),
        detail: json!({"changes": effects.changes}),
    };
    service.audit(&admin, act).await?;
    service.undo_settings(&id, &change).await?;
    Ok(Redirect::to(&format!("/apps/{id}/session-management?done=applied")).into_response())
}
