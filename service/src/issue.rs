//! From a receipt to an auth token: nothing is signed without one, save in stateless mode, which stores nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use tenure_core::family::{Family, State};
use tenure_core::id::{AppId, UserId};
use tenure_core::time::{Span, Timestamp};
use tenure_core::token::RefreshToken;
use tenure_store::{Expected, Kind, Receipt, Unavailable, Written};
use tenure_wire::auth_result::AuthResult;
use tenure_wire::claims::AuthTokenClaims;

use crate::catalogue::{App, AppKey};
use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::limits::ATTEMPTS;
use crate::place::Place;
use crate::records::{self, SigningKeyRecord, signing_key_key};
use crate::service::Service;

/// How long before it counts a token is valid, in seconds: clocks differ.
const NBF_BEFORE_IAT_SECS: i64 = 5;
/// How often the second after an end is waited for.
const WAITS: u32 = 8;

/// Whose auth token, and until when at most.
struct Grant<'a> {
    user: &'a UserId,
    family: Option<&'a Family>,
    authenticated_at: Timestamp,
    claims: Option<&'a str>,
}

/// What a client gets, with the deadlines of its session.
pub struct Issued {
    /// The tokens.
    pub result: AuthResult,
    /// The deadline without activity, if there is a session and it has one.
    pub idle_end: Option<Timestamp>,
    /// The deadline whatever happens, if there is a session.
    pub absolute_end: Option<Timestamp>,
    /// The moment that both were made.
    pub at: Timestamp,
}

impl Service {
    /// Signs an auth token for what `receipt` proves, and hands it out with `token`.
    pub(crate) async fn issue(
        &self,
        app: &App,
        receipt: &Receipt,
        token: &RefreshToken,
        now: Timestamp,
    ) -> Result<Issued> {
        let family = receipt.family();
        if family.state != State::Live {
            return Err(Error::bug("a receipt of an ended session reached the signer"));
        }
        let grant = Grant {
            user: &family.user,
            family: Some(family),
            authenticated_at: family.authenticated_at,
            claims: family.claims.as_deref(),
        };
        let (auth_token, exp) = self.sign(app, &grant, now).await?;
        let result = AuthResult {
            auth_token,
            refresh_token: Some(token.reveal().to_string()),
            refresh_token_expiration: Some(family.life.end().secs()),
            redirect_url: String::new(),
            expires_in: exp - now.secs(),
            refresh_at: refresh_at(now, exp),
            session_id: Some(family.id.to_string()),
            seq: Some(token.seq().0),
        };
        let life = &family.life;
        Ok(Issued { result, idle_end: life.idle_end(), absolute_end: Some(life.absolute_end), at: now })
    }

    /// Stateless mode: signs an auth token for a user whom the caller has authenticated. Nothing is stored of it.
    pub(crate) async fn issue_stateless(
        &self,
        app: &App,
        user: &UserId,
        authenticated_at: Timestamp,
        claims: Option<&str>,
        now: Timestamp,
    ) -> Result<Issued> {
        let grant = Grant { user, family: None, authenticated_at, claims };
        let (auth_token, exp) = self.sign(app, &grant, now).await?;
        let result = AuthResult {
            auth_token,
            refresh_token: None,
            refresh_token_expiration: None,
            redirect_url: String::new(),
            expires_in: exp - now.secs(),
            refresh_at: refresh_at(now, exp),
            session_id: None,
            seq: None,
        };
        Ok(Issued { result, idle_end: None, absolute_end: None, at: now })
    }

