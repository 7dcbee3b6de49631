//! The keys that sign auth tokens, for verifiers and operators: shown, followed by another, and retired.

use serde_json::{Map, json};
use tenure_core::id::AppId;
use tenure_core::settings::SigningAlg;
use tenure_core::time::Timestamp;
use tenure_store::{Announcement, Unavailable, Write, Written};
use tenure_wire::app::{RetireSigningKey, RotateSigningKey, SigningKey};
use tenure_wire::jwk::JwkSet;

use crate::catalogue::App;
use crate::change_settings::{Applies, SettingsChange};
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::{ATTEMPTS, check_reason};
use crate::service::Service;

impl Service {
    /// The public keys of an app: those that sign, those that will, and those whose tokens are still around. Also with a clock
    /// that is behind: a key that is kept too long does no harm.
    pub fn jwks(&self, app: &AppId) -> Result<JwkSet> {
        let (app, now) = (self.app(app)?, self.clock.now());
        Ok(JwkSet { keys: app.kept_keys(now).map(|(_, key)| key.signer.key().public().clone()).collect() })
    }

    /// The signing keys of an app, for operators, oldest first.
    pub fn signing_keys(&self, app: &AppId) -> Result<Vec<SigningKey>> {
        let (app, now) = (self.app(app)?, self.now()?);
        Ok(app.kept_keys(now).map(|(key, _)| shown(&app, key, now)).collect())
    }

    /// Publishes a new key, which signs after the app's `publish_lead`, or at once where no token was issued yet. Another
    /// algorithm than before is a change of settings, and comes about in the same way.
    ///
    /// Refuses a second key to come, and more keys than an app may have.
    pub async fn rotate_signing_key(&self, id: &AppId, request: &RotateSigningKey) -> Result<SigningKey> {
        check_reason(request.reason.as_deref())?;
        let alg = request.alg.as_deref().map(parse_alg).transpose()?;
        if let Some(alg) = alg.filter(|alg| self.app(id).is_ok_and(|app| app.settings.signing_alg != *alg)) {
            return self.change_algorithm(id, alg, request.reason.as_deref()).await;
        }
        let _turn = self.turn().await?;
        for _ in 0..ATTEMPTS {
            let (app, now) = (self.app(id)?, self.now()?);
            if let Some((key, next)) = app.keys_to_come(now).next() {
                let from = app.key_set.keys[key].signs_from.secs();
                let kid = next.kid();
                return Err(Error::Conflict(format!(
                    "key {kid} is published already, and signs from {from} on"
                )));
            }
            let mut writes = self.next_key(&app, &app.settings, now).await?;
            writes.extend(app.forgotten_keys(now));
            if self.write_keys(id, &writes, None).await? {
                let key = self.newest_key(id, now)?;
                let detail = json!({"kid": key.kid, "alg": key.alg, "signs_from": key.signs_from, "reason": request.reason});
                self.note(events::of_app(Type::SigningKeyPublished, now, id, detail)).await;
                return Ok(key);
            }
        }
        Err(changed_too_fast())
    }

    /// Retires a key, and shows those that are left.
    ///
    /// In the ordinary way nobody's token is refused: the key signs no more, one that every verifier knows takes its place, and
    /// it is published until its last token has expired. Refused when nothing else may sign.
    ///
    /// A compromised key is gone at once, a successor signs at once, and the revocation feed says in the same commit that its
    /// tokens are refused. Sessions live on: their next refresh brings a token of the successor.
    pub async fn retire_signing_key(
        &self,
        id: &AppId,
        kid: &str,
        request: &RetireSigningKey,
    ) -> Result<Vec<SigningKey>> {
        check_reason(request.reason.as_deref())?;
        let _turn = self.turn().await?;
        for _ in 0..ATTEMPTS {
            let (app, now) = (self.app(id)?, self.now()?);
            let found = app.kept_keys(now).find(|(_, key)| key.kid() == kid);
            let (key, _) = found.ok_or(Error::NotFound("signing key"))?;
            let was_retired = app.key_set.keys[key].retired_at.is_some();
            let written = if request.compromised {
                let writes = self.replaced(&app, key, now).await?;
                self.write_keys(id, &writes, Some(&app.distrust(key, now))).await?
            } else {
                self.write_keys(id, &app.retired(key, now)?, None).await?
            };
            if written {
                if request.compromised || !was_retired {
                    let detail =
                        json!({"kid": kid, "compromised": request.compromised, "reason": request.reason});
                    self.note(events::of_app(Type::SigningKeyRetired, now, id, detail)).await;
                }
                return self.signing_keys(id);
            }
        }
        Err(changed_too_fast())
    }

