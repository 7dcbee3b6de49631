//! What a [`FakeIssuer`](crate::FakeIssuer) answers over HTTP.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tenure_jose::{Alg, Signer, SigningKey, VerifyingKey, verify};
use tenure_wire::feed::{FeedEntry, FeedMessage, FeedReset};
use tenure_wire::jwk::Jwk;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::clock::Clock;
use crate::limits::ANSWER_BYTES;

const INCARNATION: &str = "00000000feedfeed";
/// Between two messages of the feed that say nothing: short, because a test waits for them.
const BEAT: Duration = Duration::from_millis(50);

/// The issuer, as its answers see it.
pub(crate) struct Fake {
    pub(crate) issuer: String,
    pub(crate) clock: Clock,
    held: Mutex<Held>,
    /// Is told when something was said, or the server went away.
    pub(crate) changed: watch::Sender<()>,
}

/// What it holds.
pub(crate) struct Held {
    pub(crate) signer: Signer,
    pub(crate) published: Vec<Jwk>,
    pub(crate) session_tokens: HashMap<String, Map<String, Value>>,
    pub(crate) is_down: bool,
    pub(crate) holds_streams_back: bool,
    kid: String,
    said: Vec<FeedEntry>,
    numbers: u64,
}

/// A new key.
pub(crate) fn new_key() -> (Signer, Jwk) {
    let key = SigningKey::generate(Alg::Es256).expect("the library makes keys");
    let public = key.public().clone();
    (Signer::new(Arc::new(key), "at+jwt"), public)
}

impl Fake {
    pub(crate) fn new(issuer: String, clock: Clock) -> Self {
        let (signer, public) = new_key();
        let held = Held {
            kid: public.kid.clone(),
            signer,
            published: vec![public],
            session_tokens: HashMap::new(),
            is_down: false,
            holds_streams_back: false,
            said: Vec::new(),
            numbers: 0,
        };
        Fake { issuer, clock, held: Mutex::new(held), changed: watch::Sender::new(()) }
    }

    pub(crate) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is said after a cursor.
    fn message(&self, after: Option<&str>) -> FeedMessage {
        let held = self.held();
        let known =
            after.and_then(|cursor| cursor.strip_prefix(INCARNATION)?.strip_prefix('-')?.parse().ok());
        let reset = match (after, known) {
            (_, Some(_)) => None,
            (None, None) => Some(FeedReset::Start),
            (Some(_), None) => Some(FeedReset::OtherStore),
        };
        let known: u64 = known.unwrap_or(0);
        FeedMessage {
            after: reset.is_none().then(|| cursor(known)),
            cursor: held.head(),
            head: held.head(),
            as_of: self.clock.now(),
            entries: held.said.iter().filter(|entry| entry.n > known).cloned().collect(),
            reset,
        }
    }
}

impl Held {
    pub(crate) fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(crate) fn say(&mut self, entry: FeedEntry, at: i64, until: i64) {
        let n = self.said.len() as u64 + 1;
        self.said.push(FeedEntry { n, at, until, ..entry });
    }

    pub(crate) fn head(&self) -> String {
        cursor(self.said.len() as u64)
    }

    /// Signs with a new key, and gives back the id of the one before.
    pub(crate) fn rotate_key(&mut self) -> String {
        let (signer, public) = new_key();
        self.signer = signer;
        let before = std::mem::replace(&mut self.kid, public.kid.clone());
        self.published.push(public);
        before
    }

    /// What introspection says of a token that can be used now.
    fn meaning(&self, token: &str, now: i64) -> Option<Map<String, Value>> {
        let said = self.session_tokens.get(token).cloned().or_else(|| self.meaning_of_auth_token(token))?;
        let is_timely = said.get("exp").and_then(Value::as_i64).is_some_and(|exp| now < exp);
        is_timely.then_some(said)
    }

    fn meaning_of_auth_token(&self, token: &str) -> Option<Map<String, Value>> {
        let find = |kid: &str| {
            let published = self.published.iter().find(|key| key.kid == kid)?;
            VerifyingKey::from_jwk(published).ok()
        };
        let said = verify(token, find, &["at+jwt"]).ok()?.into_payload();
        let text = |name: &str| said.get(name).and_then(Value::as_str);
        let issued_at = said.get("iat").and_then(Value::as_i64)?;
        let names = |entry: &FeedEntry| {
            let up_to = entry.iat.is_some_and(|iat| issued_at <= iat);
            (entry.sid.is_some() && entry.sid.as_deref() == text("sid"))
                || (up_to && (entry.app.is_some() || entry.sub.as_deref() == text("sub")))
        };
        (!self.said.iter().any(names)).then_some(said)
    }

