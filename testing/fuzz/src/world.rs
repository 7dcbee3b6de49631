//! A server in this process, on the in-memory store, with one app, an API key and a session: the same for every input.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tenure_core::id::AppId;
use tenure_core::settings::Settings;
use tenure_core::time::Span;
use tenure_server::address::Peer;
use tenure_server::router::router;
use tenure_server::state::{Http, HttpOptions};
use tenure_service::credentials::Caller;
use tenure_service::entropy::Entropy;
use tenure_service::limits::Retention;
use tenure_service::ring::RingSource;
use tenure_service::service::{Options, Reach, Service};
use tenure_store::memory::Memory;
use tenure_store::{Store, Unavailable};
use tenure_wire::app::{CreateApiKey, CreateApp};
use tower::ServiceExt as _;
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::clock::HeldClock;

const RING: &str =
    "[[key]]\nkid = 1\nstate = \"active\"\nsecret = \"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc\"\n";
/// The app.
pub const APP: &str = "demo";

/// Where one input is tried.
pub struct World {
    /// An API key that may do everything.
    pub key: String,
    /// The refresh token that was handed out last.
    pub refresh: String,
    /// The one before it.
    pub used: String,
    /// The auth token that was handed out last.
    pub auth: String,
    /// The session token that was handed out last.
    pub opaque: String,
    /// The session of these.
    pub sid: String,
    clock: Arc<HeldClock>,
    router: Router,
}

/// Runs `work` to its end on this thread.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(work))
}

impl World {
    /// A world in which nothing but one sign-in has happened.
    pub async fn new() -> Self {
        let clock = Arc::new(HeldClock::default());
        let service = Service::start(
            Store::new(Arc::new(Memory::default())),
            RingSource::Text(Zeroizing::new(RING.to_owned())),
            clock.clone(),
            Arc::new(Counted::default()),
            Options {
                node: "fuzz".to_owned(),
                public_url: "https://tenure.test".to_owned(),
                dev: false,
                cached_sessions: 100,
                retention: Retention::default(),
                webhook_reach: Reach::Public,
            },
        );
        let service = service.await.unwrap();
        let app = CreateApp { id: Some(APP.to_owned()), name: "Demo".to_owned() };
        let settings = Settings { refresh_tokens: true, ..Settings::default() };
        service.create_app_with(&app, &settings).await.unwrap();
        let new = CreateApiKey { name: "all".to_owned(), role: "admin".to_owned(), all_apps: true };
        let key = service.create_api_key(&Caller::owner(), &AppId::parse(APP).unwrap(), &new).await.unwrap();
        let router = router(Http::new(service, HttpOptions::default()), "fuzz".to_owned());
        let mut world = Self {
            key: key.api_key,
            refresh: String::new(),
            used: String::new(),
            auth: String::new(),
            opaque: String::new(),
            sid: String::new(),
            clock,
            router,
        };
        world.manage(Method::POST, "/sessions", &json!({"user_id": "ann"})).await;
        let exchange = format!(
            "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token={}\
             &subject_token_type=urn:ietf:params:oauth:token-type:jwt",
            world.auth
        );
        let bearer = format!("Bearer {}", world.key);
        let headers =
            map(&[("content-type", "application/x-www-form-urlencoded"), ("authorization", &bearer)]);
        let path = format!("/v1/apps/{APP}/oauth/token");
        world.ask(Method::POST, &path, headers, exchange.into_bytes()).await.unwrap();
        world
    }

    /// Asks as an operator.
    pub async fn manage(&mut self, method: Method, path: &str, body: &Value) -> Answer {
        let headers =
            [("content-type", "application/json"), ("authorization", &format!("Bearer {}", self.key))];
        let headers = map(&headers);
        self.ask(method, &format!("/v1/apps/{APP}{path}"), headers, body.to_string().into_bytes())
            .await
            .unwrap()
    }

    /// Asks, checks the answer, and keeps the tokens that it holds. `None` when this is no address.
    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Option<Answer> {
        let mut request = Request::builder().method(method.clone()).uri(path).body(Body::from(body)).ok()?;
        *request.headers_mut() = headers;
        let path = request.uri().path().to_owned(); // What a router sees: neither query nor fragment.
        request.extensions_mut().insert(Peer::Network(([192, 0, 2, 1], 40_000).into()));
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let endless = parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if endless { Vec::new() } else { body.collect().await.unwrap().to_bytes().to_vec() };
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        let secrets: Vec<_> =
            [&self.key, &self.refresh, &self.used, &self.auth, &self.opaque].map(String::as_str).into();
        let secrets: Vec<_> = secrets.into_iter().filter(|secret| !secret.is_empty()).collect();
        answer.check(&method, &path, &secrets);
        self.keep(&answer);
        Some(answer)
    }

    /// `input` with `{key}`, `{refresh}`, `{used}`, `{auth}`, `{opaque}` and `{sid}` replaced by what they stand for now.
    pub fn filled_in(&self, input: &[u8]) -> Vec<u8> {
        let names = [
            ("{key}", &self.key),
            ("{refresh}", &self.refresh),
            ("{used}", &self.used),
            ("{auth}", &self.auth),
            ("{opaque}", &self.opaque),
            ("{sid}", &self.sid),
        ];
        let mut filled = Vec::with_capacity(input.len());
        let mut rest = input;
        while let Some(first) = rest.first() {
            match names.iter().find(|(name, _)| rest.starts_with(name.as_bytes())) {
                Some((name, value)) => {
                    filled.extend_from_slice(value.as_bytes());
                    rest = &rest[name.len()..];
                }
                None => {
                    filled.push(*first);
                    rest = &rest[1..];
                }
            }
        }
        filled
    }

    /// Lets time pass.
    pub fn pass(&self, span: Span) {
        self.clock.advance(span);
    }

    fn keep(&mut self, answer: &Answer) {
        let body = answer.json();
        let text = |place: &str| body.pointer(place).and_then(Value::as_str).map(str::to_owned);
        let refresh = text("/auth_result/refresh_token").or_else(|| text("/refresh_token"));
        let refresh = refresh.or_else(|| answer.cookie()).filter(|refresh| !refresh.is_empty());
        if let Some(refresh) = refresh.filter(|refresh| *refresh != self.refresh) {
            self.used = std::mem::replace(&mut self.refresh, refresh);
        }
        let access = text("/auth_result/auth_token").or_else(|| text("/access_token"));
        match access {
            Some(opaque) if opaque.starts_with("ts1_") => self.opaque = opaque,
            Some(auth) => self.auth = auth,
            None => {}
        }
        self.sid = text("/auth_result/session_id").unwrap_or_else(|| self.sid.clone());
    }
}

/// Headers from pairs that are known to be headers.
pub fn map(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

/// Numbers that never repeat and never differ from run to run, as bytes (SplitMix64).
#[derive(Default)]
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Unavailable> {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}
