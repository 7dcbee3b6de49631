//! Following the feed for as long as its verifier lives: by streams, by long polls where those do not get through, and again
//! after a pause when either fails.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use tokio::time::{sleep, timeout};

use super::Feed;
use super::message::Message;
use super::pause::Pauses;
use super::reader::Outcome;
use super::sse::{Events, TooLong};
use crate::clock::{Clock, Millis};
use crate::limits::{
    ANSWER_MILLIS, MESSAGE_BYTES, POLL_WAIT_SECS, POLLING_SECS, SILENT_STREAMS, SLOW_STREAM_MILLIS,
    STREAM_SILENCE_MILLIS, STREAM_TRIAL_MILLIS,
};
use crate::metrics::Count;
use crate::web::{Web, empty};

const SILENCE: Duration = Duration::from_millis(STREAM_SILENCE_MILLIS);

/// Whoever follows a feed.
pub(crate) struct Follower {
    web: Arc<Web>,
    /// `ISS/revocations`.
    address: String,
    authorization: HeaderValue,
    clock: Clock,
    /// Ask without a cursor: the last answer was of another store.
    anew: bool,
    /// How many streams in a row brought no first message.
    silent: u32,
    /// Until when long polls are made; 0 where streams get through, as far as is known.
    polling_until: Millis,
}

/// Why a stream or a poll is over. In words, without what was read.
struct Broken(String);

impl From<TooLong> for Broken {
    fn from(_: TooLong) -> Self {
        Broken("a message is too long".to_owned())
    }
}

impl Follower {
    pub(crate) fn new(web: Arc<Web>, issuer: &str, authorization: HeaderValue, clock: Clock) -> Self {
        let address = format!("{issuer}/revocations");
        Follower { web, address, authorization, clock, anew: false, silent: 0, polling_until: 0 }
    }

    /// Follows the feed, without an end.
    pub(crate) async fn run(mut self, feed: Arc<Feed>) {
        let mut pauses = Pauses::default();
        loop {
            let is_polling = self.clock.elapsed() < self.polling_until;
            let mut brought = 0;
            let over = if is_polling {
                self.poll(&feed, &mut brought).await
            } else {
                self.stream(&feed, &mut brought).await
            };
            pauses.heard(brought);
            let Err(Broken(reason)) = over else { continue };
            feed.meter().count(Count::FeedReconnect);
            feed.tell_lag();
            if pauses.is_first() {
                tracing::warn!(%reason, "the revocation feed was lost, and is read again");
            }
            sleep(pauses.next()).await;
        }
    }

    /// Reads a stream until it breaks, or what it says does not follow on what is known; or until it is begun anew, because its
    /// first message was long in coming: all that it says looks that much older.
    async fn stream(&mut self, feed: &Arc<Feed>, brought: &mut u32) -> Result<(), Broken> {
        let request = self.request(feed, "text/event-stream", None)?;
        feed.begin();
        let (begun_at, mut is_slow) = (self.clock.elapsed(), false);
        let first = self.patience();
        let begun = timeout(first, self.web.begin(request)).await;
        let response = begun.map_err(|_| Broken("no answer".to_owned())).and_then(|r| r.map_err(Broken));
        let response = match response {
            Ok(response) => response,
            Err(broken) => return Err(self.was_silent(broken)),
        };
        let kind =
            response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !response.status().is_success() || !kind.starts_with("text/event-stream") {
            return Err(Broken(format!("the answer is {} {kind}, and no stream", response.status())));
        }
        let (mut body, mut events) = (response.into_body(), Events::default());
        loop {
            let had_begun = *brought > 0;
            let heard = self.hear(feed, &mut body, &mut events, brought);
            match timeout(if had_begun { SILENCE } else { first }, heard).await {
                Ok(Ok(true)) if is_slow => return Ok(()),
                Ok(Ok(true)) => {}
                Ok(Ok(false)) if had_begun => return Err(Broken("the stream ended".to_owned())),
                Ok(Ok(false)) => {
                    return Err(self.was_silent(Broken("the stream ended at once".to_owned())));
                }
                Ok(Err(broken)) => return Err(broken),
                Err(_) if had_begun => return Err(Broken("the stream fell silent".to_owned())),
                Err(_) => return Err(self.was_silent(Broken("the stream brought nothing".to_owned()))),
            }
            is_slow = !had_begun && self.clock.elapsed() - begun_at >= SLOW_STREAM_MILLIS;
        }
    }