    pub(crate) fn forget_session_tokens(&mut self, claim: &str, value: &str) {
        self.session_tokens.retain(|_, said| said.get(claim).and_then(Value::as_str) != Some(value));
    }
}

fn cursor(number: u64) -> String {
    format!("{INCARNATION}-{number}")
}

/// Serves one connection until either side ends it.
pub(crate) async fn serve(fake: Arc<Fake>, connection: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let answer = service_fn(|request| {
        let fake = fake.clone();
        async move { Ok::<_, Infallible>(answer(fake, request).await) }
    });
    // Whoever breaks a connection off may.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(connection), answer).await;
}

async fn answer(fake: Arc<Fake>, request: Request<Incoming>) -> Response<Pieces> {
    if fake.held().is_down {
        return whole(StatusCode::SERVICE_UNAVAILABLE, &json!({"error": "the fake issuer is down"}));
    }
    let path = request.uri().path();
    let asked =
        fake.issuer.find("/v1/").and_then(|at| path.strip_prefix(&fake.issuer[at..])).unwrap_or_default();
    match (request.method(), asked) {
        (&Method::GET, "/.well-known/jwks.json") => {
            let keys = fake.held().published.clone();
            whole(StatusCode::OK, &json!({ "keys": keys }))
        }
        (&Method::GET, "/revocations" | "/revocations/snapshot") => feed(fake, &request).await,
        (&Method::POST, "/oauth/introspect") => introspection(&fake, request).await,
        _ => whole(StatusCode::NOT_FOUND, &json!({"error": "the fake issuer has nothing here"})),
    }
}

async fn feed(fake: Arc<Fake>, request: &Request<Incoming>) -> Response<Pieces> {
    let query = request.uri().query().unwrap_or_default().as_bytes();
    let parameter = |name: &str| {
        form_urlencoded::parse(query).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    let after = parameter("after");
    let wants_events = request.headers().get(ACCEPT).is_some_and(|kind| kind == "text/event-stream");
    if !wants_events {
        let wait = parameter("wait").and_then(|secs| secs.parse().ok()).unwrap_or(0);
        let mut changed = fake.changed.subscribe();
        if after.as_deref() == Some(&fake.held().head()) {
            // Something was said, or time is over.
            let _ = timeout(Duration::from_secs(wait), changed.changed()).await;
        }
        return whole(StatusCode::OK, &fake.message(after.as_deref()));
    }
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(tell(fake, after, sender));
    let mut response = Response::new(Pieces(receiver));
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("text/event-stream"));
    response
}

/// Tells whoever reads what is said, and at each beat that it is all.
async fn tell(fake: Arc<Fake>, mut after: Option<String>, reader: UnboundedSender<Bytes>) {
    let mut changed = fake.changed.subscribe();
    while !fake.held().is_down {
        changed.mark_unchanged();
        if fake.held().holds_streams_back {
            // What keeps a connection alive is no message.
            if reader.send(": held back\n\n".into()).is_err() {
                return;
            }
            let _ = timeout(BEAT, reader.closed()).await;
            continue;
        }
        let message = fake.message(after.as_deref());
        let json = serde_json::to_string(&message).expect("a message can be written");
        if reader.send(format!("id: {}\ndata: {json}\n\n", message.cursor).into()).is_err() {
            return;
        }
        after = Some(message.cursor);
        let _ = timeout(BEAT, changed.changed()).await;
    }
}

async fn introspection(fake: &Fake, request: Request<Incoming>) -> Response<Pieces> {
    let form = Limited::new(request.into_body(), ANSWER_BYTES).collect().await;
    let form = form.map(|whole| whole.to_bytes()).unwrap_or_default();
    let token = form_urlencoded::parse(&form).find(|(name, _)| name == "token").map(|(_, token)| token);
    let mut said = match token.and_then(|token| fake.held().meaning(&token, fake.clock.now())) {
        Some(said) => said,
        None => return whole(StatusCode::OK, &json!({"active": false})),
    };
    said.insert("active".to_owned(), Value::Bool(true));
    whole(StatusCode::OK, &said)
}

fn whole(status: StatusCode, body: &impl serde::Serialize) -> Response<Pieces> {
    let (sender, receiver) = unbounded_channel();
    // It cannot fail: the receiver is here.
    let _ = sender.send(serde_json::to_vec(body).expect("an answer can be written").into());
    let mut response = Response::new(Pieces(receiver));
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    *response.status_mut() = status;
    response
}

/// A body that comes in pieces.
struct Pieces(UnboundedReceiver<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}
