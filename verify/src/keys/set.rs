//! A set of keys as it was published (RFC 7517 §5).

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use tenure_jose::VerifyingKey;
use tenure_wire::jwk::Jwk;

use crate::limits::KEYS_IN_A_SET;

/// The keys of one issuer, parsed.
#[derive(Default)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
}

struct Key {
    published: Jwk,
    parsed: Arc<VerifyingKey>,
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<Map<String, Value>>,
}

impl KeySet {
    /// Reads a published set. A key that also stands in `before`, as it is, is that very key: what was verified with it needs no
    /// look at anything but that.
    ///
    /// Keys that are not for signatures, or of an algorithm, a curve or a strength that are not ours, are left out (RFC 7517 §5); of
    /// two with one `kid`, the second. Refused: what is no set, one of more than [`KEYS_IN_A_SET`] keys, and one in which none is
    /// left, because an issuer always has a key.
    pub(crate) fn read(json: &[u8], before: &KeySet) -> Result<Self, &'static str> {
        let published: Published = serde_json::from_slice(json).map_err(|_| "it is no JSON with `keys`")?;
        if published.keys.len() > KEYS_IN_A_SET {
            return Err("it has more keys than a set may have");
        }
        let mut set = KeySet::default();
        for mut jwk in published.keys {
            // RFC 7517 §4.2: it may be left out.
            jwk.entry("use").or_insert_with(|| "sig".into());
            let Ok(published) = serde_json::from_value::<Jwk>(Value::Object(jwk)) else { continue };
            if set.find(&published.kid).is_none()
                && let Some(key) = before.same(published)
            {
                set.keys.push(key);
            }
        }
        if set.keys.is_empty() { Err("it has no key that can be used") } else { Ok(set) }
    }

    /// The key of this id.
    pub(crate) fn find(&self, kid: &str) -> Option<&Arc<VerifyingKey>> {
        self.keys.iter().find(|key| key.parsed.kid() == kid).map(|key| &key.parsed)
    }

    /// Whether every key of either is in both.
    pub(crate) fn is_same_as(&self, other: &KeySet) -> bool {
        let among = |key: &Key| other.keys.iter().any(|one| Arc::ptr_eq(&one.parsed, &key.parsed));
        self.keys.len() == other.keys.len() && self.keys.iter().all(among)
    }

    fn same(&self, published: Jwk) -> Option<Key> {
        let parsed = match self.keys.iter().find(|key| key.published == published) {
            Some(key) => key.parsed.clone(),
            None => Arc::new(VerifyingKey::from_jwk(&published).ok()?),
        };
        Some(Key { published, parsed })
    }
}
