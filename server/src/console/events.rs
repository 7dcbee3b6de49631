//! What happened in an app: the newest first, and what happens while one looks.

pub(super) mod words;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use tenure_service::admins::AdminCaller;
use tenure_service::events::Type;
use tenure_wire::event::{Event, EventFilter};

use super::Console;
use super::admin::Admin;
use super::page::{self, AppName, Frame, PageAnswer, Place};
use super::words::moment;
use crate::console::address::{Path, Query};
use crate::event_tail::{self, Follower};
use crate::request::app_id;
use crate::state::Http;

#[derive(Template)]
#[template(path = "console/events.html")]
struct EventsPage {
    frame: Frame,
    app: AppName,
    asked: Asked,
    kinds: Vec<Kind>,
    as_of: i64,
    as_of_words: String,
    events: Vec<Line>,
    older: Option<u64>,
    stream: String,
}

/// A type, to choose from.
struct Kind {
    name: &'static str,
    is_chosen: bool,
}

/// An event, as a line.
struct Line {
    at: i64,
    at_words: String,
    kind: String,
    words: String,
    user_id: Option<String>,
    session_id: Option<String>,
    support_code: Option<String>,
}

/// Which events.
#[derive(Deserialize)]
struct Asked {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    session: String,
    before: Option<u64>,
}

/// The addresses of these pages.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/apps/{app}/events", get(show)).route("/apps/{app}/events/stream", get(follow))
}

/// The newest events that match.
async fn show(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    Query(asked): Query<Asked>,
) -> PageAnswer {
    let id = app_id(&app)?;
    let (frame, app) = Frame::of_app(&console, &admin, Place::Events, "Events", &id)?;
    let service = &console.http.service;
    let query = service.event_query(Some(&id), &asked.filter())?;
    let (events, older) = service.recent_events(&query, asked.before).await?;
    let as_of = service.now()?.secs();
    let kinds = Type::ALL.iter().map(|kind| kind.as_str());
    page::show(&EventsPage {
        frame,
        app,
        kinds: kinds.map(|name| Kind { name, is_chosen: name == asked.kind }).collect(),
        as_of,
        as_of_words: moment(as_of),
        events: events.into_iter().map(Line::from).collect(),
        older,
        stream: asked.stream(id.as_str()),
        asked,
    })
}

/// What happens from now on, or after the event that the reader saw last, for as long as the admin's session lives.
async fn follow(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> PageAnswer {
    let id = app_id(&app)?;
    let http = console.http.clone();
    let query = http.service.event_query(Some(&id), &asked.filter())?;
    let after = match event_tail::last_event_id(&headers)? {
        Some(after) => after,
        None => http.service.events(&query, u64::MAX, 1).await?.head,
    };
    Ok(event_tail::answer(http, query, after, Looking(admin))?)
}

/// An admin who looks.
struct Looking(AdminCaller);

impl Follower for Looking {
    async fn may(&self, http: &Http) -> bool {
        // Where the store does not answer, nothing is sent, and nobody is sent away.
        http.service.admin_is_there(&self.0).await.unwrap_or(true)
    }

    fn data(&self, event: &Event<Value>) -> String {
        let line = Line::from(event.clone());
        let data = json!({
            "n": event.n, "at": line.at, "type": line.kind, "words": line.words, "user_id": line.user_id,
            "session_id": line.session_id, "support_code": line.support_code,
        });
        data.to_string()
    }
}

impl Asked {
    fn filter(&self) -> EventFilter {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        EventFilter { kind: given(&self.kind), user_id: given(&self.user), session_id: given(&self.session) }
    }

    /// Where the same events are followed.
    fn stream(&self, app: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("type", &self.kind);
        query.append_pair("user", &self.user).append_pair("session", &self.session);
        format!("/apps/{app}/events/stream?{}", query.finish())
    }
}

impl From<Event<Value>> for Line {
    fn from(event: Event<Value>) -> Self {
        Self {
            words: words::sentence(&event),
            at: event.at,
            at_words: moment(event.at),
            kind: event.kind,
            user_id: event.user_id,
            session_id: event.session_id,
            support_code: event.support_code,
        }
    }
}
