//! An issuer for tests: it mints tokens, publishes its keys, and says whose sessions have ended.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use serde_json::{Map, Value};
use tenure_wire::feed::FeedEntry;
use tokio::net::TcpListener;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{sleep, timeout};

use crate::builder::Builder;
use crate::clock::Clock;
use crate::fake_server::{self, Fake, Held};
use crate::frozen_clock::FrozenClock;
use crate::verifier::Verifier;
use crate::web::Connector;

const APP: &str = "app_test";
/// How long its auth tokens live, in seconds.
const TOKEN_SECS: i64 = 300;
const SESSION_SECS: i64 = 3600;
/// How long a test waits for a verifier to hear of something.
const PATIENCE: Duration = Duration::from_secs(10);

/// An issuer for tests, in this process. It knows one app, `app_test`, and believes whoever asks.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use serde_json::json;
/// use tenure_verify::{FakeIssuer, FrozenClock, Policy, Refusal};
///
/// let clock = FrozenClock::at(1_800_000_000);
/// let issuer = FakeIssuer::start(&clock);
/// let verifier = issuer.verifier().build().unwrap();
/// let token = issuer.mint(json!({"sub": "u_ada", "sid": "s_1", "plan": "pro"}));
///
/// let claims = verifier.verify(&token, &Policy::new()).await.unwrap();
/// assert_eq!((claims.user(), claims.session_id()), ("u_ada", Some("s_1")));
///
/// issuer.end_session("s_1");
/// issuer.heard_by(&verifier).await;
/// assert_eq!(verifier.verify(&token, &Policy::new()).await.err(), Some(Refusal::Revoked));
/// # }
/// ```
pub struct FakeIssuer {
    fake: Arc<Fake>,
    connector: Connector,
}

impl FakeIssuer {
    /// An issuer whose clock, and that of its verifiers, is this one. It can be reached by its own verifiers alone, without a port.
    /// There must be a runtime of tokio.
    pub fn start(clock: &FrozenClock) -> Self {
        let (sender, mut connections) = unbounded_channel();
        let issuer = format!("https://issuer.test/v1/apps/{APP}");
        let fake = Arc::new(Fake::new(issuer, Clock::Frozen(clock.clone())));
        let served = fake.clone();
        tokio::spawn(async move {
            while let Some(connection) = connections.recv().await {
                tokio::spawn(fake_server::serve(served.clone(), connection));
            }
        });
        FakeIssuer { fake, connector: Connector::Process(sender) }
    }

