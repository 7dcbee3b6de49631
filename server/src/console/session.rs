//! One session: what became of it, why it will end, and ending it.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use tenure_core::id::AppId;
use tenure_service::admins::AdminRole;
use tenure_service::audit::Act;
use tenure_service::events::Type;
use tenure_service::why::{Explained, over_at};
use tenure_wire::event::EventFilter;
use tenure_wire::session::Session;

use super::admin::Admin;
use super::events::words::sentence;
use super::form::Form;
use super::page::{self, AppName, Frame, Next, PageAnswer, PageFailure, Place};
use super::why::settings_now;
use super::{Console, rows, words};
use crate::console::address::{Path, Query};
use crate::request::app_id;

/// Events of one session that are shown.
const EVENTS: u32 = 100;

/// The addresses of these pages.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/apps/{app}/sessions/{sid}", get(show))
        .route("/apps/{app}/sessions/{sid}/end", post(end))
}

/// What the page says first.
#[derive(Deserialize)]
struct Arrival {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/session.html")]
struct SessionPage {
    frame: Frame,
    app: AppName,
    session: Session<Value>,
    state: String,
    tone: &'static str,
    happened: &'static str,
    advice: &'static str,
    /// How what the advice names is set now.
    now: Option<String>,
    device: String,
    user_agent: String,
    place: String,
    claims: String,
    signed_in: String,
    active: String,
    refreshed: String,
    ends: Ends,
    refreshes: String,
    timeline: Vec<Happening>,
    is_live: bool,
    may_end: bool,
}

/// When and why it ends by itself.
struct Ends {
    at: i64,
    at_words: String,
    because: String,
    /// When it ends even if its user is active, if that is later.
    at_most: Option<(i64, String)>,
}

/// Something that happened to the session.
struct Happening {
    at: i64,
    at_words: String,
    what: String,
    detail: String,
}

async fn show(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path((app, sid)): Path<(String, String)>,
    Query(arrival): Query<Arrival>,
) -> PageAnswer {
    let id = app_id(&app)?;
    let (mut frame, app) = Frame::of_app(&console, &admin, Place::Sessions, "Session", &id)?;
    let service = &console.http.service;
    let Explained { session, happened, advice } = service.explain_session(&id, &sid).await?;
    if arrival.done.as_deref() == Some("ended") {
        frame.notice = Some("The session has ended. Its refresh token is refused from now on.".to_owned());
        let address = format!("/why?code={}", session.support_code);
        frame.next = Some(Next { words: "What its support code says", address });
    }
    let settings = &service.app(&id)?.settings;
    let timeline = timeline(&console, &id, &session).await?;
    let device = session.device.clone().unwrap_or_default();
    let (state, tone) = rows::state(&session);
    page::show(&SessionPage {
        frame,
        app,
        state,
        tone,
        happened,
        advice,
        now: session.reason.as_deref().and_then(|reason| settings_now(reason, settings)),
        device: device.name.unwrap_or_default(),
        user_agent: device.user_agent.unwrap_or_default(),
        place: device.ip.unwrap_or_default(),
        claims: words::json(&serde_json::to_string_pretty(&session.claims).unwrap_or_default()),
        signed_in: words::moment(session.auth_time),
        active: words::moment(session.active_at),
        refreshed: words::moment(session.refreshed_at),
        ends: Ends::of(&session),
        refreshes: words::count(u64::from(session.seq.saturating_sub(1)), "refresh")
            .replace("refreshs", "refreshes"),
        timeline,
        is_live: session.status == "live",
        may_end: admin.require(AdminRole::Operator).is_ok(),
        session,
    })
}

impl Ends {
    fn of(session: &Session<Value>) -> Self {
        let moment = |at: i64| (at, words::moment(at));
        let length = |from: i64, to: i64| words::length(to - from);
        let ((at, at_words), because, at_most) = match session.idle_expires_at {
            Some(idle) if idle < session.expires_at => (
                moment(idle),
                format!("nobody would have been active for {}", length(session.active_at, idle)),
                Some(moment(session.expires_at)),
            ),
            _ => (
                moment(session.expires_at),
                format!("it would have lived for {}", length(session.created_at, session.expires_at)),
                None,
            ),
        };
        Self { at, at_words, because, at_most }
    }
}

/// Its opening and refreshes as the row tells of them, and its events.
async fn timeline(
    console: &Console,
    app: &AppId,
    session: &Session<Value>,
) -> Result<Vec<Happening>, PageFailure> {
    let service = &console.http.service;
    let asked = EventFilter { session_id: Some(session.session_id.clone()), ..EventFilter::default() };
    let query = service.event_query(Some(app), &asked)?;
    let found = service.events(&query, 0, EVENTS).await?;
    let happening = |at: i64, what: &str, detail: String| Happening {
        at,
        at_words: words::moment(at),
        what: what.to_owned(),
        detail,
    };
    let mut all = vec![happening(session.created_at, "Opened", String::new())];
    if session.seq > 1 {
        let times = words::number(u64::from(session.seq - 1));
        all.push(happening(session.refreshed_at, "Last refreshed", format!("{times} in all")));
    }
    all.extend(found.events.iter().map(|event| happening(event.at, &sentence(event), String::new())));
    let told = found.events.iter().any(|event| event.kind == Type::Ended.as_str());
    // Of those that end together, one event tells; of a deadline that passes, none.
    match (session.ended_at, session.status.as_str()) {
        (Some(at), _) if !told => all.push(happening(at, "Ended, together with others", String::new())),
        (None, "expired") => all.push(happening(over_at(session), "Over: a deadline passed", String::new())),
        _ => {}
    }
    all.sort_by_key(|happening| happening.at);
    Ok(all)
}

/// Ends it, for a reason.
async fn end(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path((app, sid)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let id = app_id(&app)?;
    let form = Form::read(&console.http, &headers, body).await?;
    let service = &console.http.service;
    let session = service.session(&id, &sid).await?;
    let act = Act {
        action: "session_ended",
        app: Some(id.clone()),
        target: sid.clone(),
        reason: form.get("reason").map(str::to_owned),
        detail: serde_json::json!({"user_id": session.user_id}),
    };
    service.audit(&admin, act).await?;
    service.end_session(&id, &sid).await?;
    Ok(Redirect::to(&format!("/apps/{id}/sessions/{sid}?done=ended")).into_response())
}
