//! The versions of the settings, and going back by one.

use askama::Template;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use tenure_core::settings::Settings;
use tenure_service::change_settings::{Applies, SettingsChange};
use tenure_service::error::Error;
use tenure_service::settings::patch;
use tenure_wire::settings::SettingChange;

use super::confirm::{Choices, ReviewPage, act};
use super::past::Past;
use super::{arrived, frame, with_status};
use crate::answer::Failure;
use crate::console::Console;
use crate::console::address::Query;
use crate::console::at_app::{AtApp, OperatorAt, Sent};
use crate::console::page::{self, AppName, Frame, PageAnswer, Place};

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
    at: AtApp,
    Query(stretch): Query<Stretch>,
) -> PageAnswer {
    let found = console.http.service.settings_versions(&at.app.id, stretch.before, Some(A_PAGE)).await?;
    page::show(&HistoryPage {
        frame: frame(&console, &at),
        app: at.name(),
        versions: found.versions.iter().map(Past::from).collect(),
        next_before: found.next_before,
        may_change: at.may_change() && at.app.settings_version > 1,
    })
}

/// The page before going back.
pub(super) async fn review(State(console): State<Console>, OperatorAt(at): OperatorAt) -> PageAnswer {
    let choices = Choices { applies: Applies::New, reason: None, confirmation: None };
    reviewed(&console, &at, choices, Vec::new()).await
}

/// Goes back by one version, if the present one is still that of the page.
pub(super) async fn undo(
    State(console): State<Console>,
    OperatorAt(at): OperatorAt,
    Sent(form): Sent,
) -> PageAnswer {
    let (service, id) = (&console.http.service, &at.app.id);
    let version = form.get("version").and_then(|version| version.parse().ok());
    let choices = Choices::sent(&form)?;
    let nothing = Map::new();
    let change = SettingsChange {
        given: &nothing,
        // Of a form that does not say, the version is none that there ever was.
        expected_version: Some(version.unwrap_or(0)),
        applies: choices.applies,
        reason: choices.reason.as_deref(),
        by: Some(&at.admin.name),
    };
    match service.would_undo(id, &change).await {
        Err(Error::Conflict(says)) => return overtaken(&console, &at, choices, says).await,
        // There is nothing to put down.
        Ok(false) => return Ok(arrived(&at, "unchanged")),
        undoes => drop(undoes?),
    }
    let effects = match service.effects_of_undo(id, &change).await {
        Err(Error::Conflict(says)) => return overtaken(&console, &at, choices, says).await,
        effects => effects?,
    };
    let missing = choices.missing(&effects, &[]);
    if !missing.is_empty() {
        let page = reviewed(&console, &at, choices, missing).await;
        return with_status(StatusCode::UNPROCESSABLE_ENTITY, page);
    }
    service.audit(&at.admin, act("settings_undone", &at.app, &effects, &choices)).await?;
    match service.undo_settings(id, &change).await {
        Err(Error::Conflict(says)) => overtaken(&console, &at, choices, says).await,
        undone => {
            undone?;
            Ok(arrived(&at, "undone"))
        }
    }
}

/// Somebody else was faster: what would be undone now is shown.
async fn overtaken(console: &Console, at: &AtApp, choices: Choices, says: String) -> PageAnswer {
    let at = at.anew(console)?;
    let says = vec![format!("Nothing was changed: {says}. This is what would be undone now.")];
    with_status(StatusCode::CONFLICT, reviewed(console, &at, choices, says).await)
}

async fn reviewed(console: &Console, at: &AtApp, choices: Choices, says: Vec<String>) -> PageAnswer {
    let nothing = Map::new();
    let change = SettingsChange {
        given: &nothing,
        expected_version: None,
        applies: choices.applies,
        reason: None,
        by: None,
    };
    let review = console.http.service.review_undo(&at.app.id, &change).await?;
    let [effects, ..] = &review.effects;
    let to = changed(&at.app.settings, &effects.changes)?;
    page::show(&ReviewPage {
        title: "Undo the last change",
        action: "undo",
        hidden: vec![("version", at.app.settings_version.to_string())],
        warnings: effects.warnings.clone(),
        ..ReviewPage::of(console, at, &review, (&to, &[]), choices, says)
    })
}

/// Settings after `changes`.
fn changed(settings: &Settings, changes: &[SettingChange<Value>]) -> Result<Settings, Failure> {
    let to = changes.iter().map(|change| (change.setting.clone(), change.to.clone())).collect();
    patch(settings, &to).map_err(|problems| Error::Invalid(problems).into())
}
