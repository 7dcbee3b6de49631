//! Every app with its settings and keys, decoded and ready: what a request finds without asking the store.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use serde_json::{Map, Value};
use tenure_core::id::{AppId, ClientId};
use tenure_core::policy::Policy;
use tenure_core::settings::{Revocation, Settings, SigningAlg};
use tenure_core::signing::{KeySet, Phase, Terms, TokenLives};
use tenure_core::time::{Span, Timestamp};
use tenure_jose::{Alg, Signer, SigningKey, VerifyingKey};
use tenure_store::{Kind, Store};

use crate::error::{Error, Result};
use crate::records::{self, AppRecord, SettingsRecord, SigningKeyRecord};
use crate::ring::Ring;
use crate::settings;

const RECORDS_A_READ: u32 = 1000;

/// An app, ready to be served.
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Shown to people.
    pub name: String,
    /// The issuer of its tokens: `{public_url}/v1/apps/{id}`.
    pub issuer: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Its one public client.
    pub client: ClientId,
    /// The audience of its tokens.
    pub audience: Vec<String>,
    /// Its session settings.
    pub settings: Settings,
    /// Their version.
    pub settings_version: u32,
    /// The preset that was chosen last.
    pub preset: Option<String>,
    /// What of them a decision reads.
    pub policy: Policy,
    /// Its signing keys, oldest first; one that left the key set may still be among them.
    pub keys: Vec<AppKey>,
    pub(crate) key_set: KeySet,
    pub(crate) settings_record: SettingsRecord,
    pub(crate) record_version: u64,
}

/// A signing key of an app, ready to be used.
pub struct AppKey {
    /// Signs.
    pub signer: Signer,
    /// Verifies.
    pub verifying: VerifyingKey,
    pub(crate) record: SigningKeyRecord,
    pub(crate) record_version: u64,
    pub(crate) used: AtomicBool,
}

impl App {
    /// The key that signs at `now`.
    pub fn signing_key(&self, now: Timestamp) -> Result<&AppKey> {
        let signing = self.key_set.signing(now).and_then(|key| self.keys.get(key));
        signing.ok_or_else(|| Error::Bug(format!("app {} has no key that may sign", self.id)))
    }

    /// Whether its auth tokens say where a status list tells of their session's end.
    pub fn has_status_lists(&self) -> bool {
        self.settings.revocation == Revocation::StatusList
    }

    /// The keys that are in the key set at `now`, with their places in it, oldest first.
    pub(crate) fn kept_keys(&self, now: Timestamp) -> impl Iterator<Item = (usize, &AppKey)> {
        self.keys.iter().enumerate().filter(move |(key, _)| self.key_set.is_kept(*key, now))
    }

    /// The keys that are published at `now`, to sign later.
    pub(crate) fn keys_to_come(&self, now: Timestamp) -> impl Iterator<Item = (usize, &AppKey)> {
        self.kept_keys(now).filter(move |(key, _)| self.key_set.phase(*key, now) == Phase::Published)
    }

    /// The key with this thumbprint.
    pub fn key(&self, kid: &str) -> Option<&AppKey> {
        self.keys.iter().find(|key| key.signer.key().kid() == kid)
    }

    /// The life of the longest-lived auth token that may be around at `now`.
    pub(crate) fn policy_at(&self, now: Timestamp) -> Policy {
        let mut policy = self.policy.clone();
        let earlier = &self.settings_record;
        if now < Timestamp::from_millis(earlier.earlier_until_ms) {
            policy.longest_ttl = policy.longest_ttl.max(Span::from_millis(earlier.earlier_ttl_ms));
        }
        policy
    }
}

impl AppKey {
    /// Its id: its RFC 7638 thumbprint.
    pub(crate) fn kid(&self) -> &str {
        self.signer.key().kid()
    }

    pub(crate) fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }
}

/// All apps.
#[derive(Default)]
pub(crate) struct Catalogue {
    apps: ArcSwap<HashMap<AppId, Arc<App>>>,
}

impl Catalogue {
    pub(crate) fn get(&self, app: &AppId) -> Option<Arc<App>> {
        self.apps.load().get(app).cloned()
    }

    /// Every app, by id. The console's own is in no list, no count and no metric.
    pub(crate) fn all(&self) -> Vec<Arc<App>> {
        let mut listed = self.every();
        listed.retain(|app| !app.id.is_console());
        listed
    }

    /// The same with the console's own: for what keeps house.
    pub(crate) fn every(&self) -> Vec<Arc<App>> {
        let apps = self.apps.load();
        let by_id: BTreeMap<_, _> = apps.iter().collect();
        by_id.into_values().cloned().collect()
    }

