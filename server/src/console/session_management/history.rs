//! The versions of the settings, and going back by one.

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use tenure_core::settings::Settings;
use tenure_service::admins::{AdminCaller, AdminRole};
use tenure_service::catalogue::App;
use tenure_service::change_settings::{Applies, SettingsChange};
use tenure_service::error::Error;
use tenure_service::settings::patch;
use tenure_wire::settings::SettingChange;

use super::confirm::{Choices, ReviewPage, act};
use super::effects::{WAYS, differences, tokens_of_before, way};
use super::past::Past;
use super::{place, sent, with_status};
use crate::answer::Failure;
use crate::console::Console;
use crate::console::admin::Admin;
use crate::console::page::{self, AppName, Frame, PageAnswer, Place};
use crate::request::{Path, Query};

/// Versions a page.
const A_PAGE: u32 = 20;

#[derive(Template)]
#[template(path = "console/session_management/history.html")]
struct HistoryPage {
    frame: Frame,
    app: AppName,
    versions: Vec<Past>,
    next_before: Option<u32>,
    may_change: bool,
}

/// Which stretch of the history.
#[derive(Deserialize)]
pub(super) struct Stretch {
    before: Option<u32>,
}

/// Every version, newest first.
pub(super) async fn show(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    stretch: Result<Query<Stretch>, Failure>,
) -> PageAnswer {
    let (frame, app) = place(&console, &admin, &id)?;
    let found = console.http.service.settings_versions(&app.id, stretch?.0.before, Some(A_PAGE)).await?;
    page::show(&HistoryPage {
        frame,
        app: AppName { id, name: app.name.clone() },
        versions: found.versions.iter().map(Past::from).collect(),
        next_before: found.next_before,
        may_change: admin.require(AdminRole::Operator).is_ok() && app.settings_version > 1,
    })
}

/// The page before going back.
pub(super) async fn review(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let (_, app) = place(&console, &admin, &id)?;
    let choices = Choices { applies: Applies::New, reason: None, confirmation: None };
    reviewed(&console, &admin, &app, choices, Vec::new()).await
}

/// Goes back by one version, if the present one is still that of the page.
pub(super) async fn undo(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let (_, app) = place(&console, &admin, &id)?;
    let form = sent(&console, &headers, body).await?;
    let version = form.get("version").and_then(|version| version.parse().ok());
    let choices = Choices::sent(&form)?;
    let nothing = Map::new();
    let change = SettingsChange {
        given: &nothing,
        // Of a form that does not say, the version is none that there ever was.
        expected_version: Some(version.unwrap_or(0)),
        applies: choices.applies,
        reason: choices.reason.as_deref(),
        by: Some(&admin.name),
    };
    let effects = match console.http.service.effects_of_undo(&app.id, &change).await {
        Err(Error::Conflict(says)) => return overtaken(&console, &admin, &app, choices, says).await,
        effects => effects?,
    };
    let missing = choices.missing(&effects, &[]);
    if !missing.is_empty() {
        let page = reviewed(&console, &admin, &app, choices, missing).await;
        return with_status(StatusCode::UNPROCESSABLE_ENTITY, page);
    }
    console.http.service.audit(&admin, act("settings_undone", &app, &effects, &choices)).await?;
    match console.http.service.undo_settings(&app.id, &change).await {
        Err(Error::Conflict(says)) => overtaken(&console, &admin, &app, choices, says).await,
        undone => {
            undone?;
            Ok(Redirect::to(&format!("/apps/{id}/session-management?notice=undone")).into_response())
        }
    }
}

/// Somebody else was faster: what would be undone now is shown.
async fn overtaken(
    console: &Console,
    admin: &AdminCaller,
    app: &App,
    choices: Choices,
    says: String,
) -> PageAnswer {
    let app = console.http.service.app(&app.id)?;
    let says = vec![format!("Nothing was changed: {says}. This is what would be undone now.")];
    with_status(StatusCode::CONFLICT, reviewed(console, admin, &app, choices, says).await)
}

async fn reviewed(
    console: &Console,
    admin: &AdminCaller,
    app: &App,
    choices: Choices,
    says: Vec<String>,
) -> PageAnswer {
    let nothing = Map::new();
    let (mut ways, mut last) = (Vec::new(), None);
    for named in WAYS {
        let change = SettingsChange {
            given: &nothing,
            expected_version: None,
            applies: named.0,
            reason: None,
            by: None,
        };
        let effects = console.http.service.effects_of_undo(&app.id, &change).await?;
        let to = changed(&app.settings, &effects.changes)?;
        ways.push(way(named, &effects, &to, choices.applies));
        last = Some(effects);
    }
    let effects = last.ok_or_else(|| Failure::from(Error::bug("an undo reaches nobody in no way")))?;
    page::show(&ReviewPage {
        title: "Undo the last change",
        action: "undo",
        hidden: vec![("version", app.settings_version.to_string())],
        changes: differences(&effects.changes, &[]),
        tokens: tokens_of_before(&effects),
        warnings: effects.warnings.clone(),
        ..ReviewPage::of(console, admin, app, ways, choices, says)?
    })
}

/// Settings after `changes`.
fn changed(settings: &Settings, changes: &[SettingChange<Value>]) -> Result<Settings, Failure> {
    let to = changes.iter().map(|change| (change.setting.clone(), change.to.clone())).collect();
    patch(settings, &to).map_err(|problems| Error::Invalid(problems).into())
}
