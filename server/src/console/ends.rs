//! Ending every session that matches: counted first, confirmed, then done as a job that shows its progress and can be stopped.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_service::audit::Act;
use tenure_service::end_jobs::{EndJob, JobState, NewEndJob, opened_by};
use tenure_wire::session::SessionFilter;

use super::at_app::{AtApp, OperatorAt, Sent};
use super::form::Form;
use super::page::{self, AppName, Frame, PageAnswer, PageFailure, Place};
use super::{Console, query, words};
use crate::answer::Failure;
use crate::console::address::{Path, Query};

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

/// Which job.
#[derive(Deserialize)]
struct OfJob {
    job: String,
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
    as_of: i64,
    as_of_words: String,
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
    /// Of what there was to do, in thousandths.
    share: u64,
    running: bool,
    may_resume: bool,
    /// Somebody has to say what becomes of it.
    may_leave: bool,
}

impl Progress {
    fn of(job: &EndJob) -> Self {
        let state = match job.state {
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Stopped => "stopped",
            JobState::Interrupted => "interrupted",
        };
        Self {
            state,
            words: in_words(job),
            share: match job.state {
                JobState::Done => 1000,
                _ => (job.ended * 1000).checked_div(job.matched).unwrap_or(1000).min(1000),
            },
            running: job.state == JobState::Running,
            may_resume: matches!(job.state, JobState::Stopped | JobState::Interrupted),
            may_leave: job.state == JobState::Interrupted,
        }
    }
}

/// How far a job has come, in a sentence.
pub(super) fn in_words(job: &EndJob) -> String {
    let of = format!("{} of {}", words::number(job.ended), words::count(job.matched, "session"));
    let at_least = if job.uncounted { "at least " } else { "" };
    match job.state {
        JobState::Running if job.uncounted => format!("At least {of} ended so far"),
        JobState::Running => format!("{of} ended so far"),
        JobState::Done if job.uncounted => {
            format!("None is left. At least {of} ended; the last before an interruption were not counted")
        }
        JobState::Done if job.ended < job.matched => format!("{of} ended; the others no longer matched"),
        JobState::Done => format!("{of} ended"),
        JobState::Stopped => format!("Stopped after {at_least}{of}; the others live on"),
        JobState::Interrupted => {
            format!("Interrupted after {at_least}{of}; the others live on until somebody decides")
        }
    }
}

/// How many would end; nothing does yet.
async fn ask(State(console): State<Console>, at: AtApp, Query(asked): Query<Asked>) -> PageAnswer {
    let counted = counted(&console, &at.app.id, asked.q, console.http.service.now()?).await?;
    question(&console, &at, counted, String::new(), None)
}

/// What is asked about.
struct Counted {
    q: String,
    filter: SessionFilter,
    as_of: Timestamp,
    matches: u64,
    /// There are more, or may be.
    is_bound: bool,
}

/// What `q` means at `as_of`, and how many of those that were opened by then would end now.
async fn counted(
    console: &Console,
    app: &AppId,
    q: String,
    as_of: Timestamp,
) -> Result<Counted, PageFailure> {
    let filter = query::parse(&q, as_of.secs()).map_err(|mistake| {
        Failure::malformed(format!("“{}” {}.", mistake.word, mistake.says), "Nothing has ended.")
    })?;
    let found = console.http.service.count_live(app, &opened_by(as_of, &filter)).await?;
    Ok(Counted { q, filter, as_of, matches: found.sessions, is_bound: found.is_bound })
}

fn question(
    console: &Console,
    at: &AtApp,
    counted: Counted,
    reason: String,
    problem: Option<String>,
) -> PageAnswer {
    let Counted { q, filter, as_of, matches, is_bound } = counted;
    page::show(&EndPage {
        frame: at.frame(console, Place::Sessions, "End sessions"),
        app: at.name(),
        matches,
        none: matches == 0 && !is_bound,
        count: words::counted(matches, is_bound, "session"),
        everything: is_everything(&filter),
        typed: matches > TYPED_ABOVE,
        q,
        as_of: as_of.secs(),
        as_of_words: words::moment(as_of.secs()),
        reason,
        problem,
    })
}

/// Whether nothing says which sessions are meant: that they live is no more than that they can end.
fn is_everything(filter: &SessionFilter) -> bool {
    let status = filter.status.clone();
    *filter == SessionFilter { status, ..SessionFilter::default() }
}