    /// An issuer at a free port of 127.0.0.1, for services that are configured by the environment. Its clock is the machine's.
    pub async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let issuer = format!("http://{}/v1/apps/{APP}", listener.local_addr()?);
        Ok(Self::at(listener, issuer))
    }

    /// The same behind a proxy: its tokens say this issuer, `http://127.0.0.1:…/v1/apps/app_test`. Also says where the proxy finds it.
    pub async fn listen_behind(issuer: &str) -> io::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = listener.local_addr()?;
        Ok((Self::at(listener, issuer.to_owned()), address))
    }

    fn at(listener: TcpListener, issuer: String) -> Self {
        let fake = Arc::new(Fake::new(issuer, Clock::system()));
        let served = fake.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(fake_server::serve(served.clone(), connection));
            }
        });
        FakeIssuer { fake, connector: Connector::Network(None) }
    }

    /// What its tokens say in `iss`.
    pub fn issuer(&self) -> &str {
        &self.fake.issuer
    }

    /// A verifier of its tokens, which follows its feed.
    pub fn verifier(&self) -> Builder {
        Verifier::builder(self.issuer())
            .connector(self.connector.clone())
            .timed_by(self.fake.clock.clone())
            .api_key("tk_test")
    }

    /// The keys that it publishes, for verifiers that are to fetch none.
    pub fn key_set(&self) -> String {
        let keys = self.held().published.clone();
        serde_json::json!({ "keys": keys }).to_string()
    }

    /// An auth token that says what the issuer's do, with `claims` added or put in their place; one that is `null` is left out.
    ///
    /// # Panics
    /// If `claims` is no object.
    pub fn mint(&self, claims: Value) -> String {
        let now = self.fake.clock.now();
        let n = self.held().next_number();
        let mut said = object(serde_json::json!({
            "iss": self.issuer(), "sub": "u_test", "aud": [APP], "iat": now, "nbf": now, "exp": now + TOKEN_SECS,
            "jti": format!("t_{n}"), "sid": format!("s_{n}"), "auth_time": now, "client_id": "web",
        }));
        said.extend(object(claims));
        said.retain(|_, value| !value.is_null());
        let payload = serde_json::to_vec(&said).expect("a map of strings can be written");
        self.held().signer.sign(&payload).expect("the payload is short")
    }

    /// A session token of a session of its own, whose introspection says `claims`, in the way of [`FakeIssuer::mint`].
    ///
    /// # Panics
    /// If `claims` is no object.
    pub fn open(&self, claims: Value) -> String {
        let now = self.fake.clock.now();
        let mut held = self.held();
        let n = held.next_number();
        let mut said = object(serde_json::json!({
            "iss": self.issuer(), "sub": "u_test", "aud": [APP], "iat": now, "exp": now + SESSION_SECS,
            "sid": format!("s_{n}"), "auth_time": now, "client_id": "web", "token_type": "session_token",
        }));
        said.extend(object(claims));
        said.retain(|_, value| !value.is_null());
        let token = format!("ts1_{n:092}");
        held.session_tokens.insert(token.clone(), said);
        token
    }

    /// Ends a session: auth tokens that say it are revoked, and its session token is not active any more.
    pub fn end_session(&self, session: &str) {
        self.held().forget_session_tokens("sid", session);
        self.say(FeedEntry { sid: Some(session.to_owned()), ..FeedEntry::default() });
    }

    /// Ends what a user has up to now.
    pub fn end_user(&self, user: &str) {
        self.held().forget_session_tokens("sub", user);
        let iat = Some(self.fake.clock.now());
        self.say(FeedEntry { sub: Some(user.to_owned()), iat, ..FeedEntry::default() });
    }

    /// Ends everything of the app up to now.
    pub fn end_app(&self) {
        self.held().session_tokens.clear();
        let iat = Some(self.fake.clock.now());
        self.say(FeedEntry { app: Some(APP.to_owned()), iat, ..FeedEntry::default() });
    }

    /// Signs with a new key from now on. The keys before it stay published.
    pub fn rotate_key(&self) {
        self.held().rotate_key();
    }

    /// As [`FakeIssuer::rotate_key`], and the key before is revoked.
    pub fn revoke_key(&self) {
        let before = self.held().rotate_key();
        self.held().published.retain(|key| key.kid != before);
        self.say(FeedEntry { kid: Some(before), ..FeedEntry::default() });
    }

    /// Answers nothing but 503 from now on, and breaks off what is being read; or serves again.
    pub fn set_down(&self, down: bool) {
        self.held().is_down = down;
        self.fake.changed.send_replace(());
    }

    /// Streams bring no message from now on, as behind a proxy that gathers answers and keeps connections alive; or they do again.
    pub fn hold_streams_back(&self, hold: bool) {
        self.held().holds_streams_back = hold;
    }

    /// Comes back when a verifier has heard of everything that was ended.
    ///
    /// # Panics
    /// If it has not within ten seconds, or does not follow a feed.
    pub async fn heard_by(&self, verifier: &Verifier) {
        let feed = verifier.feed().expect("a verifier with an API key");
        let head = self.held().head();
        let heard = async {
            while feed.cursor().as_deref() != Some(&head) {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(PATIENCE, heard).await.expect("the verifier follows the feed");
    }

    fn say(&self, entry: FeedEntry) {
        let now = self.fake.clock.now();
        self.held().say(entry, now, now + TOKEN_SECS + 30);
        self.fake.changed.send_replace(());
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.fake.held()
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("claims are a JSON object, not {other}"),
    }
}
