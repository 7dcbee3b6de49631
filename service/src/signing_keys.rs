//! The keys that sign auth tokens: made here, published before they sign, private only under the ring.

use tenure_core::id::AppId;
use tenure_core::settings::{Settings, SigningAlg};
use tenure_core::time::{Span, Timestamp};
use tenure_jose::{Alg, SigningKey};
use tenure_store::{Expected, Kind, Write};
use tenure_wire::jwk::JwkSet;

use crate::catalogue::App;
use crate::error::{Error, Result};
use crate::records::{self, SigningKeyRecord, signing_key_key};
use crate::service::Service;

impl Service {
    /// The public keys of an app: those that sign, those that will, and those whose tokens are still around.
    pub fn jwks(&self, app: &AppId) -> Result<JwkSet> {
        let keys = self.app(app)?.keys.iter().map(|key| key.signer.key().public().clone()).collect();
        Ok(JwkSet { keys })
    }

    /// The signing keys of an app, for operators.
    pub fn signing_keys(&self, app: &AppId) -> Result<Vec<tenure_wire::app::SigningKey>> {
        let app = self.app(app)?;
        let signing = app.signing_key(self.now()?)?.signer.key().kid().to_owned();
        let shown = app.keys.iter().map(|key| tenure_wire::app::SigningKey {
            kid: key.signer.key().kid().to_owned(),
            alg: key.signer.key().alg().as_str().to_owned(),
            published_at: key.published_at.secs(),
            signs_from: key.signs_from.secs(),
            signing: key.signer.key().kid() == signing,
        });
        Ok(shown.collect())
    }

    /// The write that adds a key of the algorithm that `settings` choose, where `app` has none: it signs at once if no token
    /// of the app can be around, else after it was published for `publish_lead`.
    pub(crate) async fn key_for(
        &self,
        app: &App,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Option<Write>> {
        if app.keys.iter().any(|key| key.signer.key().alg().as_str() == settings.signing_alg.as_str()) {
            return Ok(None);
        }
        let lead = if app.keys.iter().any(|key| key.is_used()) { settings.publish_lead } else { Span::ZERO };
        self.new_key(&app.id, settings.signing_alg, now, now.plus(lead)).await.map(Some)
    }

    /// The write that adds a fresh key.
    pub(crate) async fn new_key(
        &self,
        app: &AppId,
        alg: SigningAlg,
        published_at: Timestamp,
        signs_from: Timestamp,
    ) -> Result<Write> {
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
            published_at_ms: published_at.millis(),
            signs_from_ms: signs_from.millis(),
            used: false,
        };
        records::put(Kind::SigningKey, record_key, &record, Expected::Absent)
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
