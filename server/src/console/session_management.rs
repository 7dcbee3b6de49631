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

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tenure_core::preset::Preset;
use tenure_service::admins::{AdminCaller, AdminRole};
use tenure_service::catalogue::App;

use self::draft::Draft;
use self::form::FormPage;
use self::meaning::{MeaningPiece, MeaningView};
use self::since::since;
use super::Console;
use super::admin::Admin;
use super::form::Form;
use super::page::{self, Frame, PageAnswer, Place};
use crate::answer::Failure;
use crate::limits::MANAGEMENT_BODY_BYTES;
use crate::request::{Path, Query, app_id};

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
async fn show(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    arrival: Result<Query<Arrival>, Failure>,
) -> PageAnswer {
    let (mut frame, app) = place(&console, &admin, &id)?;
    let Arrival { notice: word, preset } = arrival?.0;
    frame.notice = word.and_then(|word| notice(&word, &app));
    let draft = filled(Draft::of(&app), preset.as_deref(), &app)?;
    let page = FormPage::of(&console, &admin, frame, &app, draft).await?;
    page::show(&page)
}

/// What was typed, with a preset filled in or taken away if that was asked for.
async fn edit(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let (frame, app) = place(&console, &admin, &id)?;
    let form = sent(&console, &headers, body).await?;
    let draft = filled(Draft::sent(&form)?, form.get("fill"), &app)?;
    let page = FormPage::of(&console, &admin, frame, &app, draft).await?;
    page::show(&page)
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
async fn preview(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let app = console.http.service.app(&app_id(&id)?)?;
    let draft = Draft::sent(&sent(&console, &headers, body).await?)?;
    page::show(&MeaningPiece { meaning: MeaningView::of(&console, &app, &draft).await? })
}

/// The form again, with what is wrong beside each field.
async fn mend(console: &Console, admin: &AdminCaller, app: &App, draft: Draft) -> PageAnswer {
    let (frame, _) = place(console, admin, app.id.as_str())?;
    let page = FormPage::of(console, admin, frame, app, draft).await?;
    with_status(StatusCode::UNPROCESSABLE_ENTITY, page::show(&page))
}

fn with_status(status: StatusCode, page: PageAnswer) -> PageAnswer {
    page.map(|mut page| {
        *page.status_mut() = status;
        page
    })
}

/// The frame and the app of every page here.
fn place(
    console: &Console,
    admin: &AdminCaller,
    id: &str,
) -> Result<(Frame, Arc<App>), super::page::PageFailure> {
    let id = app_id(id)?;
    let (frame, _) = Frame::of_app(console, admin, Place::SessionManagement, "Session Management", &id)?;
    Ok((frame, console.http.service.app(&id)?))
}

async fn sent(console: &Console, headers: &HeaderMap, body: Body) -> Result<Form, Failure> {
    Form::read_up_to(MANAGEMENT_BODY_BYTES, &console.http, headers, body).await
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
