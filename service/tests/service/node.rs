//! A service on a store in memory, with a clock that stands still.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Map, Value};
use tenure_core::id::AppId;
use tenure_core::policy::Activity;
use tenure_core::time::{Span, Timestamp};
use tenure_core::token::IdempotencyKey;
use tenure_service::change_settings::SettingsChange;
use tenure_service::clock::Clock;
use tenure_service::entropy::SystemEntropy;
use tenure_service::error::{Error, Result};
use tenure_service::issue::Issued;
use tenure_service::limits::Retention;
use tenure_service::refresh::RefreshRequest;
use tenure_service::ring::RingSource;
use tenure_service::service::{Options, Reach, Service};
use tenure_service::start::StartError;
use tenure_store::Store;
use tenure_store::memory::Memory;
use tenure_wire::app::CreateApp;
use tenure_wire::session::OpenRequest;
use zeroize::Zeroizing;

pub const START: i64 = 1_767_225_600;

/// A ring with these keys: number, state, and the byte that its secret repeats.
pub fn ring(keys: &[(u8, &str, u8)]) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let key = |(kid, state, byte): &(u8, &str, u8)| {
        let secret = Base64UrlUnpadded::encode_string(&[*byte; 32]);
        format!("[[key]]\nkid = {kid}\nstate = \"{state}\"\nsecret = \"{secret}\"\n")
    };
    keys.iter().map(key).collect()
}

#[derive(Default)]
pub struct StandingClock(AtomicI64);

impl StandingClock {
    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.millis(), Ordering::SeqCst);
    }
}

#[async_trait::async_trait]
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(START).plus(Span::from_millis(self.0.load(Ordering::SeqCst)))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst).unsigned_abs())
    }

    async fn wait(&self, time: Duration) {
        self.advance(Span::from_millis(time.as_millis() as i64));
        tokio::task::yield_now().await;
    }
}

/// A service with what it stands on.
#[derive(Clone)]
pub struct Node {
    pub service: Arc<Service>,
    pub memory: Arc<Memory>,
    pub clock: Arc<StandingClock>,
    pub app: AppId,
}

impl Node {
    /// A first node, with an app `shop` whose refresh tokens are on.
    pub async fn first() -> Self {
        let node = Self::start(Arc::default(), Arc::default(), &ring(&[(1, "active", 7)])).await.unwrap();
        let new = CreateApp { id: Some("shop".into()), name: "Shop".into() };
        node.service.create_app(&new).await.unwrap();
        node.set("refresh_tokens", Value::Bool(true)).await;
        node.set("auth_token_jitter", 0.into()).await;
        node
    }

    /// Another node on the same store and clock, with this ring.
    pub async fn beside(&self, ring: &str) -> Self {
        Self::start_as("other", self.memory.clone(), self.clock.clone(), ring, Retention::default())
            .await
            .unwrap()
    }

    pub async fn start(
        memory: Arc<Memory>,
        clock: Arc<StandingClock>,
        ring: &str,
    ) -> Result<Self, StartError> {
        Self::start_keeping(memory, clock, ring, Retention::default()).await
    }

    /// The same, where what is over is kept for so long.
    pub async fn start_keeping(
        memory: Arc<Memory>,
        clock: Arc<StandingClock>,
        ring: &str,
        retention: Retention,
    ) -> Result<Self, StartError> {
        Self::start_as("one", memory, clock, ring, retention).await
    }

    /// The node of this name.
    pub async fn start_as(
        name: &str,
        memory: Arc<Memory>,
        clock: Arc<StandingClock>,
        ring: &str,
        retention: Retention,
    ) -> Result<Self, StartError> {
        let service = Service::start(
            Store::new(memory.clone()),
            RingSource::Text(Zeroizing::new(ring.to_owned())),
            clock.clone(),
            Arc::new(SystemEntropy),
            Options {
                public_url: "https://tenure.test".into(),
                node: name.to_owned(),
                dev: false,
                cached_sessions: 1000,
                retention,
                webhook_reach: Reach::Public,
            },
        );
        Ok(Self { service: service.await?, memory, clock, app: AppId::parse("shop").unwrap() })
    }

    pub async fn set(&self, key: &str, value: Value) {
        let given = Map::from_iter([(key.to_owned(), value)]);
        let change = SettingsChange {
            given: &given,
            expected_version: None,
            applies: Default::default(),
            reason: None,
            by: None,
        };
        self.service.change_settings(&self.app, &change).await.unwrap();
    }

    /// Opens a session and gives its first refresh token.
    pub async fn open(&self, user: &str) -> String {
        let request: OpenRequest<Value> =
            serde_json::from_value(serde_json::json!({"user_id": user})).unwrap();
        let opened = self.service.open_session(&self.app, &request).await.unwrap();
        opened.issued.result.refresh_token.unwrap()
    }

    pub async fn refresh(&self, token: &str, key: Option<&str>) -> Result<Issued> {
        let key = key.map(|key| IdempotencyKey::parse(key.as_bytes()).unwrap());
        let request = RefreshRequest {
            app: &self.app,
            client: None,
            token,
            idempotency_key: key.as_ref(),
            activity: Activity::Unsaid,
            seq: None,
        };
        self.service.refresh(&request).await
    }

    /// Refreshes, which succeeds, and gives the next token.
    pub async fn next(&self, token: &str) -> String {
        self.refresh(token, None).await.unwrap().result.refresh_token.unwrap()
    }

    /// Why a refresh is refused.
    pub async fn reason(&self, token: &str, key: Option<&str>) -> &'static str {
        match self.refresh(token, key).await {
            Err(Error::Session(refusal)) => refusal.as_str(),
            Err(other) => panic!("{other}"),
            Ok(_) => "served",
        }
    }
}
