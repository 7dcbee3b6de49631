//! The verifier: which checks a token passes in which order, and what is remembered of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderMap;
use tokio::task::AbortHandle;

use crate::bearer;
use crate::claims::Claims;
use crate::clock::{Clock, Millis, Moment};
use crate::epoch::Epoch;
use crate::feed::Feed;
use crate::introspection::Introspection;
use crate::keys::Keys;
use crate::limits::{STALE_AFTER_SECS, STALE_LOG_SECS};
use crate::metrics::{Count, Meter};
use crate::policy::{Policy, Revocation};
use crate::refusal::Refusal;
use crate::revoked::Bearer;
use crate::session_tokens::{SessionTokens, is_session_token};
use crate::token::{Expected, is_sign_in_enough};
use crate::verified_tokens::VerifiedTokens;

/// Checks the tokens of one app. Copies are the same verifier: keep one for the life of the process.
#[derive(Clone)]
pub struct Verifier {
    parts: Arc<Parts>,
}

/// What a verifier is made of.
pub(crate) struct Parts {
    pub(crate) expected: Expected,
    /// The app whose tokens these are.
    pub(crate) app: String,
    pub(crate) keys: Arc<Keys>,
    /// Moves on when the keys change.
    pub(crate) keys_epoch: Epoch,
    pub(crate) tokens: VerifiedTokens,
    /// What takes an API key.
    pub(crate) server: Option<Server>,
    pub(crate) clock: Clock,
    pub(crate) meter: Meter,
    /// When the log said last that a stale feed was passed over: one more than the moment, 0 for never.
    pub(crate) stale_said: AtomicU64,
}

/// What there is where the server can be asked.
pub(crate) struct Server {
    pub(crate) feed: Arc<Feed>,
    /// Moves on when the feed has said something.
    pub(crate) feed_epoch: Epoch,
    pub(crate) introspection: Introspection,
    pub(crate) session_tokens: SessionTokens,
    pub(crate) _following: Following,
}

/// The task that follows the feed. It ends with this.
pub(crate) struct Following(pub(crate) AbortHandle);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Verifier {
    pub(crate) fn of(parts: Parts) -> Self {
        Verifier { parts: Arc::new(parts) }
    }

    /// Whom a request is from, by its one header `Authorization: Bearer …`.
    ///
    /// Guaranteed: every rule of `docs/reference/verifiers.md` holds for the token, now and for this policy. Refused: the first that
    /// does not hold; [`crate::answer`] makes an answer of it. Waits for the network only where keys must be read first, or the
    /// server must be asked.
    pub async fn check(&self, headers: &HeaderMap, policy: &Policy) -> Result<Arc<Claims>, Refusal> {
        self.told(match bearer::token(headers) {
            Ok(token) => self.parts.judge(token, policy).await,
            Err(refusal) => Err(refusal),
        })
    }

    /// As [`Verifier::check`], for a token that came in some other way.
    pub async fn verify(&self, token: &str, policy: &Policy) -> Result<Arc<Claims>, Refusal> {
        self.told(self.parts.judge(token, policy).await)
    }

    /// Comes back when keys were read, and the feed, if there is one, once to its end. Nothing has to wait for it: until then, the
    /// feed counts as stale, and the first token waits for the keys.
    pub async fn ready(&self) -> Result<(), Refusal> {
        self.parts.keys.tend().await?;
        if let Some(server) = &self.parts.server {
            server.feed.was_read().await;
        }
        Ok(())
    }

    /// How many verified tokens are remembered now.
    pub fn remembered(&self) -> usize {
        self.parts.tokens.len()
    }

    /// What is known by the feed.
    #[cfg(feature = "test")]
    pub(crate) fn feed(&self) -> Option<&Feed> {
        self.parts.server.as_ref().map(|server| &*server.feed)
    }

    fn told(&self, verdict: Result<Arc<Claims>, Refusal>) -> Result<Arc<Claims>, Refusal> {
        self.parts.meter.count(match &verdict {
            Ok(_) => Count::Verified,
            Err(refusal) => Count::Refused(*refusal),
        });
        verdict
    }
}

impl Parts {
    async fn judge(&self, token: &str, policy: &Policy) -> Result<Arc<Claims>, Refusal> {
        match self.at_once(token, policy, self.clock.read()) {
            Some(verdict) => verdict,
            // Apart, so that what mostly happens carries none of it along.
            None => Box::pin(self.in_time(token, policy)).await,
        }
    }

    /// The verdict on an auth token that was verified before, where nothing has to be waited for.
    fn at_once(&self, token: &str, policy: &Policy, now: Moment) -> Option<Result<Arc<Claims>, Refusal>> {
        let revocation = self.revocation(policy);
        if revocation == Revocation::Introspect || !self.keys.are_tended(now.elapsed) {
            return None;
        }
        let claims = self.known(token)?;
        let verdict = self.still_passes(&claims, policy, now);
        Some(verdict.and_then(|()| is_sign_in_enough(&claims, policy, now.wall)).map(|()| claims))
    }

    async fn in_time(&self, token: &str, policy: &Policy) -> Result<Arc<Claims>, Refusal> {
        let claims = match &self.server {
            Some(server) if is_session_token(token) => self.session_token(server, token, policy).await?,
            _ => self.auth_token(token, policy).await?,
        };
        is_sign_in_enough(&claims, policy, self.clock.now())?;
        Ok(claims)
    }