    /// Reads on until something was said; false at the end. Bytes alone are nothing: a proxy may keep a connection alive behind
    /// which nobody speaks.
    async fn hear(
        &mut self,
        feed: &Feed,
        body: &mut Incoming,
        events: &mut Events,
        brought: &mut u32,
    ) -> Result<bool, Broken> {
        let before = *brought;
        while let Some(frame) = body.frame().await {
            let Ok(bytes) = frame.map_err(|error| Broken(error.to_string()))?.into_data() else { continue };
            events.take(&bytes, |json| {
                self.took(feed, json)?;
                *brought = brought.saturating_add(1);
                (self.silent, self.polling_until) = (0, 0);
                Ok::<(), Broken>(())
            })?;
            if *brought != before {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Asks once for what comes next, and waits a little where nothing did at once: not every proxy lets the server wait.
    async fn poll(&mut self, feed: &Arc<Feed>, brought: &mut u32) -> Result<(), Broken> {
        let request = self.request(feed, "application/json", Some(POLL_WAIT_SECS))?;
        feed.begin();
        let (enough, before) = (self.clock.elapsed() + POLL_WAIT_SECS * 1_000 / 2, feed.cursor());
        let time = Duration::from_secs(POLL_WAIT_SECS) + Duration::from_millis(ANSWER_MILLIS);
        let answer = self.web.ask_within(request, time, MESSAGE_BYTES).await.map_err(Broken)?;
        if !answer.status.is_success() {
            return Err(Broken(format!("the answer is {}", answer.status)));
        }
        self.took(feed, &answer.body)?;
        *brought = 1;
        if feed.cursor() == before {
            sleep(Duration::from_millis(enough.saturating_sub(self.clock.elapsed()))).await;
        }
        Ok(())
    }

    /// Takes a message; where it does not follow on what is known, another question does.
    fn took(&mut self, feed: &Feed, json: &[u8]) -> Result<(), Broken> {
        let refused = |why: &str| Broken(format!("a message is refused: {why}"));
        let message = Message::read(json).map_err(|why| {
            tracing::warn!(%why, "a message of the revocation feed is refused");
            refused(why)
        })?;
        let outcome = feed.take(&message);
        self.anew = outcome == Outcome::Foreign;
        match outcome {
            Outcome::Applied | Outcome::Reset(_) | Outcome::Quiet | Outcome::Seen => Ok(()),
            Outcome::Gap => Err(refused("something is missing before it")),
            Outcome::Foreign => Err(refused("it is of another store")),
        }
    }

    /// How long a stream may keep its first message back: not for long where others did, because nothing is read meanwhile.
    fn patience(&self) -> Duration {
        if self.polling_until == 0 { SILENCE } else { Duration::from_millis(STREAM_TRIAL_MILLIS) }
    }

    /// A stream brought no first message. After some of them in a row, long polls are made for a while; and after that, the first
    /// is enough.
    fn was_silent(&mut self, broken: Broken) -> Broken {
        self.silent += 1;
        if self.silent >= SILENT_STREAMS || self.polling_until != 0 {
            tracing::warn!("streams of the revocation feed do not get through: it is read by long polls");
            self.silent = 0;
            self.polling_until = self.clock.elapsed() + POLLING_SECS * 1_000;
        }
        broken
    }

    fn request(
        &self,
        feed: &Feed,
        accept: &'static str,
        wait: Option<u64>,
    ) -> Result<Request<Full<bytes::Bytes>>, Broken> {
        let after = feed.cursor().filter(|_| !self.anew).map(|cursor| format!("after={cursor}"));
        let wait = wait.map(|secs| format!("wait={secs}"));
        let query: Vec<String> = after.into_iter().chain(wait).collect();
        let address = match query.is_empty() {
            true => self.address.clone(),
            false => format!("{}?{}", self.address, query.join("&")),
        };
        let address: Uri = address.parse().map_err(|_| Broken("the address is none".to_owned()))?;
        Request::get(address)
            .header(ACCEPT, accept)
            .header(AUTHORIZATION, &self.authorization)
            .body(empty())
            .map_err(|error| Broken(error.to_string()))
    }
}
