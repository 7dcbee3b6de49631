//! Following what happens, as an event stream: for whoever holds an API key, and for an admin who looks.

use axum::response::Response;
use http::HeaderMap;
use serde_json::Value;
use tenure_service::event_log::EventQuery;
use tenure_wire::event::Event;
use tokio::time::{interval, sleep};

use crate::answer::Failure;
use crate::event_stream::{self, EventStream, Gone};
use crate::limits::{STREAM_LOOKS_EVERY, STREAM_PAGE, STREAM_RESTS};
use crate::state::Http;

/// Who follows, and how they are told.
pub(crate) trait Follower: Send + Sync + 'static {
    /// Whether they may still.
    fn may(&self, http: &Http) -> impl Future<Output = bool> + Send;

    /// What they are sent for an event: one line of JSON.
    fn data(&self, event: &Event<Value>) -> String;
}

/// The answer that sends what matches `query`, after the event of number `after`, in order, for as long as it is read by one who
/// may.
pub(crate) fn answer(
    http: Http,
    query: EventQuery,
    after: u64,
    follower: impl Follower,
) -> Result<Response, Failure> {
    let (stream, response) = event_stream::open(&http, &http.streams)?;
    let mut closing = http.closing();
    tokio::spawn(async move {
        // Even a reader that takes nothing must not hold up a process that is about to stop.
        tokio::select! {
            _ = follow(&http, &query, after, &stream, &follower) => {}
            _ = closing.wait_for(|closing| *closing) => {}
        }
    });
    Ok(response)
}

async fn follow(
    http: &Http,
    query: &EventQuery,
    mut after: u64,
    stream: &EventStream,
    follower: &impl Follower,
) -> Result<(), Gone> {
    stream.send("retry: 1000\n\n".to_owned()).await?;
    let mut happened = http.service.happenings();
    let mut heartbeat = interval(http.options.patience.heartbeat_time);
    heartbeat.reset();
    while follower.may(http).await {
        happened.mark_unchanged();
        match http.service.events(query, after, STREAM_PAGE).await {
            Ok(page) => {
                after = page.next_after;
                if !page.events.is_empty() {
                    let frame =
                        |event: &Event<Value>| format!("id: {}\ndata: {}\n\n", event.n, follower.data(event));
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

/// The number after which an interrupted reader goes on, if it says one.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    event_stream::last_event_id(headers, |text| text.parse().ok())
}