    /// Reads every app anew.
    pub(crate) async fn load_all(&self, store: &Store, ring: &Ring, public_url: &str) -> Result<()> {
        let mut after: Option<String> = None;
        loop {
            let page = store.records(Kind::App, "", after.as_deref(), RECORDS_A_READ).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.key.clone());
            for record in &page {
                let id = AppId::stored(&record.key).map_err(Error::bug)?;
                self.reload(store, ring, public_url, &id).await?;
            }
        }
    }

    /// Reads one app anew.
    pub(crate) async fn reload(
        &self,
        store: &Store,
        ring: &Ring,
        public_url: &str,
        id: &AppId,
    ) -> Result<()> {
        let app = read_app(store, ring, public_url, id).await?.map(Arc::new);
        self.apps.rcu(|apps| {
            let mut apps = HashMap::clone(apps);
            match &app {
                Some(app) => apps.insert(id.clone(), app.clone()),
                None => apps.remove(id),
            };
            apps
        });
        Ok(())
    }
}

async fn read_app(store: &Store, ring: &Ring, public_url: &str, id: &AppId) -> Result<Option<App>> {
    let Some(record) = store.get(Kind::App, id.as_str()).await? else { return Ok(None) };
    let app: AppRecord = records::read(Kind::App, &record)?;
    let (version, stored) = read_settings(store, id).await?;
    let settings = decode(&stored)?;
    let mut policy = Policy::of(version, &settings);
    policy.shorten_below = stored.shorten_below;
    let keys = read_keys(store, ring, id, &settings).await?;
    let lives = TokenLives {
        now: policy.longest_ttl,
        since: Timestamp::from_millis(stored.at_ms),
        before: Span::from_millis(stored.earlier_ttl_ms),
    };
    let terms = keys.iter().map(|key| key.record.terms()).collect::<Result<_>>()?;
    Ok(Some(App {
        id: id.clone(),
        name: app.name,
        issuer: format!("{public_url}/v1/apps/{id}"),
        created_at: Timestamp::from_millis(app.created_at_ms),
        client: ClientId::parse(id.as_str()).map_err(Error::bug)?,
        audience: settings.allowed_origins.first().cloned().into_iter().chain([id.to_string()]).collect(),
        keys,
        key_set: KeySet { keys: terms, lives },
        settings,
        settings_version: version,
        preset: stored.preset.clone(),
        policy,
        settings_record: stored,
        record_version: record.version,
    }))
}

async fn read_settings(store: &Store, id: &AppId) -> Result<(u32, SettingsRecord)> {
    let prefix = format!("{id}/");
    let mut newest = None;
    let mut after: Option<String> = None;
    loop {
        let page = store.records(Kind::Settings, &prefix, after.as_deref(), RECORDS_A_READ).await?;
        let Some(last) = page.into_iter().last() else { break };
        after = Some(last.key.clone());
        newest = Some(last);
    }
    let newest = newest.ok_or_else(|| Error::Bug(format!("app {id} has no settings")))?;
    let version = newest.key[prefix.len()..].parse().map_err(Error::bug)?;
    Ok((version, records::read(Kind::Settings, &newest)?))
}

/// Settings as they were stored. A key that an older binary wrote and this one does not know is left out.
pub(crate) fn decode(stored: &SettingsRecord) -> Result<Settings> {
    let ttl = stored.settings.get("auth_token_ttl").and_then(Value::as_i64).map(Span::from_secs);
    let known = settings::to_json(&Settings::default());
    let given: Map<_, _> = stored
        .settings
        .iter()
        .filter(|(key, _)| known.contains_key(*key))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let mut settings = settings::patch(&Settings::default(), &given).map_err(Error::Invalid)?;
    settings.auth_token_ttl = if stored.default_ttl { None } else { ttl };
    Ok(settings)
}

async fn read_keys(store: &Store, ring: &Ring, id: &AppId, settings: &Settings) -> Result<Vec<AppKey>> {
    let prefix = format!("{id}/");
    let stored = store.records(Kind::SigningKey, &prefix, None, RECORDS_A_READ).await?;
    let mut keys = Vec::with_capacity(stored.len());
    for record in stored {
        let key: SigningKeyRecord = records::read(Kind::SigningKey, &record)?;
        let private = ring.open(&record.key, &key.private).map_err(Error::bug)?;
        let alg = Alg::parse(&key.alg)
            .ok_or_else(|| Error::Bug(format!("signing key {} is of no kind", record.key)))?;
        let signing = SigningKey::from_pkcs8(alg, &private).map_err(Error::bug)?;
        keys.push(AppKey {
            verifying: VerifyingKey::from_jwk(&key.public).map_err(Error::bug)?,
            signer: Signer::new(Arc::new(signing), settings.token_typ.as_str()),
            used: AtomicBool::new(key.used),
            record_version: record.version,
            record: key,
        });
    }
    keys.sort_by_key(|key| (key.record.published_at_ms, key.record.order));
    Ok(keys)
}

impl SigningKeyRecord {
    /// What decides over the key.
    pub(crate) fn terms(&self) -> Result<Terms> {
        let alg = SigningAlg::parse(&self.alg);
        Ok(Terms {
            alg: alg.ok_or_else(|| Error::Bug(format!("signing key {} is of no kind", self.public.kid)))?,
            published_at: Timestamp::from_millis(self.published_at_ms),
            signs_from: Timestamp::from_millis(self.signs_from_ms),
            order: self.order,
            retired_at: self.retired_at_ms.map(Timestamp::from_millis),
        })
    }
}
