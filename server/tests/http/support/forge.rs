//! An auth token of an app as somebody with its signing key could make it, and as somebody without it could.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::Value;
use tenure_jose::{Alg, Signer, SigningKey};
use tenure_service::ring::{Ring, Sealed};
use tenure_store::{Directory as _, Kind};

use super::app::TestApp;
use super::world::World;

/// The signing key of an app, opened with the key ring, which only a test has beside the store.
pub struct Forge {
    key: Arc<SigningKey>,
}

impl Forge {
    /// With the app's own key, the newest if it has several.
    pub async fn of(world: &World, app: &TestApp<'_>) -> Self {
        let prefix = format!("{}/", app.id());
        let record = world.memory.records(Kind::SigningKey, &prefix, None, 100).await.unwrap().pop().unwrap();
        let stored: Value = serde_json::from_slice(&record.bytes).unwrap();
        let sealed: Sealed = serde_json::from_value(stored["private"].clone()).unwrap();
        let ring = Ring::derive(&world.ring_file()).unwrap();
        let private = ring.open(&record.key, &sealed).unwrap();
        let alg = Alg::parse(stored["alg"].as_str().unwrap()).unwrap();
        Self { key: Arc::new(SigningKey::from_pkcs8(alg, &private).unwrap()) }
    }

    pub fn kid(&self) -> &str {
        self.key.kid()
    }

    /// The public key as the app publishes it.
    pub fn public(&self) -> Value {
        serde_json::to_value(self.key.public()).unwrap()
    }

    /// Signs these claims as a token of this kind.
    pub fn sign(&self, typ: &str, claims: &Value) -> String {
        self.sign_text(typ, &claims.to_string())
    }

    /// Signs this payload, which may be no JSON.
    pub fn sign_text(&self, typ: &str, payload: &str) -> String {
        Signer::new(self.key.clone(), typ).sign(payload.as_bytes()).unwrap()
    }
}

/// base64url without padding.
pub fn encoded(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

/// A token with an HMAC for a signature.
pub fn with_hmac(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let input = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
    format!("{input}.{}", encoded(tag.as_ref()))
}
