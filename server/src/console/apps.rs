//! The apps of this installation.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use tenure_service::credentials::Caller;

use super::admin::Admin;
use super::page::{self, Frame, PageAnswer, Place};
use super::{Console, words};

/// The page's address.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/apps", get(show))
}

#[derive(Template)]
#[template(path = "console/apps.html")]
struct AppsPage {
    frame: Frame,
    lines: Vec<Line>,
}

struct Line {
    id: String,
    name: String,
    on: bool,
    preset: String,
    lifetimes: String,
}

async fn show(State(console): State<Console>, Admin(admin): Admin) -> PageAnswer {
    let frame = Frame::new(&console, &admin, Place::Apps, "Apps");
    let service = &console.http.service;
    let mut lines = Vec::new();
    for app in service.apps(&Caller::owner()) {
        let id = tenure_core::id::AppId::parse(&app.public.id).map_err(tenure_service::error::Error::bug)?;
        let now = service.session_settings(&id)?;
        let length = |key: &str| {
            now.settings.get(key).and_then(serde_json::Value::as_i64).map_or("none".to_owned(), words::length)
        };
        lines.push(Line {
            id: app.public.id,
            name: app.public.name,
            on: now.settings.get("refresh_tokens") == Some(&true.into()),
            lifetimes: format!(
                "{} · {} · {}",
                length("auth_token_ttl"),
                length("idle_timeout"),
                length("absolute_lifetime")
            ),
            preset: now.preset.unwrap_or_default(),
        });
    }
    page::show(&AppsPage { frame, lines })
}
