//! Server-sent events: an answer that goes on for as long as its reader takes what is written to it.
//!
//! What is sent is fetched when the reader has taken what came before: a slow reader holds one frame and nothing else, and one
//! that takes nothing is cut off.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::Frame;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::answer::Failure;
use crate::state::Http;

/// Seconds after which somebody asks again who found every stream taken.
const TAKEN_RETRY_SECS: u32 = 5;

/// The writing end of a stream.
pub struct EventStream {
    frames: mpsc::Sender<Bytes>,
    write_time: Duration,
    _permit: OwnedSemaphorePermit,
}

/// The reader has gone away, or took nothing for too long.
pub struct Gone;

/// Whether the caller asks for a stream.
pub fn is_asked_for(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(http::header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| {
        let essence = kind.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("text/event-stream")
    })
}

/// Where an interrupted reader goes on, if it says so; `parse` knows what we sent.
pub fn last_event_id<T>(
    headers: &HeaderMap,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Failure> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| parse(text.trim()));
    id.map(Some).ok_or_else(|| {
        Failure::malformed(
            "Last-Event-ID is not one of ours.",
            "Send the id of the last event that was read.",
        )
    })
}

/// Room for one more of what goes on for long. Refuses (429) where as many are open as this node allows.
pub fn room(among: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Failure> {
    among.clone().try_acquire_owned().map_err(|_| Failure::too_many(TAKEN_RETRY_SECS))
}

/// A stream and the answer that carries it. Refuses (429) where as many `among` them are open as this node allows.
pub fn open(http: &Http, among: &Arc<Semaphore>) -> Result<(EventStream, Response), Failure> {
    let permit = room(among)?;
    let (frames, taken) = mpsc::channel(1);
    let mut response = Response::new(Body::new(Frames(taken)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // For proxies that would gather an answer before they pass it on.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    let write_time = http.options.patience.write_time;
    Ok((EventStream { frames, write_time, _permit: permit }, response))
}

impl EventStream {
    /// Sends `text` once the reader has taken what was sent before.
    pub async fn send(&self, text: String) -> Result<(), Gone> {
        self.frames.send_timeout(text.into(), self.write_time).await.map_err(|_| Gone)
    }

    /// Until the reader goes away.
    pub async fn gone(&self) {
        self.frames.closed().await;
    }
}

/// The reading end: a body.
struct Frames(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|frame| frame.map(|bytes| Ok(Frame::data(bytes))))
    }
}
