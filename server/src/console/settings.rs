//! App → Authentication → Session Management: choosing the settings of sessions, and seeing what they mean before anything changes.

mod fields;
mod history;
mod presets;
mod review;
mod timeline;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::{get, post};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value};
use tenure_core::id::AppId;
use tenure_service::admins::AdminRole;
use tenure_service::meaning::{Meaning, Preview};

use self::fields::{ADVANCED, Kind, LIFETIMES, Setting, typed};
use self::presets::Card;
use self::timeline::Timeline;
use super::Console;
use super::admin::Admin;
use super::form::Form;
use super::page::{self, AppName, Frame, PageAnswer, PageFailure, Place};
use crate::answer::Failure;
use crate::request::{Path, Query, app_id};

/// The addresses of these pages.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/apps/{app}/session-management", get(show))
        .route("/apps/{app}/session-management/preview", post(preview))
        .merge(review::routes())
        .merge(history::routes())
}

#[derive(Deserialize)]
struct Asked {
    preset: Option<String>,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/settings.html")]
struct SettingsPage {
    frame: Frame,
    app: AppName,
    version: u32,
    cards: Vec<Card>,
    /// The preset that the form begins with.
    preset: String,
    refresh_tokens: bool,
    lifetimes: Vec<Field>,
    advanced: Vec<Field>,
    off_the_shelf: bool,
    means: Means,
    may_change: bool,
}

/// What the settings mean: a part of the page that is made anew as somebody types.
#[derive(Template)]
#[template(path = "console/means.html")]
pub(super) struct Means {
    timeline: Option<Timeline>,
    meaning: Option<Meaning>,
    problems: Vec<(String, String)>,
    changes: usize,
}

/// A setting with its value.
pub(super) struct Field {
    key: &'static str,
    label: &'static str,
    about: &'static str,
    value: String,
    choices: Vec<(&'static str, bool)>,
    is_list: bool,
    is_text: bool,
    problem: Option<String>,
}

impl Field {
    fn of(setting: &Setting, preview: &Preview) -> Self {
        let value = typed(setting.key, preview.settings.get(setting.key).unwrap_or(&Value::Null));
        let choices = match setting.kind {
            Kind::Choice(choices) => choices.iter().map(|choice| (*choice, *choice == value)).collect(),
            _ => Vec::new(),
        };
        let path = format!("settings.{}", setting.key);
        Self {
            key: setting.key,
            label: setting.label,
            about: setting.about,
            choices,
            is_list: setting.kind == Kind::List,
            is_text: setting.kind == Kind::Text,
            problem: preview.problems.iter().find(|problem| problem.path == path).map(|p| p.says.clone()),
            value,
        }
    }
}

impl Means {
    pub(super) fn of(preview: Preview) -> Self {
        let number = |key: &str| preview.settings.get(key).and_then(Value::as_i64);
        let on = preview.settings.get("refresh_tokens") == Some(&Value::Bool(true));
        let lifetimes = (number("auth_token_ttl"), number("absolute_lifetime"));
        let timeline = match lifetimes {
            (Some(ttl), Some(absolute)) if on => Some(Timeline::of(ttl, number("idle_timeout"), absolute)),
            _ => None,
        };
        let label = |path: &str| {
            let key = path.strip_prefix("settings.").unwrap_or(path);
            let known = LIFETIMES.iter().chain(&ADVANCED).find(|setting| setting.key == key);
            known.map_or(key, |setting| setting.label).to_owned()
        };
        Self {
            timeline,
            problems: preview
                .problems
                .iter()
                .map(|problem| (label(&problem.path), problem.says.clone()))
                .collect(),
            changes: preview.changes.len(),
            meaning: preview.meaning,
        }
    }
}

/// The settings as they are, or as a preset would make them; nothing changes by looking.
async fn show(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    asked: Result<Query<Asked>, Failure>,
) -> PageAnswer {
    let (id, asked) = (app_id(&app)?, asked?.0);
    let (mut frame, app) =
        Frame::of_app(&console, &admin, Place::SessionManagement, "Session Management", &id)?;
    frame.notice = match asked.done.as_deref() {
        Some("applied") => Some("The new settings are in force.".to_owned()),
        Some("created") => Some("The app is there. Now say how long its users stay signed in.".to_owned()),
        _ => None,
    };
    let may_change = admin.require(AdminRole::Operator).is_ok();
    let now = console.http.service.session_settings(&id)?;
    let mut given = Map::new();
    if let Some(preset) = &asked.preset {
        given.insert("preset".to_owned(), preset.clone().into());
    }
    let preview = console.http.service.preview_settings(&id, &given).await?;
    let preset = asked.preset.or(now.preset).unwrap_or_default();
    let page = page_of(frame, app, (now.version, preset), preview, may_change);
    page::show(&page)
}

fn page_of(
    frame: Frame,
    app: AppName,
    (version, preset): (u32, String),
    preview: Preview,
    may_change: bool,
) -> SettingsPage {
    let on = preview.settings.get("refresh_tokens") == Some(&Value::Bool(true));
    let leeway = preview.settings.get("retry_leeway").and_then(Value::as_i64).unwrap_or(0);
    let others = ADVANCED.iter().filter(|setting| setting.kind != Kind::Switch);
    SettingsPage {
        frame,
        app,
        version,
        cards: presets::cards(&preset),
        preset,
        refresh_tokens: on,
        lifetimes: LIFETIMES.iter().map(|setting| Field::of(setting, &preview)).collect(),
        advanced: others.map(|setting| Field::of(setting, &preview)).collect(),
        off_the_shelf: leeway > 0,
        means: Means::of(preview),
        may_change,
    }
}

/// What is typed, and what it means: the part of the page that says so.
async fn preview(
    State(console): State<Console>,
    _: Admin,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    let id = app_id(&app)?;
    let form = Form::read(&console.http, &headers, body).await?;
    let preview = console.http.service.preview_settings(&id, &given(&form)).await?;
    page::show(&Means::of(preview))
}

/// What the form says, as the management API takes it: all of it, over the preset that it began with.
pub(super) fn given(form: &Form) -> Map<String, Value> {
    let mut given = fields::read(form);
    match form.get("preset") {
        Some(preset) => given.insert("preset".to_owned(), preset.into()),
        None => given.insert("preset".to_owned(), Value::Null),
    };
    given
}

/// A page of these settings with what somebody typed, and what is wrong with it.
pub(super) async fn again(
    console: &Console,
    (frame, app): (Frame, AppName),
    id: &AppId,
    form: &Form,
) -> Result<axum::response::Response, PageFailure> {
    let now = console.http.service.session_settings(id)?;
    let preview = console.http.service.preview_settings(id, &given(form)).await?;
    let preset = form.get("preset").unwrap_or_default().to_owned();
    page::show(&page_of(frame, app, (now.version, preset), preview, true))
}
