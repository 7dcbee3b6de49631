//! App → Session Management: choosing session settings, with what they mean beside them.
//!
//! Nothing is changed here: [`review`] shows what a change does before it makes it, [`history`] goes back.

mod history;
mod review;

mod confirm;
mod form;

mod cards;
mod effects;
mod meaning;
mod past;
mod since;
mod timeline;

mod draft;

mod fields;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use serde::Deserialize;
use tenure_core::preset::Preset;
use tenure_service::catalogue::App;

use self::draft::Draft;
use self::form::FormPage;
use self::meaning::{MeaningPiece, MeaningView};
use self::since::since;
use super::Console;
use super::at_app::{AtApp, OperatorAt, Sent};
use super::page::{self, Frame, Next, PageAnswer, Place};
use crate::answer::Failure;
use crate::console::address::Query;

/// The addresses of these pages.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/apps/{app}/session-management", get(show))
        .route("/apps/{app}/session-management/edit", post(edit))
        .route("/apps/{app}/session-management/preview", post(preview))
        .route("/apps/{app}/session-management/review", post(review::show))
        .route("/apps/{app}/session-management/apply", post(review::apply))
        .route("/apps/{app}/session-management/history", get(history::show))
        .route("/apps/{app}/session-management/undo", get(history::review).post(history::undo))
}

/// What the page says first.
#[derive(Deserialize)]
struct Arrival {
    notice: Option<String>,
    preset: Option<String>,
}

/// The settings as they are, or with a preset filled in; nothing changes by looking.
async fn show(State(console): State<Console>, at: AtApp, Query(arrival): Query<Arrival>) -> PageAnswer {
    let Arrival { notice: word, preset } = arrival;
    let draft = filled(Draft::of(&at.app), preset.as_deref(), &at.app)?;
    let applied = word.as_deref() == Some("applied");
    let said = word.and_then(|word| notice(&word, &at.app));
    let mut page = FormPage::of(&console, &at, said, draft).await?;
    if applied && console.http.service.first_steps().await?.is_some() {
        page.frame.next = Some(Next { words: "Go on with your first session", address: "/".to_owned() });
    }
    page::show(&page)
}

/// What was typed, with a preset filled in or taken away if that was asked for.
async fn edit(State(console): State<Console>, OperatorAt(at): OperatorAt, Sent(form): Sent) -> PageAnswer {
    let draft = filled(Draft::sent(&form)?, form.get("fill"), &at.app)?;
    page::show(&FormPage::of(&console, &at, None, draft).await?)
}

/// The draft with this preset filled in, or with none named.
fn filled(draft: Draft, fill: Option<&str>, app: &App) -> Result<Draft, Failure> {
    match fill {
        None => Ok(draft),
        Some("none") => Ok(draft.without_preset()),
        Some(preset) => match Preset::find(preset) {
            Some(preset) => Ok(draft.with_preset(preset, app)),
            None => Err(Failure::malformed("There is no such preset.", "Nothing was changed.")),
        },
    }
}

/// What is typed means this: a piece of the page, made anew as one types.
async fn preview(State(console): State<Console>, OperatorAt(at): OperatorAt, Sent(form): Sent) -> PageAnswer {
    let draft = Draft::sent(&form)?;
    page::show(&MeaningPiece { meaning: MeaningView::of(&console, &at.app, &draft).await? })
}

/// The form again, with what is wrong beside each field.
async fn mend(console: &Console, at: &AtApp, draft: Draft) -> PageAnswer {
    let page = FormPage::of(console, at, None, draft).await?;
    with_status(StatusCode::UNPROCESSABLE_ENTITY, page::show(&page))
}

fn with_status(status: StatusCode, page: PageAnswer) -> PageAnswer {
    page.map(|mut page| {
        *page.status_mut() = status;
        page
    })
}

/// Back to the form, which says what was done.
fn arrived(at: &AtApp, notice: &str) -> Response {
    Redirect::to(&format!("/apps/{}/session-management?notice={notice}", at.app.id)).into_response()
}

/// The frame of every page here.
fn frame(console: &Console, at: &AtApp) -> Frame {
    at.frame(console, Place::SessionManagement, "Session Management")
}

/// What a word in the address says; other words say nothing.
fn notice(word: &str, app: &App) -> Option<String> {
    let version = app.settings_version;
    match word {
        "applied" => Some(format!("Done: version {version} of the settings is in force.")),
        "undone" => Some(format!("Undone: version {version} of the settings is in force.")),
        "unchanged" => {
            Some(format!("The settings were like this already: version {version} stays in force."))
        }
        "created" => Some("The app is there. Its refresh tokens are off: choose what suits it.".to_owned()),
        _ => None,
    }
}
