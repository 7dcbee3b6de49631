//! `ISS/revocations`: the feed that verifiers follow.

use std::pin::pin;
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use tenure_core::id::AppId;
use tenure_service::credentials::Role;
use tenure_service::feed::{Cursor, Message};
use tokio::sync::watch;
use tokio::time::{interval, sleep};

use crate::address::Peer;
use crate::answer::{Answer, Failure, ok};
use crate::api_caller::require;
use crate::event_stream::{self, EventStream, Gone};
use crate::limits::FEED_WAIT;
use crate::request::{Path, Query, app_id};
use crate::state::Http;

/// Which stretch of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    after: Option<String>,
    #[serde(default)]
    wait: u64,
}

/// The next message: at once, when there is one, or as a stream.
pub async fn read(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    query: Result<Query<Parameters>, Failure>,
) -> Answer {
    let reader = Reader { peer, headers, app: app_id(&app)? };
    reader.may(&http)?;
    let Parameters { after, wait } = query?.0;
    let after = after.as_deref().map(cursor).transpose()?;
    if event_stream::is_asked_for(&reader.headers) {
        let last = event_stream::last_event_id(&reader.headers, Cursor::parse)?;
        return reader.stream(http, last.or(after)).await;
    }
    let wait = Duration::from_secs(wait).min(FEED_WAIT);
    ok(&reader.next(&http, after, wait).await?.said)
}

/// The oldest entry that matters, and what follows it.
pub async fn snapshot(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let reader = Reader { peer, headers, app: app_id(&app)? };
    reader.may(&http)?;
    ok(&http.service.feed(&reader.app, None).await?.said)
}

fn cursor(text: &str) -> Result<Cursor, Failure> {
    let unknown =
        || Failure::malformed("`after` is no cursor.", "Send the `cursor` of the last message as it was.");
    Cursor::parse(text).ok_or_else(unknown)
}

/// Who follows which app's feed.
struct Reader {
    peer: Peer,
    headers: HeaderMap,
    app: AppId,
}

impl Reader {
    fn may(&self, http: &Http) -> Result<(), Failure> {
        require(http, self.peer, &self.headers, Role::Verify, Some(&self.app))?;
        Ok(http.service.serves_feed(&self.app)?)
    }

    /// What is new after `after`; what there is when `wait` is over, or when the process is about to stop.
    async fn next(&self, http: &Http, after: Option<Cursor>, wait: Duration) -> Result<Message, Failure> {
        let mut over = pin!(sleep(wait));
        let (mut news, mut closing) = (http.service.feed_news(), http.closing());
        let mut message = http.service.feed(&self.app, after).await?;
        let _room = if message.is_news() { None } else { Some(event_stream::room(&http.feed_readers)?) };
        while !message.is_news() {
            let goes_on = tokio::select! {
                _ = news.changed() => true,
                () = &mut over => false,
                _ = closing.wait_for(|closing| *closing) => false,
            };
            message = http.service.feed_as_read(&self.app, after).await?;
            if !goes_on {
                break;
            }
        }
        Ok(message)
    }

    async fn stream(self, http: Http, after: Option<Cursor>) -> Answer {
        let news = http.service.feed_news();
        // Before the answer begins: what cannot be read now is 503, and no stream.
        let first = http.service.feed(&self.app, after).await?;
        let (stream, response): (EventStream, Response) = event_stream::open(&http, &http.feed_readers)?;
        let mut closing = http.closing();
        tokio::spawn(async move {
            tokio::select! {
                _ = self.follow(&http, first, news, &stream) => {}
                _ = closing.wait_for(|closing| *closing) => {}
            }
        });
        Ok(response)
    }

    async fn follow(
        &self,
        http: &Http,
        first: Message,
        mut news: watch::Receiver<()>,
        stream: &EventStream,
    ) -> Result<(), Gone> {
        let mut heartbeat = interval(http.options.patience.feed_heartbeat_time);
        let (mut message, mut told) = (first, false);
        let mut cursor = message.cursor;
        loop {
            if message.is_news() || !told {
                stream.send(frame(&message)).await?;
                (cursor, told) = (message.cursor, true);
                heartbeat.reset();
            }
            if !message.more {
                tokio::select! {
                    _ = news.changed() => {}
                    _ = heartbeat.tick() => told = false,
                    () = stream.gone() => return Err(Gone),
                }
            }
            if self.may(http).is_err() {
                return Ok(());
            }
            news.mark_unchanged();
            match http.service.feed_as_read(&self.app, Some(cursor)).await {
                Ok(next) => message = next,
                // It is not told that it is fresh; it will be when the store answers.
                Err(error) => {
                    tracing::warn!(%error, "the revocation feed cannot be read");
                    return Ok(());
                }
            }
        }
    }
}

fn frame(message: &Message) -> String {
    // JSON has no line breaks of its own.
    let data = serde_json::to_string(&message.said).unwrap_or_default();
    format!("id: {}\ndata: {data}\n\n", message.cursor)
}
