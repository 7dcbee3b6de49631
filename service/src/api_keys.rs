//! API keys: making them, listing them, taking them back, and knowing who calls.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::json;
use subtle::ConstantTimeEq;
use tenure_core::id::AppId;
use tenure_store::{Expected, Kind, Write, Written};
use tenure_wire::app::{ApiKey, CreateApiKey, NewApiKey};

use crate::credentials::{ApiKeyText, Caller, Role};
use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::API_KEYS;
use crate::records::{self, ApiKeyRecord};
use crate::service::Service;

/// The id of the development key: all zeros, which no drawn key has.
const DEV_ID: [u8; 9] = [0; 9];
const NAME_BYTES: usize = 200;

impl Service {
    /// Who presents `text`, if it is an API key.
    pub fn caller(&self, text: &str) -> Option<Caller> {
        let ring = self.ring.load_full();
        let is_dev =
            self.dev_api_key().is_some_and(|dev| dev.reveal().as_bytes().ct_eq(text.as_bytes()).into());
        if is_dev { Some(Caller::owner()) } else { self.credentials.caller(text, &ring) }
    }

    /// The development key, in `dev` only: derived from the ring, the same at each start, stored nowhere.
    pub fn dev_api_key(&self) -> Option<ApiKeyText> {
        let ring = self.ring.load_full();
        self.options.dev.then(|| ring.dev_api_key().map(|secret| ApiKeyText::new(&DEV_ID, secret))).flatten()
    }

    /// Makes a key for `app`, or for every app if that is asked for by a caller who reaches them all. Its text is shown once.
    pub async fn create_api_key(
        &self,
        caller: &Caller,
        app: &AppId,
        new: &CreateApiKey,
    ) -> Result<NewApiKey> {
        let _turn = self.turn().await?;
        self.app(app)?;
        let role = Role::parse(&new.role)
            .ok_or_else(|| Error::invalid("role", "must be admin, backend or verify"))?;
        let fits = (1..=NAME_BYTES).contains(&new.name.len()) && !new.name.chars().any(char::is_control);
        if !fits {
            return Err(Error::invalid("name", "must be 1 to 200 bytes without control characters"));
        }
        if new.all_apps && !caller.reaches_all() {
            return Err(Error::Forbidden("only a key that reaches every app may make another such key"));
        }
        if self.credentials.all().len() >= API_KEYS {
            return Err(Error::Conflict(format!("there are {API_KEYS} API keys already")));
        }
        let (mut id, secret): ([u8; 9], [u8; 32]) = (fresh(&*self.entropy)?, fresh(&*self.entropy)?);
        // An id is typed into command lines: its first character is a letter, never a hyphen.
        id[0] &= 0x7f;
        let text = ApiKeyText::new(&id, &secret);
        let (kid, digest) = self.ring.load().api_key_digest(text.reveal().as_bytes()).map_err(Error::bug)?;
        let record = ApiKeyRecord {
            name: new.name.clone(),
            role: role.as_str().to_owned(),
            app: (!new.all_apps).then(|| app.to_string()),
            kid: kid.0,
            digest: Base64UrlUnpadded::encode_string(&digest),
            created_at_ms: self.now()?.millis(),
        };
        let id = ApiKeyText::id(&id);
        let write = records::put(Kind::ApiKey, id.clone(), &record, Expected::Absent)?;
        if self.store.write(&[write]).await? != Written::All {
            return Err(Error::bug("an API key's id was drawn twice"));
        }
        self.put_api_keys_in_force().await;
        self.note(events::of_app(
            Type::ApiKeyCreated,
            self.now()?,
            app,
            json!({"id": id, "role": role.as_str()}),
        ))
        .await;
        Ok(NewApiKey { key: shown(id, &record), api_key: text.reveal().to_owned() })
    }

    /// The keys that reach `app`: its own, and for a caller who reaches every app those that do so too.
    pub fn api_keys(&self, caller: &Caller, app: &AppId) -> Result<Vec<ApiKey>> {
        self.app(app)?;
        let keys = self.credentials.all().into_iter();
        Ok(keys.filter(|(_, key)| visible(key, caller, app)).map(|(id, key)| shown(id, &key)).collect())
    }

    /// Takes a key back: it is refused from now on.
    pub async fn revoke_api_key(&self, caller: &Caller, app: &AppId, id: &str) -> Result<()> {
        let _turn = self.turn().await?;
        let found = self.credentials.all().into_iter().find(|(key_id, _)| key_id == id);
        if !found.is_some_and(|(_, key)| visible(&key, caller, app)) {
            return Err(Error::NotFound("API key"));
        }
        let delete = Write { kind: Kind::ApiKey, key: id.to_owned(), expected: Expected::Any, value: None };
        self.store.write(&[delete]).await?;
        self.put_api_keys_in_force().await;
        self.note(events::of_app(Type::ApiKeyRevoked, self.now()?, app, json!({"id": id}))).await;
        Ok(())
    }
}

fn visible(key: &ApiKeyRecord, caller: &Caller, app: &AppId) -> bool {
    match key.app.as_deref() {
        Some(own) => own == app.as_str(),
        None => caller.reaches_all(),
    }
}

fn shown(id: String, key: &ApiKeyRecord) -> ApiKey {
    ApiKey {
        id,
        name: key.name.clone(),
        role: key.role.clone(),
        app_id: key.app.clone(),
        created_at: key.created_at_ms.div_euclid(1000),
    }
}