    /// Removes what is kept of keys that have left their key set. Says how many.
    pub(crate) async fn forget_signing_keys(&self) -> Result<u64> {
        let now = self.now()?;
        let mut forgotten = 0;
        for app in self.catalogue.every() {
            if !app.forgotten_keys(now).is_empty() {
                let _turn = self.turn().await?;
                let Ok(app) = self.app(&app.id) else { continue };
                let writes = app.forgotten_keys(now);
                if self.write_keys(&app.id, &writes, None).await? {
                    forgotten += writes.len() as u64;
                }
            }
        }
        Ok(forgotten)
    }

    async fn change_algorithm(
        &self,
        id: &AppId,
        alg: SigningAlg,
        reason: Option<&str>,
    ) -> Result<SigningKey> {
        let given = Map::from_iter([("signing_alg".to_owned(), alg.as_str().into())]);
        let change =
            SettingsChange { given: &given, expected_version: None, applies: Applies::New, reason, by: None };
        self.change_settings(id, &change).await?;
        self.newest_key(id, self.now()?)
    }

    /// Writes all or nothing, and puts the app in force as it is then; says which. Where an answer was lost, the app is read once
    /// more all the same: it may have been done.
    async fn write_keys(
        &self,
        id: &AppId,
        writes: &[Write],
        announcement: Option<&Announcement>,
    ) -> Result<bool> {
        let written = match announcement {
            Some(announcement) => self.store.write_announced(writes, announcement).await,
            None => self.store.write(writes).await,
        };
        match written {
            Ok(written) => {
                self.put_app_in_force(id).await;
                Ok(written == Written::All)
            }
            Err(lost) => {
                let _ = self.read_app(id).await;
                Err(lost.into())
            }
        }
    }

    /// The key that is the last to take over, as far as that is settled.
    fn newest_key(&self, id: &AppId, now: Timestamp) -> Result<SigningKey> {
        let app = self.app(id)?;
        let to_come = app.keys_to_come(now).map(|(key, _)| key).last();
        let newest = to_come.or_else(|| app.key_set.signing(now));
        newest.map(|key| shown(&app, key, now)).ok_or_else(|| Error::bug("an app without a signing key"))
    }
}

fn shown(app: &App, key: usize, now: Timestamp) -> SigningKey {
    let record = &app.keys[key].record;
    SigningKey {
        kid: app.keys[key].kid().to_owned(),
        alg: record.alg.clone(),
        published_at: Timestamp::from_millis(record.published_at_ms).secs(),
        state: app.key_set.phase(key, now).as_str().to_owned(),
        signs_from: Timestamp::from_millis(record.signs_from_ms).secs(),
        kept_until: app.key_set.kept_until(key).map(Timestamp::secs_up),
    }
}

/// The algorithm of this name.
pub(crate) fn parse_alg(name: &str) -> Result<SigningAlg> {
    let says = || format!("must be one of {}", SigningAlg::CHOICES.join(", "));
    SigningAlg::parse(name).ok_or_else(|| Error::invalid("alg", says()))
}

fn changed_too_fast() -> Error {
    Unavailable::new("an app's signing keys changed faster than one could be").into()
}
