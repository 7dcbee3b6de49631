//! Apps: creating, seeing, renaming and removing them.

use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::json;
use tenure_core::id::AppId;
use tenure_core::refusal::EndReason;
use tenure_core::settings::Settings;
use tenure_core::time::{Span, Timestamp};
use tenure_store::{Expected, Filter, Kind, Subject, Write, Written};
use tenure_wire::app::{CreateApp, ManagedApp, PublicApp, UpdateApp};

use crate::catalogue::{App, decode};
use crate::change_settings::first_record;
use crate::credentials::Caller;
use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::key_writes::Start;
use crate::limits::APPS;
use crate::records::{self, AppRecord, SettingsRecord, settings_key};
use crate::service::Service;

const NAME_BYTES: usize = 200;
const RECORDS_A_READ: u32 = 1000;

impl Service {
    /// Creates an app, stateless and with strict settings, and its first signing key; all of it or nothing.
    pub async fn create_app(&self, new: &CreateApp) -> Result<Arc<App>> {
        self.create_app_with(new, &Settings::default()).await
    }

    /// Creates an app with these settings.
    pub async fn create_app_with(&self, new: &CreateApp, settings: &Settings) -> Result<Arc<App>> {
        let _turn = self.turn().await?;
        let id = match &new.id {
            Some(id) => AppId::parse(id).map_err(|e| Error::invalid("id", e))?,
            None => AppId::parse(&drawn_id(fresh(&*self.entropy)?)).map_err(Error::bug)?,
        };
        check_name(&new.name)?;
        if self.catalogue.all().len() >= APPS {
            return Err(Error::Conflict(format!("there are {APPS} apps already")));
        }
        self.make_app(&id, &new.name, &first_record(settings, self.now()?)).await
    }

    /// Makes an app with the first version of its settings. The turn to change apps is the caller's.
    pub(crate) async fn make_app(
        &self,
        id: &AppId,
        name: &str,
        settings: &SettingsRecord,
    ) -> Result<Arc<App>> {
        let now = self.now()?;
        let record = AppRecord { name: name.to_owned(), created_at_ms: now.millis() };
        let alg = decode(settings)?.signing_alg;
        // What an app of this name left behind must not come back to life with it.
        let version = self.last_settings_version(id).await? + 1;
        self.webhooks_end_here(Some(id)).await?;
        let writes = [
            records::put(Kind::App, id.to_string(), &record, Expected::Absent)?,
            records::put(Kind::Settings, settings_key(id, version), settings, Expected::Absent)?,
            self.new_key(id, alg, first_key(now)).await?,
        ];
        if let Written::Conflict(_) = self.store.write(&writes).await? {
            // It may be one whose creation was never answered.
            self.put_app_in_force(id).await;
            return Err(Error::Conflict(format!("there is an app {id} already")));
        }
        self.put_app_in_force(id).await;
        self.note(events::of_app(Type::AppCreated, now, id, json!({"name": name}))).await;
        self.app(id)
    }

    /// Every app that the caller reaches.
    pub fn apps(&self, caller: &Caller) -> Vec<ManagedApp> {
        self.catalogue.all().iter().filter(|app| caller.reaches(&app.id)).map(|app| managed(app)).collect()
    }

    /// Renames an app.
    pub async fn update_app(&self, id: &AppId, update: &UpdateApp) -> Result<Arc<App>> {
        let _turn = self.turn().await?;
        let app = self.app(id)?;
        if let Some(name) = &update.name {
            check_name(name)?;
            let record = AppRecord { name: name.clone(), created_at_ms: app.created_at.millis() };
            let expected = Expected::Version(app.record_version);
            let write = records::put(Kind::App, id.to_string(), &record, expected)?;
            if let Written::Conflict(_) = self.store.write(&[write]).await? {
                self.put_app_in_force(id).await;
                return Err(Error::Conflict(format!("app {id} was changed meanwhile")));
            }
            self.put_app_in_force(id).await;
        }
        self.app(id)
    }

