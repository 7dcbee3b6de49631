//! Ending every session that matches: counted first, confirmed, then done as a job that shows its progress and can be stopped.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, response};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use tenure_core::id::AppId;
use tenure_service::admins::AdminRole;
use tenure_service::audit::Act;
use tenure_service::count::Count;
use tenure_service::end_jobs::{EndJob, JobState};
use tenure_service::error::Error;
use tenure_wire::session::SessionFilter;

use super::admin::Admin;
use super::form::Form;
use super::page::{self, AppName, Frame, PageAnswer, PageFailure, Place};
use super::{Console, query, words};
use crate::answer::Failure;
use crate::request::{Path, Query, app_id};

/// More than so many are ended only by whoever types the number.
const TYPED_ABOVE: u64 = 100;

/// The addresses of these pages.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/apps/{app}/end", get(ask).post(begin))
        .route("/apps/{app}/jobs", get(list))
        .route("/apps/{app}/jobs/{job}", get(show))
        .route("/apps/{app}/jobs/{job}/state", get(state))
        .route("/apps/{app}/jobs/{job}/stop", post(stop))
        .route("/apps/{app}/jobs/{job}/resume", post(resume))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "console/end.html")]
struct EndPage {
    frame: Frame,
    app: AppName,
    q: String,
    matches: u64,
    /// None matches.
    none: bool,
    count: String,
    everything: bool,
    typed: bool,
    reason: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "console/job.html")]
struct JobPage {
    frame: Frame,
    app: AppName,
    id: String,
    job: EndJob,
    begun: String,
    shown: Progress,
    may_end: bool,
}

#[derive(Template)]
#[template(path = "console/jobs.html")]
struct JobsPage {
    frame: Frame,
    app: AppName,
    jobs: Vec<(String, EndJob, Progress)>,
}

/// How far a job has come.
#[derive(serde::Serialize)]
struct Progress {
    state: &'static str,
    words: String,
    /// Of what matched at first, in thousandths.
    share: u64,
    running: bool,
    may_resume: bool,
}

impl Progress {
    fn of(job: &EndJob) -> Self {
        let (state, after) = match job.state {
            JobState::Running => ("running", ""),
            JobState::Done => ("done", ""),
            JobState::Stopped => ("stopped", ": the others live on"),
            JobState::Interrupted => {
                ("interrupted", ": the server stopped, or the store was not there. The others live on")
            }
        };
        Self {
            state,
            words: format!(
                "{} of {} ended{after}",
                words::number(job.ended),
                words::count(job.matched, "session")
            ),
            share: (job.ended * 1000).checked_div(job.matched).unwrap_or(1000).min(1000),
            running: job.state == JobState::Running,
            may_resume: matches!(job.state, JobState::Stopped | JobState::Interrupted),
        }
    }
}

/// How many would end; nothing does yet.
async fn ask(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    asked: Result<Query<Asked>, Failure>,
) -> PageAnswer {
    let id = app_id(&app)?;
    let (frame, app) = Frame::of_app(&console, &admin, Place::Sessions, "End sessions", &id)?;
    question(&console, (frame, app), &id, asked?.0.q, String::new(), None).await
}

async fn question(
    console: &Console,
    (frame, app): (Frame, AppName),
    id: &AppId,
    q: String,
    reason: String,
    problem: Option<String>,
) -> PageAnswer {
    let (filter, found) = counted(console, id, &q).await?;
    let matches = found.sessions;
    page::show(&EndPage {
        frame,
        app,
        matches,
        none: is_none(found),
        count: words::counted(matches, found.is_bound, "live session"),
        everything: filter == SessionFilter::default(),
        typed: matches > TYPED_ABOVE,
        q,
        reason,
        problem,
    })
}

async fn counted(console: &Console, app: &AppId, q: &str) -> Result<(SessionFilter, Count), PageFailure> {
    let service = &console.http.service;
    let filter =
        query::parse(q, service.now()?).map_err(|says| Failure::malformed(says, "Nothing has ended."))?;
    let found = service.count_live(app, &filter).await?;
    Ok((filter, found))
}

/// Whether it is certain that none matches.
fn is_none(found: Count) -> bool {
    found.sessions == 0 && !found.is_bound
}

