//! The key ring as this node holds it: the rules' keys, and those that seal signing keys and know API keys.

mod derive;
mod file;
mod seal;

pub use file::{RingError, RingFile, RingMark, RingSource};
pub use seal::Sealed;

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use tenure_core::id::Kid;
use tenure_core::ring::KeyRing;
use zeroize::Zeroizing;

use seal::Sealer;

/// Everything derived from the key ring. Has no `Debug`: it is secret.
pub struct Ring {
    rules: KeyRing,
    service: BTreeMap<Kid, ServiceKeys>,
}

struct ServiceKeys {
    sealer: Sealer,
    api_keys: hmac::Key,
    admin_links: hmac::Key,
    dev_api_key: Zeroizing<[u8; 32]>,
}

impl Ring {
    /// Derives every key of a ring file.
    pub fn derive(file: &RingFile) -> Result<Self, RingError> {
        let mut service = BTreeMap::new();
        let mut sub_keys = Vec::new();
        for (kid, state, secret) in file.keys()? {
            sub_keys.push((kid, state, derive::sub_keys(&secret)?));
            let keys = ServiceKeys {
                sealer: Sealer::new(&*derive::key(&secret, "seal/1")?)?,
                api_keys: hmac::Key::new(hmac::HMAC_SHA256, &*derive::key(&secret, "api-key/1")?),
                admin_links: hmac::Key::new(hmac::HMAC_SHA256, &*derive::key(&secret, "admin-link/1")?),
                dev_api_key: derive::key(&secret, "dev-api-key/1")?,
            };
            service.insert(kid, keys);
        }
        let rules = KeyRing::new(sub_keys).map_err(|e| RingError::Invalid(e.to_string()))?;
        Ok(Self { rules, service })
    }

    /// The keys of the rules.
    pub fn rules(&self) -> &KeyRing {
        &self.rules
    }

    /// Encrypts `secret` under the active key, bound to `context`.
    pub fn seal(&self, context: &str, secret: &[u8]) -> Result<Sealed, RingError> {
        let (kid, _) = self.rules.active();
        self.service_keys(kid)?.sealer.seal(kid, context, secret)
    }

    /// Decrypts what [`Ring::seal`] made for `context`.
    pub fn open(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, RingError> {
        self.service_keys(Kid(sealed.kid))?.sealer.open(context, sealed)
    }

    /// The HMAC under which an API key is stored, with the kid that made it.
    pub fn api_key_digest(&self, key: &[u8]) -> Result<(Kid, [u8; 32]), RingError> {
        let (kid, _) = self.rules.active();
        Ok((kid, digest(&self.service_keys(kid)?.api_keys, key)))
    }

    /// Whether `key` is the one that `stored` was made from; compared in constant time. Under a retired key as well: unlike a
    /// refresh token, an API key cannot be made from the ring alone, and retiring must end nothing but sessions.
    pub fn knows_api_key(&self, kid: Kid, key: &[u8], stored: &[u8]) -> bool {
        self.service.get(&kid).is_some_and(|keys| hmac::verify(&keys.api_keys, key, stored).is_ok())
    }

    /// The HMAC under which a link into the console is stored, with the kid that made it.
    pub fn admin_link_digest(&self, code: &[u8]) -> Result<(Kid, [u8; 32]), RingError> {
        let (kid, _) = self.rules.active();
        Ok((kid, digest(&self.service_keys(kid)?.admin_links, code)))
    }

    /// Whether `code` is the one that `stored` was made from; compared in constant time.
    pub fn knows_admin_link(&self, kid: Kid, code: &[u8], stored: &[u8]) -> bool {
        self.service.get(&kid).is_some_and(|keys| hmac::verify(&keys.admin_links, code, stored).is_ok())
    }

    /// The secret of the development API key: the same for as long as the oldest key of the ring is.
    pub fn dev_api_key(&self) -> Option<&Zeroizing<[u8; 32]>> {
        self.service.values().next().map(|keys| &keys.dev_api_key)
    }

    fn service_keys(&self, kid: Kid) -> Result<&ServiceKeys, RingError> {
        self.service.get(&kid).ok_or(RingError::Missing(kid.0))
    }
}

fn digest(key: &hmac::Key, message: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hmac::sign(key, message).as_ref());
    bytes
}