    async fn sign(&self, app: &App, grant: &Grant<'_>, now: Timestamp) -> Result<(String, i64)> {
        let key = app.signing_key(now)?;
        let random: [u8; 18] = fresh(&*self.entropy)?;
        let (jti, jitter) = random.split_at(16);
        let exp = expiry(app, grant.family, now, u16::from_be_bytes([jitter[0], jitter[1]]));
        // A sign-in has waited until no end reaches this second. One that came since then, while the session was being opened,
        // must not reach its first token: that is the one case in which a token is signed for a second that is yet to come.
        let iat =
            self.revocations.cut_off(&app.id, grant.user).map_or(now.secs(), |secs| now.secs().max(secs + 1));
        let (place, own) = grant.claims.map_or((None, "}"), Place::split);
        let place = place.filter(|_| app.has_status_lists());
        let mut buffer = [0; 22];
        let sid = grant.family.map(|family| family.id.to_string());
        let claims = AuthTokenClaims {
            iss: &app.issuer,
            sub: grant.user.as_str(),
            aud: &app.audience,
            iat,
            nbf: iat - NBF_BEFORE_IAT_SECS,
            exp,
            jti: Base64UrlUnpadded::encode(jti, &mut buffer).map_err(Error::bug)?,
            sid: sid.as_deref(),
            auth_time: grant.authenticated_at.secs(),
            client_id: grant.family.map_or(app.client.as_str(), |family| family.client.as_str()),
            status: place.map(|place| place.status(&app.issuer)),
        };
        let mut payload = serde_json::to_vec(&claims).map_err(Error::bug)?;
        splice(&mut payload, own);
        Ok((key.signer.sign(&payload).map_err(Error::bug)?, exp))
    }

    /// The moment to sign in at: later than the last second that an end of the user's tokens reaches. Right after such an end it
    /// waits, mostly for two seconds or less: a token from the future would be refused by strict verifiers. Called before
    /// anything is decided.
    pub(crate) async fn beyond_ends(&self, app: &AppId, user: &UserId) -> Result<Timestamp> {
        for _ in 0..WAITS {
            let now = self.now()?;
            let Some(cut_off) = self.revocations.cut_off(app, user).filter(|secs| *secs >= now.secs()) else {
                return Ok(now);
            };
            let wait = Timestamp::from_secs(cut_off + 1).since(now).millis().clamp(1, 1000);
            self.clock.wait(Duration::from_millis(wait.unsigned_abs())).await;
        }
        Err(Unavailable::new("one user is ended faster than tokens can tell apart").into())
    }

    /// The app, with a key that may sign at `now`: before its first signature it is remembered that it has signed, and from
    /// then on another key must be published before it takes over. Called before a commit, so that the store is not asked again
    /// between a commit and its answer.
    pub(crate) async fn prepare_to_sign(&self, mut app: Arc<App>, now: Timestamp) -> Result<Arc<App>> {
        for _ in 0..ATTEMPTS {
            let key = app.signing_key(now)?;
            if key.is_used() || self.mark_used(&app, key).await? {
                return Ok(app);
            }
            // Somebody changes the app's keys, and puts the others into force before the turn ends.
            drop(self.turn().await?);
            app = self.app(&app.id)?;
        }
        Err(Unavailable::new("an app's signing keys changed faster than a token could be signed").into())
    }

    /// Remembers that the key has signed; says whether it was there as it is known here.
    async fn mark_used(&self, app: &App, key: &AppKey) -> Result<bool> {
        let record_key = signing_key_key(&app.id, key.kid());
        let Some(record) = self.store.get(Kind::SigningKey, &record_key).await? else { return Ok(false) };
        let mut stored: SigningKeyRecord = records::read(Kind::SigningKey, &record)?;
        if !stored.used {
            stored.used = true;
            let write =
                records::put(Kind::SigningKey, record_key, &stored, Expected::Version(record.version))?;
            if self.store.write(&[write]).await? != Written::All {
                return Ok(false);
            }
        }
        key.used.store(true, Ordering::Relaxed);
        Ok(true)
    }
}

/// Appends members, with the brace that closes them, to `payload` (a JSON object that is not empty).
fn splice(payload: &mut Vec<u8>, members: &str) {
    if members == "}" {
        return;
    }
    payload.pop();
    payload.push(b',');
    payload.extend_from_slice(members.as_bytes());
}

/// The life that the settings give, shortened at random, and never beyond the session's deadlines.
fn expiry(app: &App, family: Option<&Family>, now: Timestamp, random: u16) -> i64 {
    let ttl = app.settings.auth_token_ttl().millis();
    let widest = ttl * i64::from(app.settings.auth_token_jitter) / 100;
    let jitter = widest * i64::from(random) / i64::from(u16::MAX);
    let end = now.plus(Span::from_millis(ttl - jitter));
    family.map_or(end, |family| end.min(family.life.end())).secs()
}

/// A fifth of its life before the end, within 10 to 60 seconds; never before now.
fn refresh_at(now: Timestamp, exp: i64) -> i64 {
    let life = exp - now.secs();
    (exp - (life / 5).clamp(10, 60)).max(now.secs())
}
