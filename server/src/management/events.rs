//! `ISS/events` and `/v1/events`: what happened, a page at a time or as it happens.

use axum::extract::{Extension, State};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use tenure_core::id::AppId;
use tenure_service::credentials::Role;
use tenure_service::event_log::EventQuery;
use tenure_service::limits::PAGE_DEFAULT;
use tenure_wire::event::{Event, EventFilter as Asked};
use tokio::time::{interval, sleep};

use crate::address::Peer;
use crate::answer::{Answer, Failure, ok};
use crate::api_caller::require;
use crate::event_stream::{self, EventStream, Gone};
use crate::limits::{STREAM_LOOKS_EVERY, STREAM_PAGE, STREAM_RESTS};
use crate::request::{Path, Query, app_id};
use crate::state::Http;

/// Which events, and which stretch of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    after: Option<u64>,
    limit: Option<u32>,
    #[serde(rename = "type")]
    kind: Option<String>,
    user_id: Option<String>,
    session_id: Option<String>,
}

/// Those of one app.
pub async fn of_app(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    query: Result<Query<Parameters>, Failure>,
) -> Answer {
    let reader = Reader { peer, headers, app: Some(app_id(&app)?) };
    reader.may(&http)?;
    reader.answer(http, query?.0).await
}

/// Those of every app, and of the installation.
pub async fn of_all(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    query: Result<Query<Parameters>, Failure>,
) -> Answer {
    let reader = Reader { peer, headers, app: None };
    reader.may(&http)?;
    reader.answer(http, query?.0).await
}

/// Who reads what.
struct Reader {
    peer: Peer,
    headers: HeaderMap,
    app: Option<AppId>,
}

impl Reader {
    fn may(&self, http: &Http) -> Result<(), Failure> {
        let role = if self.app.is_some() { Role::Backend } else { Role::Admin };
        require(http, self.peer, &self.headers, role, self.app.as_ref()).map(drop)
    }

    async fn answer(self, http: Http, parameters: Parameters) -> Answer {
        let Parameters { after, limit, kind, user_id, session_id } = parameters;
        let query = http.service.event_query(self.app.as_ref(), &Asked { kind, user_id, session_id })?;
        if !event_stream::is_asked_for(&self.headers) {
            let limit = limit.unwrap_or(PAGE_DEFAULT);
            return ok(&http.service.events(&query, after.unwrap_or(0), limit).await?);
        }
        let after = match last_event_id(&self.headers)?.or(after) {
            Some(after) => after,
            None => http.service.events(&query, u64::MAX, 1).await?.head,
        };
        let (stream, response) = event_stream::open(&http)?;
        let mut closing = http.closing();
        tokio::spawn(async move {
            // Even a reader that takes nothing must not hold up a process that is about to stop.
            tokio::select! {
                _ = self.follow(&http, &query, after, &stream) => {}
                _ = closing.wait_for(|closing| *closing) => {}
            }
        });
        Ok(response)
    }

    /// Sends what matches, in order, for as long as it is read by one who may.
    async fn follow(
        &self,
        http: &Http,
        query: &EventQuery,
        mut after: u64,
        stream: &EventStream,
    ) -> Result<(), Gone> {
        stream.send("retry: 1000\n\n".to_owned()).await?;
        let mut happened = http.service.happenings();
        let mut heartbeat = interval(http.options.patience.heartbeat_time);
        heartbeat.reset();
        while self.may(http).is_ok() {
            happened.mark_unchanged();
            match http.service.events(query, after, STREAM_PAGE).await {
                Ok(page) => {
                    after = page.next_after;
                    if !page.events.is_empty() {
                        stream.send(page.events.iter().map(frame).collect()).await?;
                        heartbeat.reset();
                    }
                    if after < page.head || !page.events.is_empty() {
                        continue;
                    }
                }
                Err(error) => tracing::warn!(%error, "events could not be read; they are sent later"),
            }
            tokio::select! {
                _ = happened.changed() => sleep(STREAM_RESTS).await,
                () = sleep(STREAM_LOOKS_EVERY) => {}
                _ = heartbeat.tick() => stream.send(format!("id: {after}\n: heartbeat\n\n")).await?,
                () = stream.gone() => return Err(Gone),
            }
        }
        Ok(())
    }
}

fn frame(event: &Event<Value>) -> String {
    // JSON has no line breaks of its own.
    format!("id: {}\ndata: {}\n\n", event.n, serde_json::to_string(event).unwrap_or_default())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    number.map(Some).ok_or_else(|| {
        Failure::malformed(
            "Last-Event-ID is not one of ours.",
            "Send the id of the last event that was read.",
        )
    })
}
