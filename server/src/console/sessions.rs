//! The sessions of an app: found by a few words, listed, taken along, ended.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use tenure_wire::session::SessionFilter;

use super::admin::Admin;
use super::page::{self, AppName, Frame, PageAnswer, Place};
use super::rows::Row;
use super::{Console, query, words};
use crate::answer::Failure;
use crate::request::{Path, Query, app_id};

/// The addresses of these pages.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/apps/{app}/sessions", get(list))
}

/// What is looked for, and which page of it.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "console/sessions.html")]
struct SessionsPage {
    frame: Frame,
    app: AppName,
    q: String,
    /// What was not understood of it.
    problem: Option<String>,
    count: String,
    as_of: i64,
    as_of_words: String,
    rows: Vec<Row>,
    next: Option<String>,
    may_end: bool,
}

/// Sessions that match, newest first.
async fn list(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    asked: Result<Query<Asked>, Failure>,
) -> PageAnswer {
    let (id, Query(asked)) = (app_id(&app)?, asked?);
    let (frame, app) = Frame::of_app(&console, &admin, Place::Sessions, "Sessions", &id)?;
    let service = &console.http.service;
    let now = service.now()?;
    let (filter, problem) = match query::parse(&asked.q, now) {
        Ok(filter) => (filter, None),
        Err(problem) => (SessionFilter::default(), Some(problem)),
    };
    let found = service.list_sessions(&id, &filter, asked.cursor.as_deref(), None).await?;
    let count = words::counted(found.total, found.total_is_bound, "session");
    page::show(&SessionsPage {
        frame,
        app,
        q: asked.q,
        problem,
        count,
        as_of: now.secs(),
        as_of_words: words::moment(now.secs()),
        rows: found.sessions.iter().map(|session| Row::of(session, now.secs())).collect(),
        next: found.next_cursor,
        may_end: admin.require(tenure_service::admins::AdminRole::Operator).is_ok(),
    })
}
