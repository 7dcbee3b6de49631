//! The writes that change which keys of an app sign. Each is guarded by what it was decided on.

use tenure_core::id::AppId;
use tenure_core::limits::VERIFIER_SKEW;
use tenure_core::settings::{Settings, SigningAlg};
use tenure_core::signing::Phase;
use tenure_core::time::{Span, Timestamp};
use tenure_jose::{Alg, SigningKey};
use tenure_store::{Announcement, Expected, Kind, Subject, Write};

use crate::catalogue::App;
use crate::error::{Error, Result};
use crate::lengths::in_words;
use crate::limits::{KEYS_KEPT_BY_VERIFIERS, SIGNING_KEYS};
use crate::records::{self, SigningKeyRecord, signing_key_key};
use crate::service::Service;

/// How a fresh key begins.
pub(crate) struct Start {
    /// When it is published.
    pub(crate) at: Timestamp,
    /// How long after that it signs.
    pub(crate) lead: Span,
    /// See [`SigningKeyRecord::order`].
    pub(crate) order: u32,
    /// Whether the app has issued tokens.
    pub(crate) used: bool,
}

impl Service {
    /// What a change to `settings` does to the keys. Where another algorithm is chosen, a key of it that every verifier knows
    /// signs at once, else a new one after its lead; what was to come is given up. Keys that have left the key set are removed,
    /// so that no change of lifetimes brings one back.
    pub(crate) async fn keys_for(
        &self,
        app: &App,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Vec<Write>> {
        let mut writes = app.forgotten_keys(now);
        if settings.signing_alg == app.settings.signing_alg {
            return Ok(writes);
        }
        for (key, _) in app.keys_to_come(now) {
            writes.push(app.rewritten(key, |record| record.retired_at_ms = Some(now.millis()))?);
        }
        let set = &app.key_set;
        let signing = set.signing(now);
        if signing.is_some_and(|signing| set.keys[signing].alg == settings.signing_alg) {
            return Ok(writes);
        }
        match set.ready(settings.signing_alg, signing, settings.publish_lead, now) {
            Some(ready) => writes.push(app.signing_at_once(ready, now)?),
            None => writes.extend(self.next_key(app, settings, now).await?),
        }
        Ok(writes)
    }

    /// A new key of the algorithm that `settings` choose: it signs after it was published for their `publish_lead`, or at once
    /// if the app has issued no token yet, which its first token would contradict.
    ///
    /// Refuses one key too many.
    pub(crate) async fn next_key(
        &self,
        app: &App,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Vec<Write>> {
        if app.kept_keys(now).count() >= SIGNING_KEYS {
            let first = app.kept_keys(now).filter_map(|(key, _)| app.key_set.kept_until(key)).min();
            let first = first.map_or(0, Timestamp::secs);
            return Err(Error::Conflict(format!(
                "the app has {SIGNING_KEYS} signing keys, the most that it may have at once: the next one leaves at {first}"
            )));
        }
        let used = app.keys.iter().any(|key| key.is_used());
        let lead = if used { settings.publish_lead } else { Span::ZERO };
        let start = Start { at: now, lead, order: app.next_order(), used };
        let mut writes = vec![self.new_key(&app.id, settings.signing_alg, start).await?];
        if !used {
            for (key, _) in app.kept_keys(now) {
                writes.push(app.rewritten(key, |_| {})?);
            }
        }
        Ok(writes)
    }

    /// A key that must not be trusted goes at once; where that leaves the app without one that signs, one that was to come does
    /// so now, or a new one.
    pub(crate) async fn replaced(&self, app: &App, key: usize, now: Timestamp) -> Result<Vec<Write>> {
        let mut writes = app.forgotten_keys(now);
        let alg = app.settings.signing_alg;
        let is_signing = app.key_set.signing(now) == Some(key);
        let to_come = app.keys_to_come(now).find(|(other, _)| *other != key);
        let goes_on = app.key_set.signing(now).is_some_and(|other| app.key_set.keys[other].alg == alg);
        match to_come {
            Some((next, _)) if is_signing => writes.push(app.signing_at_once(next, now)?),
            None if is_signing => {
                let start = Start { at: now, lead: Span::ZERO, order: app.next_order(), used: true };
                writes.push(self.new_key(&app.id, alg, start).await?);
            }
            // It was to bring the chosen algorithm.
            None if !goes_on => writes.extend(self.next_key(app, &app.settings, now).await?),
            _ => {}
        }
        writes.push(app.removed(key));
        Ok(writes)
    }

    /// A fresh key.
    pub(crate) async fn new_key(&self, app: &AppId, alg: SigningAlg, start: Start) -> Result<Write> {
        let alg = Alg::parse(alg.as_str()).ok_or_else(|| Error::bug("an algorithm that cannot sign"))?;
        // An RSA key takes a tenth of a second to find.
        let key = tokio::task::spawn_blocking(move || generate(alg)).await.map_err(Error::bug)??;
        let record_key = signing_key_key(app, key.kid());
        let record = SigningKeyRecord {
            alg: alg.as_str().to_owned(),
            public: key.public().clone(),
            private: self
                .ring
                .load()
                .seal(&record_key, &key.to_pkcs8().map_err(Error::bug)?)
                .map_err(Error::bug)?,
            published_at_ms: start.at.millis(),
            signs_from_ms: start.at.plus(start.lead).millis(),
            order: start.order,
            retired_at_ms: None,
            used: start.used,
        };
        records::put(Kind::SigningKey, record_key, &record, Expected::Absent)
    }
}

impl App {
    /// An ordinary retirement: the key signs no more, and stays in the key set until its last token has expired.
    ///
    /// Refuses to leave the app without a key of its algorithm that signs, or is going to.
    pub(crate) fn retired(&self, key: usize, now: Timestamp) -> Result<Vec<Write>> {
        let (set, alg) = (&self.key_set, self.settings.signing_alg);
        let mut writes = self.forgotten_keys(now);
        if set.keys[key].retired_at.is_some() {
            return Ok(writes);
        }
        let goes_on = |other: Option<usize>| other.is_some_and(|i| i != key && set.keys[i].alg == alg);
        match set.phase(key, now) {
            Phase::Signing => {
                let ready = set.ready(alg, Some(key), self.settings.publish_lead, now);
                let ready = ready.ok_or_else(|| self.nothing_else_signs(key, now))?;
                writes.push(self.signing_at_once(ready, now)?);
            }
            Phase::Published
                if !goes_on(set.signing(now)) && !self.keys_to_come(now).any(|(i, _)| goes_on(Some(i))) =>
            {
                return Err(Error::Conflict(format!(
                    "this key brings {}, which the settings choose: change signing_alg instead",
                    alg.as_str()
                )));
            }
            Phase::Published | Phase::Verifying => {}
        }
        writes.push(self.rewritten(key, |record| record.retired_at_ms = Some(now.millis()))?);
        Ok(writes)
    }

    /// Those that have left the key set are removed.
    pub(crate) fn forgotten_keys(&self, now: Timestamp) -> Vec<Write> {
        (0..self.keys.len())
            .filter(|key| !self.key_set.is_kept(*key, now))
            .map(|key| self.removed(key))
            .collect()
    }

    /// What tells verifiers not to trust a key. It is remembered for as long as one may have the key: who holds it can put any
    /// expiry into a token.
    pub(crate) fn distrust(&self, key: usize, now: Timestamp) -> Announcement {
        let known = self.policy_at(now).longest_ttl.max(KEYS_KEPT_BY_VERIFIERS);
        Announcement {
            app: self.id.clone(),
            subject: Subject::SigningKey(self.keys[key].kid().to_owned()),
            at: now,
            forget_after: now.plus(known).plus(VERIFIER_SKEW),
        }
    }

    fn nothing_else_signs(&self, key: usize, now: Timestamp) -> Error {
        let to_come = self.keys_to_come(now).find(|(other, _)| *other != key);
        Error::Conflict(match to_come {
            Some((next, _)) => format!(
                "nothing else may sign yet: the next key does in {}, and then this one stops by itself",
                in_words(self.key_set.keys[next].signs_from.since(now).secs())
            ),
            None => "nothing else may sign: publish another key first, and this one stops by itself once that signs".to_owned(),
        })
    }

    fn signing_at_once(&self, key: usize, now: Timestamp) -> Result<Write> {
        self.rewritten(key, |record| {
            record.signs_from_ms = now.millis();
            record.order = self.next_order();
            record.used = true;
        })
    }

    fn next_order(&self) -> u32 {
        self.keys.iter().map(|key| key.record.order).max().map_or(0, |order| order.saturating_add(1))
    }

    fn rewritten(&self, key: usize, edit: impl FnOnce(&mut SigningKeyRecord)) -> Result<Write> {
        let key = &self.keys[key];
        let mut record = key.record.clone();
        edit(&mut record);
        let record_key = signing_key_key(&self.id, key.kid());
        records::put(Kind::SigningKey, record_key, &record, Expected::Version(key.record_version))
    }

    fn removed(&self, key: usize) -> Write {
        let record_key = signing_key_key(&self.id, self.keys[key].kid());
        let expected = Expected::Version(self.keys[key].record_version);
        Write { kind: Kind::SigningKey, key: record_key, expected, value: None }
    }
}

/// A key whose id can be typed into a command line: it does not begin with a hyphen, as one thumbprint in 64 does.
fn generate(alg: Alg) -> Result<SigningKey> {
    loop {
        let key = SigningKey::generate(alg).map_err(Error::bug)?;
        if !key.kid().starts_with('-') {
            return Ok(key);
        }
    }
}
