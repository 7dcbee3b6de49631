//! API keys in memory: who calls, and what they may do.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use base64ct::{Base64UrlUnpadded, Encoding};
use tenure_core::id::{AppId, Kid};
use tenure_store::{Kind, Store};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::records::{self, ApiKeyRecord};
use crate::ring::Ring;

const PREFIX: &str = "tk_";
const ID_BYTES: usize = 9;
const SECRET_BYTES: usize = 32;
const RECORDS_A_READ: u32 = 1000;

/// What a key may do; each includes those after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Introspect, and follow the revocation feed.
    Verify,
    /// Open, see and end sessions.
    Backend,
    /// Everything.
    Admin,
}

impl Role {
    /// How it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Backend => "backend",
            Self::Admin => "admin",
        }
    }

    /// The role with this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Verify, Self::Backend, Self::Admin].into_iter().find(|role| role.as_str() == name)
    }
}

/// Who calls the management API: proof that a key was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub(crate) role: Role,
    /// `None` reaches every app.
    pub(crate) app: Option<AppId>,
    /// The id of the key; `None` without one, and for the development key.
    pub(crate) key: Option<String>,
}

impl Caller {
    /// Whoever can open the process's own socket: its owner.
    pub const fn owner() -> Self {
        Self { role: Role::Admin, app: None, key: None }
    }

    /// Refuses unless the caller may act as `role` for `app`, before anyone looks whether that app exists.
    pub fn require(&self, role: Role, app: Option<&AppId>) -> Result<()> {
        self.require_role(role)?;
        if self.app.is_some() && self.app.as_ref() != app {
            return Err(Error::Forbidden("this API key belongs to another app"));
        }
        Ok(())
    }

    /// Refuses unless the caller may act as `role` for the apps that it reaches.
    pub fn require_role(&self, role: Role) -> Result<()> {
        if self.role < role {
            return Err(Error::Forbidden("this API key's role does not allow it"));
        }
        Ok(())
    }

    /// Whether the caller may see `app`.
    pub fn reaches(&self, app: &AppId) -> bool {
        self.app.as_ref().is_none_or(|own| own == app)
    }

    /// Whether the caller reaches every app.
    pub fn reaches_all(&self) -> bool {
        self.app.is_none()
    }
}

/// A new key's text. Has no `Debug`: it is secret.
pub struct ApiKeyText(pub(crate) Zeroizing<String>);

impl ApiKeyText {
    /// Assembles the text from an id and a secret.
    pub(crate) fn new(id: &[u8; ID_BYTES], secret: &[u8; SECRET_BYTES]) -> Self {
        let mut bytes = Zeroizing::new([0; ID_BYTES + SECRET_BYTES]);
        bytes[..ID_BYTES].copy_from_slice(id);
        bytes[ID_BYTES..].copy_from_slice(secret);
        Self(Zeroizing::new(format!("{PREFIX}{}", Base64UrlUnpadded::encode_string(&*bytes))))
    }

    /// The id that a key with these bytes has in lists: the first characters of its text.
    pub(crate) fn id(id: &[u8; ID_BYTES]) -> String {
        Base64UrlUnpadded::encode_string(id)
    }

    /// The text: shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// All API keys.
#[derive(Default)]
pub(crate) struct Credentials {
    keys: ArcSwap<HashMap<String, Arc<ApiKeyRecord>>>,
}

impl Credentials {
    /// Reads every key anew.
    pub(crate) async fn load_all(&self, store: &Store) -> Result<()> {
        let mut keys = HashMap::new();
        let mut after: Option<String> = None;
        loop {
            let page = store.records(Kind::ApiKey, "", after.as_deref(), RECORDS_A_READ).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for record in &page {
                keys.insert(record.key.clone(), Arc::new(records::read(Kind::ApiKey, record)?));
            }
        }
        self.keys.store(Arc::new(keys));
        Ok(())
    }

    /// Every key by id.
    pub(crate) fn all(&self) -> Vec<(String, Arc<ApiKeyRecord>)> {
        let mut keys: Vec<_> = self.keys.load().iter().map(|(id, key)| (id.clone(), key.clone())).collect();
        keys.sort_by(|a, b| a.0.cmp(&b.0));
        keys
    }

    /// Who presents `text`, if it is a key. The look-up is by its public part; the secret is compared as an HMAC in constant
    /// time.
    pub(crate) fn caller(&self, text: &str, ring: &Ring) -> Option<Caller> {
        let encoded = text.strip_prefix(PREFIX)?;
        let mut bytes = Zeroizing::new([0; ID_BYTES + SECRET_BYTES]);
        let decoded = Base64UrlUnpadded::decode(encoded, &mut *bytes).ok()?;
        if decoded.len() != ID_BYTES + SECRET_BYTES {
            return None;
        }
        let id = Base64UrlUnpadded::encode_string(&bytes[..ID_BYTES]);
        let key = self.keys.load().get(&id).cloned()?;
        let digest = Base64UrlUnpadded::decode_vec(&key.digest).ok()?;
        if !ring.knows_api_key(Kid(key.kid), text.as_bytes(), &digest) {
            return None;
        }
        let app = key.app.as_deref().map(AppId::parse).transpose().ok()?;
        Some(Caller { role: Role::parse(&key.role)?, app, key: Some(id) })
    }
}
