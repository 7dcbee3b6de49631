//! Introspection (RFC 7662): what a token means now, read from the store and not from a cache.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tenure_core::family::Family;
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::limits::VERIFIER_SKEW;
use tenure_core::policy::Activity;
use tenure_core::rotate::is_ahead;
use tenure_core::session_token;
use tenure_core::time::Timestamp;
use tenure_jose::{Refusal, verify};

use crate::catalogue::App;
use crate::credentials::{Caller, Role};
use crate::error::{Error, Result};
use crate::service::Service;

/// What auth tokens say of their type.
const TYPES: [&str; 2] = ["JWT", "at+jwt"];
/// What only ID tokens carry (OpenID Connect Core §2).
const ID_TOKEN_CLAIMS: [&str; 3] = ["nonce", "at_hash", "c_hash"];

impl Service {
    /// The claims of `text` if it is an auth token, a session token or a current refresh token of `app` that can be used now;
    /// `None` for everything else, without saying why. A caller who only verifies learns nothing of refresh tokens.
    ///
    /// To ask about a session token is to use it: where `said` shows that the user is active, that puts off its idle end.
    pub async fn introspect(
        &self,
        caller: &Caller,
        app: &AppId,
        text: &str,
        said: Activity,
    ) -> Result<Option<Map<String, Value>>> {
        let now = self.now()?;
        let app = self.app(app)?;
        if text.starts_with(session_token::PREFIX) {
            return self.session_token(&app, text, said, now).await;
        }
        if !text.starts_with("tr1_") {
            return self.auth_token(&app, text, now).await;
        }
        match caller.require(Role::Backend, Some(&app.id)) {
            Ok(()) => self.refresh_token(&app, text, now).await,
            Err(_) => Ok(None),
        }
    }

    /// Whether `text` is an auth token that `app` signed, expired or not.
    pub fn is_auth_token(&self, app: &AppId, text: &str) -> Result<bool> {
        let app = self.app(app)?;
        Ok(verify(text, |kid| app.key(kid).map(|key| &key.verifying), &TYPES).is_ok())
    }

    /// Only the token that would be served is active: a replaced one is not.
    async fn refresh_token(
        &self,
        app: &App,
        text: &str,
        now: Timestamp,
    ) -> Result<Option<Map<String, Value>>> {
        let Some(token) = self.authenticate(text).await else { return Ok(None) };
        let ring = self.ring.load_full();
        let found = self.look_up(token.family(), now).await?.filter(|family| family.app == app.id);
        if found
            .as_deref()
            .is_some_and(|family| family.may_return(now) && is_ahead(family, &token, ring.rules()))
        {
            return Err(Error::undecided("session")); // Row 9: the store is behind the token.
        }
        let Some(family) = found.filter(|family| family.unusable(ring.rules(), now).is_none()) else {
            return Ok(None);
        };
        let shortened = app.policy.life_at_refresh(&family).expired(now).is_some();
        if shortened || !family.is_current(&token) {
            return Ok(None);
        }
        let said = json!({
            "client_id": family.client.as_str(),
            "token_type": "refresh_token",
            "iss": app.issuer,
            "sub": family.user.as_str(),
            "sid": family.id.to_string(),
            "iat": family.head.rotated_at.secs(),
            "exp": family.life.end().secs(),
            "auth_time": family.authenticated_at.secs(),
        });
        Ok(said.as_object().cloned())
    }

    async fn auth_token(&self, app: &App, text: &str, now: Timestamp) -> Result<Option<Map<String, Value>>> {
        let Some(mut said) = self.claims_now(app, text, now)? else { return Ok(None) };
        if self.is_revoked(app, &said, now).await? {
            return Ok(None);
        }
        said.insert("token_type".to_owned(), json!("Bearer"));
        Ok(Some(said))
    }

    async fn is_revoked(&self, app: &App, claims: &Map<String, Value>, now: Timestamp) -> Result<bool> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if let Some(sid) = text("sid") {
            let Some(sid) = FamilyId::parse(sid) else { return Ok(true) };
            return Ok(self.live(app, sid, now).await?.is_none());
        }
        let (Some(Ok(user)), Some(iat)) =
            (text("sub").map(UserId::parse), claims.get("iat").and_then(Value::as_i64))
        else {
            return Ok(true);
        };
        self.read_feed().await?;
        Ok(self.revocations.cut_off(&app.id, &user).is_some_and(|cut_off| iat <= cut_off))
    }

    /// The claims of `text` if `app` signed it as an auth token and it has not expired. Whether its session lives is another
    /// question. Unavailable where a restored store may have lost the key that it names.
    pub(crate) fn claims_now(
        &self,
        app: &App,
        text: &str,
        now: Timestamp,
    ) -> Result<Option<Map<String, Value>>> {
        let verified = match verify(text, |kid| app.key(kid).map(|key| &key.verifying), &TYPES) {
            Ok(verified) => verified,
            Err(Refusal::UnknownKey) if self.is_undecided() => return Err(Error::undecided("signing key")),
            Err(_) => return Ok(None),
        };
        let claims = verified.payload();
        Ok((is_access_token(app, claims) && is_timely(claims, now)).then(|| claims.clone()))
    }

    /// The session if it is one of `app` and can be used at `now`, by what the store says.
    pub(crate) async fn live(&self, app: &App, id: FamilyId, now: Timestamp) -> Result<Option<Arc<Family>>> {
        let family = self.look_up(id, now).await?;
        let ring = self.ring.load_full();
        Ok(family.filter(|family| family.app == app.id && family.unusable(ring.rules(), now).is_none()))
    }
}

/// An auth token of `app`, and no other kind of token (RFC 9068 §4): for this audience, with a client, and without what only
/// ID tokens carry.
fn is_access_token(app: &App, claims: &Map<String, Value>) -> bool {
    let is_app = |value: &Value| value.as_str() == Some(app.id.as_str());
    let audience = claims.get("aud").is_some_and(|aud| match aud {
        Value::Array(list) => list.iter().any(is_app),
        one => is_app(one),
    });
    claims.get("iss").and_then(Value::as_str) == Some(&app.issuer)
        && audience
        && claims.get("client_id").is_some_and(Value::is_string)
        && ID_TOKEN_CLAIMS.iter().all(|name| !claims.contains_key(*name))
}

/// Neither expired, nor from the future by more than clocks differ (ASVS 9.2.1).
fn is_timely(claims: &Map<String, Value>, now: Timestamp) -> bool {
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    number("exp").is_some_and(|exp| now.secs() < exp)
        && number("nbf").is_some_and(|nbf| nbf <= now.secs())
        && number("iat").is_some_and(|iat| iat <= now.plus(VERIFIER_SKEW).secs())
}
