//! What a verifier is told before it begins.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use http::{HeaderValue, Uri};
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::epoch::Epoch;
use crate::feed::Feed;
use crate::feed::follow::Follower;
#[cfg(feature = "test")]
use crate::frozen_clock::FrozenClock;
use crate::introspection::Introspection;
use crate::keys::fetch::Fetch;
use crate::keys::{KeySet, Keys};
use crate::limits::SKEW_SECS;
use crate::metrics::{Meter, Metrics};
use crate::session_tokens::SessionTokens;
use crate::token::Expected;
use crate::verified_tokens::VerifiedTokens;
use crate::verifier::{Following, Parts, Server, Verifier};
use crate::web::{Connector, Web};

/// What a verifier is told before it begins: at the least, whose tokens it checks.
pub struct Builder {
    issuer: String,
    audience: Option<String>,
    api_key: Option<Zeroizing<String>>,
    jwks: Option<String>,
    leeway_secs: u32,
    meter: Meter,
    clock: Clock,
    connector: Option<Connector>,
}

/// Why there is no verifier, in words that say what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct SetupError(pub(crate) String);

impl Verifier {
    /// A verifier of the tokens of this issuer: `https://…/v1/apps/{app}`, as it stands in their `iss`.
    pub fn builder(issuer: impl Into<String>) -> Builder {
        Builder {
            issuer: issuer.into(),
            audience: None,
            api_key: None,
            jwks: None,
            leeway_secs: 0,
            meter: Meter::default(),
            clock: Clock::system(),
            connector: None,
        }
    }
}

impl Builder {
    /// For whom tokens must be: the app, unless said otherwise.
    pub fn audience(self, audience: impl Into<String>) -> Self {
        Builder { audience: Some(audience.into()), ..self }
    }

    /// A key of role `verify`: turns on the revocation feed, introspection, and session tokens.
    pub fn api_key(self, api_key: impl Into<String>) -> Self {
        Builder { api_key: Some(Zeroizing::new(api_key.into())), ..self }
    }

    /// The issuer's keys as a JSON Web Key Set: then none are fetched, ever.
    pub fn jwks(self, json: impl Into<String>) -> Self {
        Builder { jwks: Some(json.into()), ..self }
    }

    /// Seconds after `exp` for which a token is still taken, for clocks that differ; at most 30.
    pub fn leeway_secs(self, secs: u32) -> Self {
        Builder { leeway_secs: secs, ..self }
    }

    /// Who is told what happens.
    pub fn metrics(self, metrics: Arc<dyn Metrics>) -> Self {
        Builder { meter: Meter(Some(metrics)), ..self }
    }

    /// The clock that it goes by.
    #[cfg(feature = "test")]
    pub fn clock(self, clock: &FrozenClock) -> Self {
        self.timed_by(Clock::Frozen(clock.clone()))
    }

    #[cfg(feature = "test")]
    pub(crate) fn timed_by(self, clock: Clock) -> Self {
        Builder { clock, ..self }
    }

    #[cfg(feature = "test")]
    pub(crate) fn connector(self, connector: Connector) -> Self {
        Builder { connector: Some(connector), ..self }
    }

    /// The verifier. With an API key it begins to follow the feed, in the runtime of tokio
    /// that it is called in: once that is gone, the feed is stale.
    pub fn build(self) -> Result<Verifier, SetupError> {
        let app = self.app()?;
        if i64::from(self.leeway_secs) > SKEW_SECS {
            return Err(error(format!(
                "a leeway of {} s is too much: at most {SKEW_SECS}",
                self.leeway_secs
            )));
        }
        if self.audience.as_deref() == Some("") {
            return Err(error("the audience is empty: give it a value, or leave it out".to_owned()));
        }
        if self.api_key.as_ref().is_some_and(|key| key.is_empty()) {
            return Err(error("the API key is empty: give it a value, or leave it out".to_owned()));
        }
        let expected = Expected {
            issuer: self.issuer.clone(),
            audience: self.audience.clone().unwrap_or_else(|| app.clone()),
            leeway_secs: i64::from(self.leeway_secs),
        };
        let web = self.web()?;
        let keys_epoch = Epoch::default();
        let keys = Arc::new(self.keys(web.as_ref(), &keys_epoch)?);
        let server = match (&self.api_key, web) {
            (Some(key), Some(web)) => Some(self.server(key, &web)?),
            _ => None,
        };
        Ok(Verifier::of(Parts {
            expected,
            app,
            keys,
            keys_epoch,
            tokens: VerifiedTokens::new(),
            server,
            clock: self.clock,
            meter: self.meter,
            stale_said: AtomicU64::new(0),
        }))
    }

