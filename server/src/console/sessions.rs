//! The sessions of an app: found by a few words, listed, taken along, ended.

mod export;
mod lines;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use tenure_core::id::AppId;
use tenure_service::admins::AdminRole;
use tenure_service::end_jobs::JobState;

use super::admin::Admin;
use super::page::{self, AppName, Frame, PageAnswer, PageFailure, Place};
use super::query::{self, Mistake};
use super::rows::Row;
use super::{Console, ends, words};
use crate::console::address::{Path, Query};
use crate::request::app_id;

/// The addresses of these pages.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/apps/{app}/sessions", get(list))
        .route("/apps/{app}/sessions.csv", get(export::csv))
        .route("/apps/{app}/sessions.ndjson", get(export::ndjson))
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
    problem: Option<Mistake>,
    count: String,
    as_of: i64,
    as_of_words: String,
    rows: Vec<Row>,
    next: Option<String>,
    may_end: bool,
    jobs: Vec<OpenJob>,
}

/// A job that has not come to its end.
struct OpenJob {
    id: String,
    words: String,
}

/// Sessions that match, newest first. A query that is not understood matches nothing, and is given back with what is wrong.
async fn list(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    Query(asked): Query<Asked>,
) -> PageAnswer {
    let id = app_id(&app)?;
    let (frame, app) = Frame::of_app(&console, &admin, Place::Sessions, "Sessions", &id)?;
    let service = &console.http.service;
    let now = service.now()?;
    let mut page = SessionsPage {
        frame,
        app,
        q: asked.q,
        problem: None,
        count: String::new(),
        as_of: now.secs(),
        as_of_words: words::moment(now.secs()),
        rows: Vec::new(),
        next: None,
        may_end: admin.require(AdminRole::Operator).is_ok(),
        jobs: open_jobs(&console, &id).await?,
    };
    match query::parse(&page.q, now.secs()) {
        Err(mistake) => page.problem = Some(mistake),
        Ok(filter) => {
            let found = service.list_sessions(&id, &filter, asked.cursor.as_deref(), None).await?;
            page.count = words::counted(found.total, found.total_is_bound, "session");
            page.rows = found.sessions.iter().map(|session| Row::of(session, now.secs())).collect();
            page.next = found.next_cursor;
        }
    }
    page::show(&page)
}

/// Jobs that somebody should know of before they look at numbers: those that run, and those that wait for somebody to decide.
async fn open_jobs(console: &Console, app: &AppId) -> Result<Vec<OpenJob>, PageFailure> {
    let jobs = console.http.service.end_jobs_of(app).await?.into_iter();
    let open = jobs.filter(|(_, job)| matches!(job.state, JobState::Running | JobState::Interrupted));
    Ok(open.map(|(id, job)| OpenJob { id, words: ends::in_words(&job) }).collect())
}
