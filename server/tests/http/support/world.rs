//! A server in this process, with a clock and a store that the test holds.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tenure_core::id::AppId;
use tenure_core::time::Span;
use tenure_server::router::router;
use tenure_server::state::{Dev, Http, HttpOptions};
use tenure_service::clock::VirtualClock;
use tenure_service::credentials::Caller;
use tenure_service::entropy::SystemEntropy;
use tenure_service::limits::Retention;
use tenure_service::ring::{RingFile, RingSource};
use tenure_service::service::{Options, Reach, Service};
use tenure_store::memory::Memory;
use tenure_store::{EventFilter, NumberedEvent, Sessions as _, Store};
use tenure_wire::app::{CreateApiKey, CreateApp};

use super::app::TestApp;
use super::call::Call;
use super::clock::TestClock;

/// Where the server says that it is reached.
pub const PUBLIC_URL: &str = "https://tenure.test";

/// Where browsers are said to reach the console.
pub const CONSOLE_URL: &str = "http://localhost:7801";

/// Everything that a test can hold.
pub struct World {
    pub memory: Arc<Memory>,
    pub clock: Arc<TestClock>,
    pub service: Arc<Service>,
    pub http: Http,
    pub router: Router,
    /// An API key of role admin for every app.
    pub admin: String,
    ring: TempDir,
}

impl World {
    /// A server with one key in its ring and no app.
    pub async fn new() -> Self {
        Self::with(HttpOptions::default()).await
    }

    /// The same, served in another way.
    pub async fn with(http: HttpOptions) -> Self {
        super::log::set_up();
        let ring = TempDir::new().unwrap();
        RingFile::with_key(&[7; 32]).write(&ring.path().join("ring.toml")).unwrap();
        let (memory, clock) = (Arc::new(Memory::default()), Arc::new(TestClock::default()));
        let mut world = Self::start(memory, clock, ring, (http, "one")).await;
        world.create_app("first").await;
        world.admin = world.api_key("first", "admin", true).await;
        world
    }

    /// Served as `dev --virtual-clock` does: with `/dev/clock` for a listener on port 7800.
    pub async fn with_virtual_clock() -> Self {
        Self::as_dev(Some(Arc::default())).await
    }

    /// Served as `dev` does, on port 7800.
    pub async fn dev() -> Self {
        Self::as_dev(None).await
    }

    async fn as_dev(virtual_clock: Option<Arc<VirtualClock>>) -> Self {
        let dev = Some(Dev { listen: ([127, 0, 0, 1], 7800).into(), virtual_clock });
        let console_url = Some(CONSOLE_URL.to_owned());
        Self::with(HttpOptions { dev, console_url, ..HttpOptions::default() }).await
    }

    /// The same store and ring under a new process, as after a restart.
    pub async fn restarted(self) -> Self {
        let admin = self.admin;
        Self {
            admin,
            ..Self::start(self.memory, self.clock, self.ring, (HttpOptions::default(), "one")).await
        }
    }

    /// A store of its own with an app `shop`, under the same ring: what a store knew that was lost.
    pub async fn another_store(&self) -> Self {
        let ring = TempDir::new().unwrap();
        self.ring_file().write(&ring.path().join("ring.toml")).unwrap();
        let memory = Arc::new(Memory::default());
        let mut other = Self::start(memory, self.clock.clone(), ring, (HttpOptions::default(), "one")).await;
        other.create_app("first").await;
        other.admin = other.api_key("first", "admin", true).await;
        other.app("shop").await;
        other
    }

    /// Another node on the same store, with the ring as it is written down now.
    pub async fn another_node(&self) -> Self {
        let ring = TempDir::new().unwrap();
        self.ring_file().write(&ring.path().join("ring.toml")).unwrap();
        let node =
            Self::start(self.memory.clone(), self.clock.clone(), ring, (HttpOptions::default(), "other"))
                .await;
        Self { admin: self.admin.clone(), ..node }
    }

    async fn start(
        memory: Arc<Memory>,
        clock: Arc<TestClock>,
        ring: TempDir,
        (http, node): (HttpOptions, &str),
    ) -> Self {
        let node = node.to_owned();
        let service = Service::start(
            Store::new(memory.clone()),
            RingSource::File(ring.path().join("ring.toml")),
            clock.clone(),
            Arc::new(SystemEntropy),
            Options {
                public_url: PUBLIC_URL.to_owned(),
                node,
                dev: false,
                cached_sessions: 1000,
                retention: Retention::default(),
                webhook_reach: Reach::AndThisMachine,
            },
        );
        let service = service.await.unwrap();
        let http = Http::new(service.clone(), http);
        let router = router(http.clone(), "test".to_owned());
        Self { memory, clock, service, http, router, admin: String::new(), ring }
    }

    /// Where the ring is written down.
    pub fn ring_path(&self) -> PathBuf {
        self.ring.path().join("ring.toml")
    }

    /// The ring as it is written down.
    pub fn ring_file(&self) -> RingFile {
        RingSource::File(self.ring_path()).read().unwrap()
    }

    /// Changes the ring's file. The server is not told.
    pub fn edit_ring(&self, edit: impl FnOnce(&mut RingFile)) {
        let mut ring = self.ring_file();
        edit(&mut ring);
        ring.write(&self.ring_path()).unwrap();
    }

    /// What an API key's text is, for a fresh key of this role.
    pub async fn api_key(&self, app: &str, role: &str, all_apps: bool) -> String {
        let new = CreateApiKey { name: role.to_owned(), role: role.to_owned(), all_apps };
        let app = AppId::parse(app).unwrap();
        self.service.create_api_key(&Caller::owner(), &app, &new).await.unwrap().api_key
    }

    /// An app as a new one is: stateless.
    pub async fn create_app(&self, id: &str) -> TestApp<'_> {
        let new = CreateApp { id: Some(id.to_owned()), name: format!("The app {id}") };
        self.service.create_app(&new).await.unwrap();
        TestApp::new(self, id)
    }

    /// An app with refresh tokens on, and auth tokens of exactly ten minutes.
    pub async fn app(&self, id: &str) -> TestApp<'_> {
        self.app_with(id, json!({})).await
    }

    /// The same with other settings beside these.
    pub async fn app_with(&self, id: &str, settings: Value) -> TestApp<'_> {
        let app = self.create_app(id).await;
        let mut all = json!({"refresh_tokens": true, "auth_token_jitter": 0});
        all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        app.change_settings(all).await.expect(200);
        app
    }

    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self.router.clone(), method, path)
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    pub fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    pub fn patch(&self, path: &str) -> Call {
        self.call(Method::PATCH, path)
    }

    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.clock.advance(Span::from_secs(seconds));
    }

    /// What happened, as the operator reads it.
    pub async fn events(&self) -> Vec<Value> {
        let page = self.memory.events(&EventFilter::default(), 0, 10_000).await.unwrap();
        let shown = page.events.into_iter().map(|NumberedEvent { event, .. }| {
            let mut shown =
                json!({"type": event.kind, "detail": serde_json::from_str::<Value>(&event.detail).unwrap()});
            let session = event.session.map(|session| session.to_string());
            let who = [("user_id", event.user.map(|user| user.to_string())), ("session_id", session)];
            who.into_iter()
                .filter_map(|(name, id)| Some((name, id?)))
                .for_each(|(name, id)| shown[name] = id.into());
            shown
        });
        shown.collect()
    }

    /// How many events there are of one kind.
    pub async fn count_events(&self, kind: &str) -> usize {
        self.events().await.iter().filter(|event| event["type"] == kind).count()
    }
}