    /// The last part of the issuer, once the issuer is seen to be one.
    fn app(&self) -> Result<String, SetupError> {
        let wrong = |why: &str| {
            error(format!("the issuer is `https://…/v1/apps/{{app}}`, as it stands in `iss`; this one {why}"))
        };
        let address: Uri = self.issuer.parse().map_err(|_| wrong("is no address"))?;
        let host = address.host().unwrap_or_default();
        match address.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(host) => {}
            Some("http") => return Err(wrong("is http, which is for this machine alone: use https")),
            _ => return Err(wrong("does not begin with `https://`")),
        }
        let is_plain = address.query().is_none() && !self.issuer.contains(['#', '@']);
        match address.path().rsplit('/').next() {
            Some(app) if is_plain && !app.is_empty() => Ok(app.to_owned()),
            _ => Err(wrong("does not end with the name of an app")),
        }
    }

    /// A client, if anything is to be fetched.
    fn web(&self) -> Result<Option<Arc<Web>>, SetupError> {
        if self.jwks.is_some() && self.api_key.is_none() {
            return Ok(None);
        }
        let connector = match &self.connector {
            Some(connector) => connector.clone(),
            None => Connector::network(self.issuer.starts_with("https:")).map_err(error)?,
        };
        Ok(Some(Arc::new(Web::new(connector))))
    }

    fn keys(&self, web: Option<&Arc<Web>>, epoch: &Epoch) -> Result<Keys, SetupError> {
        if let Some(json) = &self.jwks {
            let set = KeySet::read(json.as_bytes(), &KeySet::default());
            return set.map(Keys::pinned).map_err(|why| error(format!("the key set is refused: {why}")));
        }
        let web = web.cloned().ok_or_else(|| error("keys must come from somewhere".to_owned()))?;
        let fetch = Fetch::new(web, self.address(".well-known/jwks.json")?);
        Ok(Keys::fetched(fetch, self.clock.clone(), epoch.clone(), self.meter.clone()))
    }

    fn server(&self, api_key: &str, web: &Arc<Web>) -> Result<Server, SetupError> {
        let runtime = Handle::try_current().map_err(|_| {
            error(
                "the revocation feed is followed by a task: build the verifier inside tokio's runtime"
                    .to_owned(),
            )
        })?;
        let bearer = Zeroizing::new(format!("Bearer {api_key}"));
        let mut authorization = HeaderValue::try_from(bearer.as_str())
            .map_err(|_| error("the API key holds characters that no key has".to_owned()))?;
        authorization.set_sensitive(true);
        let feed_epoch = Epoch::default();
        let feed = Arc::new(Feed::new(self.clock.clone(), feed_epoch.clone(), self.meter.clone()));
        let follower = Follower::new(web.clone(), &self.issuer, authorization.clone(), self.clock.clone());
        let following = Following(runtime.spawn(follower.run(feed.clone())).abort_handle());
        let introspection = Introspection::new(web.clone(), self.address("oauth/introspect")?, authorization);
        Ok(Server {
            feed,
            feed_epoch,
            introspection,
            session_tokens: SessionTokens::new(),
            _following: following,
        })
    }

    fn address(&self, path: &str) -> Result<Uri, SetupError> {
        format!("{}/{path}", self.issuer).parse().map_err(|_| error("the issuer is too long".to_owned()))
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn error(why: String) -> SetupError {
    SetupError(why)
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SetupError {}
