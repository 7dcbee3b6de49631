//! Why was I signed out? A support code, or who it was, gives the reason in plain words.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use tenure_core::settings::Settings;
use tenure_core::support_code::SupportCode;
use tenure_core::time::{Span, Timestamp};
use tenure_service::why::{Explained, over_at};

use super::admin::Admin;
use super::page::{self, Frame, PageAnswer, Place};
use super::{Console, query, rows, words};
use crate::answer::Failure;
use crate::console::address::Query;
use crate::request::app_id;

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
    /// About when, in UTC.
    #[serde(default)]
    at: String,
}

#[derive(Template)]
#[template(path = "console/why.html")]
struct WhyPage {
    frame: Frame,
    asked: Asked,
    problem: Option<String>,
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
    /// How what the advice names is set now.
    now: Option<String>,
    support_code: String,
    created_at: i64,
    created: String,
    /// Since when it is over, if it is.
    over: Option<(i64, String)>,
}

impl Said {
    fn of(console: &Console, explained: Explained) -> Result<Self, Failure> {
        let Explained { session, happened, advice } = explained;
        let app = console.http.service.app(&app_id(&session.app_id)?)?;
        let (state, tone) = rows::state(&session);
        let over = session.reason.is_some().then(|| (over_at(&session), words::moment(over_at(&session))));
        Ok(Self {
            now: session.reason.as_deref().and_then(|reason| settings_now(reason, &app.settings)),
            support_code: session.support_code,
            created_at: session.created_at,
            created: words::moment(session.created_at),
            over,
            session_id: session.session_id,
            app_id: session.app_id,
            user_id: session.user_id,
            state,
            tone,
            happened,
            advice,
        })
    }
}

/// How the settings that decide about `reason` are now, if any do.
pub(super) fn settings_now(reason: &str, settings: &Settings) -> Option<String> {
    let length = |span: Span| words::length(span.secs());
    match reason {
        "expired_idle" => {
            let idle = settings.idle_timeout.map_or("none".to_owned(), length);
            Some(format!("idle_timeout is {idle} now."))
        }
        "expired_absolute" => {
            Some(format!("absolute_lifetime is {} now.", length(settings.absolute_lifetime)))
        }
        "ended_by_limit" => Some(match settings.max_sessions {
            Some(max) => format!("max_sessions is {max} now."),
            None => "max_sessions is unlimited now.".to_owned(),
        }),
        "reused" => Some(format!("retry_leeway is {} now.", length(settings.retry_leeway))),
        _ => None,
    }
}

async fn show(State(console): State<Console>, Admin(admin): Admin, Query(asked): Query<Asked>) -> PageAnswer {
    let mut asked = asked;
    let frame = Frame::new(&console, &admin, Place::Why, "Why was I signed out?");
    let (found, problem) = match asked.answer(&console).await? {
        Ok(found) => (found, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    // A field for a moment takes nothing else.
    if query::minute(asked.at.trim()).is_none() {
        asked.at.clear();
    }
    let answers =
        found.into_iter().map(|explained| Said::of(&console, explained)).collect::<Result<_, _>>()?;
    page::show(&WhyPage { frame, asked, problem, answers })
}

impl Asked {
    /// What is known, or what of the question is not understood.
    async fn answer(&self, console: &Console) -> Result<Result<Vec<Explained>, String>, Failure> {
        let service = &console.http.service;
        if !self.code.trim().is_empty() {
            let Some(code) = SupportCode::parse(&self.code) else {
                let says =
                    "This is no support code, or a letter of it is wrong: it has 12 letters and digits.";
                return Ok(Err(says.to_owned()));
            };
            let found = service.explain(code).await?;
            let none = "No session is kept that this code names. What was over long ago is removed.";
            return Ok(if found.is_empty() { Err(none.to_owned()) } else { Ok(found) });
        }
        if self.user.trim().is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let around = match self.at.trim() {
            "" => None,
            at => match query::minute(at) {
                Some(second) => Some(Timestamp::from_secs(second)),
                None => return Ok(Err("The time is no moment such as 2026-11-25T20:31.".to_owned())),
            },
        };
        let found = service.explain_user(&app_id(&self.app)?, &self.user, around).await?;
        let none = "This user has no session here, and had none that is still kept.";
        Ok(if found.is_empty() { Err(none.to_owned()) } else { Ok(found) })
    }
}

#[cfg(test)]
mod tests {
    use tenure_core::refusal::Refusal;

    use super::*;

    #[test]
    fn what_a_setting_decides_is_said_as_it_is_now() {
        let settings = Settings { idle_timeout: Some(Span::from_mins(45)), ..Settings::default() };
        assert_eq!(settings_now("expired_idle", &settings).as_deref(), Some("idle_timeout is 45 min now."));
        let decided = Refusal::ALL.into_iter().filter(|r| settings_now(r.as_str(), &settings).is_some());
        assert_eq!(decided.count(), 4);
    }
}