    /// Removes an app: every session of it ends, its auth tokens are refused, its keys are gone.
    pub async fn delete_app(&self, id: &AppId) -> Result<()> {
        let _turn = self.turn().await?;
        let app = self.app(id)?;
        self.end_matching(&app, Filter::of_app(id.clone()), EndReason::Admin, Some(Subject::App)).await?;
        let mut writes = vec![delete(Kind::App, id.to_string())];
        writes.extend(self.webhooks_of_removed(id).await?);
        let keys = app.keys.iter().map(|key| records::signing_key_key(id, key.signer.key().kid()));
        writes.extend(keys.map(|key| delete(Kind::SigningKey, key)));
        let own = |key: &crate::records::ApiKeyRecord| key.app.as_deref() == Some(id.as_str());
        writes.extend(
            self.credentials
                .all()
                .into_iter()
                .filter(|(_, key)| own(key))
                .map(|(key, _)| delete(Kind::ApiKey, key)),
        );
        let lists = self.list_records(id, usize::MAX).await?;
        let lists = lists.iter().map(|(list, _)| records::status_list_key(id, Some(*list)));
        writes.extend(lists.chain([records::filling_key(id)]).map(|key| delete(Kind::StatusList, key)));
        self.store.write(&writes).await?;
        self.put_app_in_force(id).await;
        self.put_api_keys_in_force().await;
        // Whoever was opening a session meanwhile did so before the app was gone, or notices that it is.
        self.end_until_done(&app, Filter::of_app(id.clone()), EndReason::Admin).await?;
        self.webhooks_end_here(Some(id)).await?;
        self.note(events::of_app(Type::AppDeleted, self.now()?, id, json!({}))).await;
        Ok(())
    }

    async fn last_settings_version(&self, id: &AppId) -> Result<u32> {
        let prefix = format!("{id}/");
        let mut last = None;
        loop {
            let after = last.as_ref().map(|record: &tenure_store::Record| record.key.as_str());
            let page = self.store.records(Kind::Settings, &prefix, after, RECORDS_A_READ).await?;
            match page.into_iter().last() {
                Some(record) => last = Some(record),
                None => break,
            }
        }
        Ok(last.and_then(|record| record.key[prefix.len()..].parse().ok()).unwrap_or(0))
    }
}

/// An app's public face.
pub fn public(app: &App) -> PublicApp {
    let settings = &app.settings;
    PublicApp {
        id: app.id.to_string(),
        name: app.name.clone(),
        issuer: app.issuer.clone(),
        auth_origin: settings.allowed_origins.first().cloned().unwrap_or_default(),
        redirect_url: settings.redirect_uris.first().cloned().unwrap_or_default(),
        session_timeout_length: settings.auth_token_ttl().secs(),
        refresh_enabled: settings.refresh_tokens,
        refresh_inactivity_lifetime: settings.idle_timeout.map(|idle| idle.secs()),
        refresh_absolute_lifetime: settings.absolute_lifetime.secs(),
    }
}

/// What operators see of an app.
pub fn managed(app: &App) -> ManagedApp {
    ManagedApp {
        public: public(app),
        created_at: app.created_at.secs(),
        settings_version: app.settings_version,
        preset: app.preset.clone(),
    }
}

fn first_key(now: Timestamp) -> Start {
    Start { at: now, lead: Span::ZERO, order: 0, used: false }
}

fn delete(kind: Kind, key: String) -> Write {
    Write { kind, key, expected: Expected::Any, value: None }
}

/// Refuses what an app cannot be called.
pub fn check_name(name: &str) -> Result<()> {
    let fits = (1..=NAME_BYTES).contains(&name.len()) && !name.chars().any(char::is_control);
    if fits {
        Ok(())
    } else {
        Err(Error::invalid("name", "must be 1 to 200 bytes without control characters"))
    }
}

/// Lower case letters and digits: an id that can be read aloud.
fn drawn_id(random: [u8; 12]) -> String {
    let text = Base64UrlUnpadded::encode_string(&random).to_ascii_lowercase();
    text.replace(['-', '_'], "x")
}