    /// Rules 2 to 15 of an auth token.
    async fn auth_token(&self, token: &str, policy: &Policy) -> Result<Arc<Claims>, Refusal> {
        if self.tokens.find(token).is_some() {
            self.keys.tend().await?;
        }
        let claims = match self.known(token) {
            Some(claims) => claims,
            None => self.first_look(token).await?,
        };
        self.still_passes(&claims, policy, self.clock.read())?;
        if self.revocation(policy) == Revocation::Introspect {
            let server = self.server.as_ref().ok_or(Refusal::IntrospectionUnavailable)?;
            server.introspection.ask(token).await?.ok_or(Refusal::Revoked)?;
        }
        Ok(claims)
    }

    /// A token that was verified before, if its key is still in use.
    fn known(&self, token: &str) -> Option<Arc<Claims>> {
        let claims = self.tokens.find(token)?;
        let proof = claims.proof()?;
        let has_key = || {
            let keys = self.keys.current();
            keys.find(proof.key.kid()).is_some_and(|key| Arc::ptr_eq(key, &proof.key))
        };
        if !proof.key_seen.holds(self.keys_epoch.now(), has_key) {
            self.tokens.forget(token);
            return None;
        }
        self.meter.count(Count::CacheHit);
        Some(claims)
    }

    /// Rules 2 to 14. A token that passes is remembered.
    async fn first_look(&self, token: &str) -> Result<Arc<Claims>, Refusal> {
        let unverified = self.expected.parse(token)?;
        let key = self.keys.find(unverified.kid()).await?;
        let claims = self.expected.verify(unverified, &key, self.clock.now())?;
        let claims = Arc::new(claims.proven_by(key));
        self.tokens.remember(token, &claims);
        Ok(claims)
    }

    /// What may change while a token is remembered: rules 13 to 15.
    fn still_passes(&self, claims: &Claims, policy: &Policy, now: Moment) -> Result<(), Refusal> {
        self.expected.is_timely(claims, now.wall)?;
        match self.revocation(policy) {
            Revocation::Feed => self.by_the_feed(claims, policy, now.elapsed),
            Revocation::None | Revocation::Introspect => Ok(()),
        }
    }

    /// Rule 15. What is known is asked after freshness, so that what made it fresh is among it.
    fn by_the_feed(&self, claims: &Claims, policy: &Policy, now: Millis) -> Result<(), Refusal> {
        let Some(server) = &self.server else { return self.passes_stale(policy, now) };
        let is_fresh = server.feed.is_fresh(policy.stale_after_millis(), now);
        let proof = claims.proof();
        let kid = proof.map(|proof| proof.key.kid());
        let is_free = || !server.feed.refuses(&Bearer::of(claims, &self.app, kid));
        let holds = match proof {
            Some(proof) => proof.feed_seen.holds(server.feed_epoch.now(), is_free),
            None => is_free(),
        };
        if !holds {
            return Err(Refusal::Revoked);
        }
        if is_fresh { Ok(()) } else { self.passes_stale(policy, now) }
    }

    /// The feed is stale on this route.
    fn passes_stale(&self, policy: &Policy, now: Millis) -> Result<(), Refusal> {
        if policy.denies_stale() {
            return Err(Refusal::FeedStale);
        }
        self.meter.count(Count::FeedStaleAllowed);
        let said = self.stale_said.load(Ordering::Relaxed);
        let is_due = said == 0 || now >= said - 1 + STALE_LOG_SECS * 1_000;
        let ours = is_due
            && self.stale_said.compare_exchange(said, now + 1, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if ours {
            tracing::warn!(
                "the revocation feed is stale: tokens of sessions that have ended may be let through"
            );
        }
        Ok(())
    }

    /// Rules 12, 14 and 15 of a session token.
    async fn session_token(
        &self,
        server: &Server,
        token: &str,
        policy: &Policy,
    ) -> Result<Arc<Claims>, Refusal> {
        let known = match self.revocation(policy) {
            Revocation::Introspect => None,
            Revocation::None | Revocation::Feed => self.known_session_token(server, token),
        };
        let claims = match known {
            Some(claims) => claims,
            None => self.ask_about_session_token(server, token).await?,
        };
        self.expected.is_for_us(&claims)?;
        self.expected.is_unexpired(&claims, self.clock.now())?;
        Ok(claims)
    }

    /// What was said of it a short while ago, unless the feed has named its session, its user or the app, or would not have been
    /// heard doing so: then the server is asked again, which knows better.
    fn known_session_token(&self, server: &Server, token: &str) -> Option<Arc<Claims>> {
        let now = self.clock.elapsed();
        let is_fresh = server.feed.is_fresh(STALE_AFTER_SECS * 1_000, now);
        let claims = server.session_tokens.find(token, now)?;
        if !is_fresh || server.feed.refuses(&Bearer::of(&claims, &self.app, None)) {
            server.session_tokens.forget(token);
            return None;
        }
        self.meter.count(Count::CacheHit);
        Some(claims)
    }

    async fn ask_about_session_token(&self, server: &Server, token: &str) -> Result<Arc<Claims>, Refusal> {
        let asked_at = self.clock.elapsed();
        let said = server.introspection.ask(token).await?.ok_or(Refusal::Revoked)?;
        let claims = Arc::new(Claims::of_session_token(said).ok_or(Refusal::IntrospectionUnavailable)?);
        let left = claims.expires_at().saturating_sub(self.clock.now());
        server.session_tokens.remember(token, &claims, asked_at, left);
        Ok(claims)
    }

    fn revocation(&self, policy: &Policy) -> Revocation {
        policy.revocation_or(if self.server.is_some() { Revocation::Feed } else { Revocation::None })
    }
}
