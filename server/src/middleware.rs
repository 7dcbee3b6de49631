//! Around every request: an id, a time limit, and a line in the log that holds nothing of what a caller may have put into the
//! address: no query, no body, and of the path only which route it took.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use tracing::Instrument as _;

use tenure_service::error::Error;

use crate::address::Peer;
use crate::answer::Failure;
use crate::code::Code;
use crate::route_class::RouteClass;
use crate::state::Http;
use crate::trace;

const HEADER: &str = "x-request-id";
/// What begins so is a credential that stands in the wrong header, and must be in no log.
const CREDENTIALS: [&[u8]; 4] = [b"tk_", b"tr1_", b"th1_", b"ts1_"];

/// What surrounds every request: numbers for those that bring no id of their own, a bounded time, and counts.
pub struct Surroundings {
    prefix: String,
    http: Http,
    next: AtomicU64,
}

impl Surroundings {
    /// Ids that begin with `prefix`, which should differ from process to process.
    pub fn new(prefix: String, http: Http) -> Self {
        Self { prefix, http, next: AtomicU64::new(1) }
    }

    fn id_of(&self, request: &Request) -> HeaderValue {
        let own = request.headers().get(HEADER).filter(|value| {
            let id = value.as_bytes();
            (8..=64).contains(&id.len())
                && id.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
                && !CREDENTIALS.iter().any(|prefix| id.starts_with(prefix))
        });
        own.cloned().unwrap_or_else(|| {
            let id = format!("{}-{}", self.prefix, self.next.fetch_add(1, Ordering::Relaxed));
            HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("none"))
        })
    }
}

/// Sees a change through, even when its caller goes away or runs out of time: it must not stay half in force.
pub async fn to_the_end(request: Request, next: Next) -> Response {
    let done = tokio::spawn(next.run(request).in_current_span()).await;
    done.unwrap_or_else(|error| Failure::from(Error::bug(error)).into_response())
}

/// Gives the answer the request's id, every request a bounded time, and counts both.
pub async fn around(all: &Surroundings, request: Request, next: Next) -> Response {
    let started = all.http.service.monotonic();
    if let Some(peer) = request.extensions().get::<Peer>() {
        all.http.measures.arrived(*peer, request.headers(), &all.http.options.trusted_proxies);
    }
    let id = all.id_of(&request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map(MatchedPath::as_str);
    let options = &all.http.options;
    let span = trace::span(id.to_str().unwrap_or_default(), &request, route, &options.trusted_proxies);
    let answering = async {
        let answered = tokio::time::timeout(options.patience.request_time, next.run(request)).await;
        let response = answered
            .unwrap_or_else(|_| Failure::unavailable(Code::TooSlow, "This took too long.").into_response());
        trace::answered(response.status());
        response
    };
    let mut response = answering.instrument(span).await;
    let took = all.http.service.monotonic().saturating_sub(started);
    all.http.measures.answered(RouteClass::of(&method, route), response.status(), took);
    let route = route.unwrap_or("none");
    tracing::debug!(target: "tenure::http", %method, %route, status = response.status().as_u16(), id = ?id);
    response.headers_mut().insert(HEADER, id);
    response
}
