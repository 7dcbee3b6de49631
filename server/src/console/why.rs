//! Why was I signed out? A support code, or who it was, gives the reason in plain words.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use tenure_core::support_code::SupportCode;
use tenure_service::why::Explained;

use super::admin::Admin;
use super::page::{self, Frame, PageAnswer, Place};
use super::{Console, rows, words};
use crate::answer::Failure;
use crate::request::{Query, app_id};

/// The page's address.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/why", get(show))
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    code: String,
    #[serde(default)]
    app: String,
    #[serde(default)]
    user: String,
}

#[derive(Template)]
#[template(path = "console/why.html")]
struct WhyPage {
    frame: Frame,
    asked: Asked,
    problem: Option<&'static str>,
    answers: Vec<Said>,
}

/// One session's answer.
struct Said {
    session_id: String,
    app_id: String,
    user_id: String,
    state: String,
    tone: &'static str,
    happened: &'static str,
    advice: &'static str,
    created: String,
    over: Option<String>,
}

impl From<Explained> for Said {
    fn from(explained: Explained) -> Self {
        let Explained { session, happened, advice } = explained;
        let (state, tone) = rows::state(&session);
        let deadline =
            session.idle_expires_at.map_or(session.expires_at, |idle| idle.min(session.expires_at));
        let over = session.ended_at.or((session.status == "expired").then_some(deadline));
        Self {
            created: words::moment(session.created_at),
            over: over.map(words::moment),
            session_id: session.session_id,
            app_id: session.app_id,
            user_id: session.user_id,
            state,
            tone,
            happened,
            advice,
        }
    }
}

async fn show(
    State(console): State<Console>,
    Admin(admin): Admin,
    asked: Result<Query<Asked>, Failure>,
) -> PageAnswer {
    let asked = asked?.0;
    let frame = Frame::new(&console, &admin, Place::Why, "Why was I signed out?");
    let service = &console.http.service;
    let (mut problem, mut answers) = (None, Vec::new());
    if !asked.code.trim().is_empty() {
        match SupportCode::parse(&asked.code) {
            None => {
                problem =
                    Some("This is no support code, or a letter of it is wrong: it has 12 letters and digits.")
            }
            Some(code) => answers.extend(service.explain(code).await?.map(Said::from)),
        }
        if problem.is_none() && answers.is_empty() {
            problem = Some("No session is kept that this code names. What was over long ago is removed.");
        }
    } else if !asked.user.trim().is_empty() {
        let found = service.explain_user(&app_id(&asked.app)?, asked.user.trim(), None).await?;
        answers.extend(found.into_iter().map(Said::from));
        if answers.is_empty() {
            problem = Some("This user has no session here, and had none that is still kept.");
        }
    }
    page::show(&WhyPage { frame, asked, problem, answers })
}