/// Begins the job, if what was typed is what would end.
async fn begin(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let id = app_id(&app)?;
    let (frame, app) = Frame::of_app(&console, &admin, Place::Sessions, "End sessions", &id)?;
    let form = Form::read(&console.http, &headers, body).await?;
    let (q, reason) = (form.get("q").unwrap_or_default(), form.get("reason").unwrap_or_default());
    let (filter, found) = counted(&console, &id, q).await?;
    if let Some(problem) = unconfirmed(&form, found) {
        return question(&console, (frame, app), &id, q.to_owned(), reason.to_owned(), Some(problem)).await;
    }
    let service = &console.http.service;
    let why = form.get("reason").map(str::to_owned);
    let act = Act {
        action: "sessions_ended",
        app: Some(id.clone()),
        target: if q.is_empty() { "every session".to_owned() } else { q.to_owned() },
        reason: why.clone(),
        detail: json!({"filter": filter, "matched": found.sessions}),
    };
    service.audit(&admin, act).await?;
    let job = service.begin_end_job(&admin.name, &id, (&filter, q), why.as_deref()).await?;
    Ok(Redirect::to(&format!("/apps/{id}/jobs/{job}")).into_response())
}

/// What is missing before so many may end.
fn unconfirmed(form: &Form, found: Count) -> Option<String> {
    let matches = found.sessions;
    let typed = form.get("confirm").map(|typed| typed.replace([',', '.', ' '], ""));
    if is_none(found) {
        return Some("No live session matches: there is nothing to end.".to_owned());
    }
    if form.get("reason").is_none() {
        return Some("Say why: it goes to the audit log.".to_owned());
    }
    if matches > TYPED_ABOVE && typed.as_deref() != Some(&matches.to_string()) {
        return Some(format!(
            "Type {} to end so many. If that is another number than before, sessions came or went meanwhile.",
            words::number(matches)
        ));
    }
    None
}

async fn list(State(console): State<Console>, Admin(admin): Admin, Path(app): Path<String>) -> PageAnswer {
    let id = app_id(&app)?;
    let (frame, app) = Frame::of_app(&console, &admin, Place::Sessions, "Jobs", &id)?;
    let jobs = console.http.service.end_jobs_of(&id).await?;
    let jobs = jobs
        .into_iter()
        .map(|(id, job)| {
            let shown = Progress::of(&job);
            (id, job, shown)
        })
        .collect();
    page::show(&JobsPage { frame, app, jobs })
}

async fn show(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path((app, job)): Path<(String, String)>,
) -> PageAnswer {
    let id = app_id(&app)?;
    let (frame, app) = Frame::of_app(&console, &admin, Place::Sessions, "Ending sessions", &id)?;
    let found = console.http.service.end_job(&id, &job).await?;
    page::show(&JobPage {
        frame,
        app,
        id: job,
        begun: words::moment(found.begun_at().secs()),
        shown: Progress::of(&found),
        may_end: admin.require(AdminRole::Operator).is_ok(),
        job: found,
    })
}

/// The same for a script that waits.
async fn state(
    State(console): State<Console>,
    _: Admin,
    Path((app, job)): Path<(String, String)>,
) -> Result<Response, PageFailure> {
    let job = console.http.service.end_job(&app_id(&app)?, &job).await?;
    Ok(Json(Progress::of(&job)).into_response())
}

async fn stop(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path((app, job)): Path<(String, String)>,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let id = app_id(&app)?;
    audit(&console, &admin, "job_stopped", &id, &job).await?;
    console.http.service.stop_end_job(&id, &job).await?;
    Ok(back(&id, &job))
}

async fn resume(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path((app, job)): Path<(String, String)>,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let id = app_id(&app)?;
    audit(&console, &admin, "job_resumed", &id, &job).await?;
    console.http.service.resume_end_job(&id, &job).await?;
    Ok(back(&id, &job))
}

async fn audit(
    console: &Console,
    admin: &tenure_service::admins::AdminCaller,
    action: &'static str,
    app: &AppId,
    job: &str,
) -> Result<(), Error> {
    console.http.service.end_job(app, job).await?;
    let (app, target) = (Some(app.clone()), job.to_owned());
    console.http.service.audit(admin, Act { action, app, target, reason: None, detail: json!({}) }).await
}

fn back(app: &AppId, job: &str) -> response::Response {
    Redirect::to(&format!("/apps/{app}/jobs/{job}")).into_response()
}
