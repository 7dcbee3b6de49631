//! What happens in an app, as it happens.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenure_core::id::AppId;
use tenure_service::events::Type;
use tenure_wire::event::{Event, EventFilter};

use super::admin::Admin;
use super::page::{self, AppName, Frame, PageAnswer, PageFailure, Place};
use super::{Console, words};
use crate::answer::Failure;
use crate::request::{Path, Query, app_id};

/// Events that a page shows, and that are read at a time.
const SHOWN: u32 = 100;
/// So many numbers back the page begins to look: of the last ones, those that match are shown.
const LOOKS_BACK: u64 = 2_000;

/// The addresses of these pages.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/apps/{app}/events", get(show)).route("/apps/{app}/events/after", get(after))
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    session: String,
    #[serde(default)]
    after: u64,
}

impl Asked {
    fn filter(&self) -> EventFilter {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        EventFilter { kind: given(&self.kind), user_id: given(&self.user), session_id: given(&self.session) }
    }
}

#[derive(Template)]
#[template(path = "console/events.html")]
struct EventsPage {
    frame: Frame,
    app: AppName,
    asked: Asked,
    kinds: Vec<&'static str>,
    events: Vec<Line>,
    next_after: u64,
}

/// An event as a line.
#[derive(Serialize)]
struct Line {
    at: i64,
    at_words: String,
    what: String,
    user: String,
    session: String,
    detail: String,
}

/// What came since.
#[derive(Serialize)]
struct Since {
    events: Vec<Line>,
    next_after: u64,
}

impl From<Event<Value>> for Line {
    fn from(event: Event<Value>) -> Self {
        Self {
            at: event.at,
            at_words: words::moment(event.at),
            what: event.kind.replace('_', " "),
            user: event.user_id.unwrap_or_default(),
            session: event.session_id.unwrap_or_default(),
            detail: event.detail.to_string(),
        }
    }
}

async fn show(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    asked: Result<Query<Asked>, Failure>,
) -> PageAnswer {
    let (id, asked) = (app_id(&app)?, asked?.0);
    let (frame, app) = Frame::of_app(&console, &admin, Place::Events, "Events", &id)?;
    let (mut events, next_after) = latest(&console, &id, &asked.filter()).await?;
    events.reverse();
    let kinds = Type::ALL.iter().map(|kind| kind.as_str()).collect();
    page::show(&EventsPage { frame, app, asked, kinds, events, next_after })
}

/// The last events that match, oldest first, and where to go on.
async fn latest(
    console: &Console,
    app: &AppId,
    filter: &EventFilter,
) -> Result<(Vec<Line>, u64), PageFailure> {
    let service = &console.http.service;
    let query = service.event_query(Some(app), filter)?;
    let head = service.events(&query, u64::MAX, 1).await?.head;
    let (mut events, mut from) = (Vec::new(), head.saturating_sub(LOOKS_BACK));
    loop {
        let page = service.events(&query, from, SHOWN).await?;
        events.extend(page.events.into_iter().map(Line::from));
        from = page.next_after;
        if from >= head {
            break;
        }
    }
    let surplus = events.len().saturating_sub(SHOWN as usize);
    Ok((events.split_off(surplus), from))
}

/// What has happened since, for a script that follows.
async fn after(
    State(console): State<Console>,
    _: Admin,
    Path(app): Path<String>,
    asked: Result<Query<Asked>, Failure>,
) -> Result<Response, PageFailure> {
    let (id, asked) = (app_id(&app)?, asked?.0);
    let service = &console.http.service;
    let query = service.event_query(Some(&id), &asked.filter())?;
    let page = service.events(&query, asked.after, SHOWN).await?;
    let events = page.events.into_iter().map(Line::from).collect();
    Ok(Json(Since { events, next_after: page.next_after }).into_response())
}