/// Begins the job, if what was typed is what would end. Else asks again, and keeps what else was typed.
async fn begin(State(console): State<Console>, OperatorAt(at): OperatorAt, Sent(form): Sent) -> PageAnswer {
    let (service, id) = (&console.http.service, &at.app.id);
    // The question is about those that were there when it was asked: otherwise, with people signing in, no number would hold.
    let (now, asked) = (service.now()?, form.get("as_of").and_then(|text| text.parse().ok()));
    let as_of = asked.map_or(now, Timestamp::from_secs).min(now);
    let counted = counted(&console, id, form.get("q").unwrap_or_default().to_owned(), as_of).await?;
    let reason = form.get("reason").unwrap_or_default().to_owned();
    if let Some(problem) = unconfirmed(&form, &counted) {
        return question(&console, &at, counted, reason, Some(problem));
    }
    let act = Act {
        action: "sessions_ended",
        app: Some(id.clone()),
        target: if counted.q.is_empty() { "every session".to_owned() } else { shortened(&counted.q) },
        reason: Some(reason.clone()),
        detail: json!({"filter": counted.filter, "matched": counted.matches}),
    };
    service.audit(&at.admin, act).await?;
    let new = NewEndJob { filter: &counted.filter, words: &counted.q, why: Some(&reason), as_of };
    let job = service.begin_end_job(&at.admin.name, id, new).await?;
    Ok(to_job(&at, &job))
}

fn shortened(q: &str) -> String {
    q.chars().take(200).collect()
}

/// What is missing before so many may end.
fn unconfirmed(form: &Form, counted: &Counted) -> Option<String> {
    let number = |name: &str| {
        let typed = form.get(name)?;
        typed.replace([',', '.', ' '], "").parse::<u64>().ok()
    };
    let matches = counted.matches;
    if matches == 0 && !counted.is_bound {
        return Some("No live session matches: there is nothing to end.".to_owned());
    }
    if form.get("reason").is_none() {
        return Some("Say why: it goes to the audit log.".to_owned());
    }
    // Fewer than were shown are fewer than were agreed to.
    let shown = number("matches").filter(|shown| matches <= *shown).unwrap_or(matches);
    if matches > TYPED_ABOVE && number("confirm") != Some(shown) {
        return Some(format!("Type {} to end so many. Nothing has ended.", words::number(matches)));
    }
    if is_everything(&counted.filter) && form.get("everything").is_none() {
        return Some("Say that every live session is meant. Nothing has ended.".to_owned());
    }
    None
}

async fn list(State(console): State<Console>, at: AtApp) -> PageAnswer {
    let jobs = console.http.service.end_jobs_of(&at.app.id).await?.into_iter();
    let jobs = jobs.map(|(id, job)| {
        let shown = Progress::of(&job);
        (id, job, shown)
    });
    page::show(&JobsPage {
        frame: at.frame(&console, Place::Sessions, "Jobs"),
        app: at.name(),
        jobs: jobs.collect(),
    })
}

async fn show(State(console): State<Console>, at: AtApp, Path(OfJob { job: id }): Path<OfJob>) -> PageAnswer {
    let job = console.http.service.end_job(&at.app.id, &id).await?;
    page::show(&JobPage {
        frame: at.frame(&console, Place::Sessions, "Ending sessions"),
        app: at.name(),
        id,
        begun: words::moment(job.begun_at().secs()),
        shown: Progress::of(&job),
        may_end: at.may_change(),
        job,
    })
}

/// The same for a script that waits.
async fn state(
    State(console): State<Console>,
    at: AtApp,
    Path(OfJob { job }): Path<OfJob>,
) -> Result<Response, PageFailure> {
    let job = console.http.service.end_job(&at.app.id, &job).await?;
    Ok(Json(Progress::of(&job)).into_response())
}

async fn stop(
    State(console): State<Console>,
    OperatorAt(at): OperatorAt,
    Path(OfJob { job }): Path<OfJob>,
) -> PageAnswer {
    audit(&console, &at, "job_stopped", &job).await?;
    console.http.service.stop_end_job(&at.app.id, &job).await?;
    Ok(to_job(&at, &job))
}

async fn resume(
    State(console): State<Console>,
    OperatorAt(at): OperatorAt,
    Path(OfJob { job }): Path<OfJob>,
) -> PageAnswer {
    audit(&console, &at, "job_resumed", &job).await?;
    console.http.service.resume_end_job(&at.app.id, &job).await?;
    Ok(to_job(&at, &job))
}

async fn audit(console: &Console, at: &AtApp, action: &'static str, job: &str) -> Result<(), PageFailure> {
    let (service, app) = (&console.http.service, at.app.id.clone());
    service.end_job(&app, job).await?;
    let act = Act { action, app: Some(app), target: job.to_owned(), reason: None, detail: json!({}) };
    Ok(service.audit(&at.admin, act).await?)
}

fn to_job(at: &AtApp, job: &str) -> Response {
    Redirect::to(&format!("/apps/{}/jobs/{job}", at.app.id)).into_response()
}

#[cfg(test)]
mod tests;
