//! Tokens to verify, signed by a key of the benchmark's own: a server does not give its away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::json;
use tenure_jose::{Alg, Signer, SigningKey, VerifyingKey};

use crate::output::Fault;

/// How long they live, in seconds: longer than any run.
const LIFE_SECS: i64 = 86_400;

/// Whoever mints them.
pub struct Tokens {
    issuer: String,
    app: String,
    key: Arc<SigningKey>,
    signer: Signer,
    public: VerifyingKey,
    issued_at: i64,
    minted: AtomicU64,
}

/// A token, and its parts for a check of the signature alone.
pub struct Minted {
    text: String,
    signature: Vec<u8>,
    is_forged: bool,
}

impl Minted {
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_forged(&self) -> bool {
        self.is_forged
    }
}

impl Tokens {
    #[allow(clippy::disallowed_methods)] // They are to be valid while it runs.
    pub fn new(issuer: &str, app: &str) -> Result<Self, Fault> {
        let key = Arc::new(SigningKey::generate(Alg::Es256).map_err(Fault::failed)?);
        Ok(Self {
            issuer: issuer.to_owned(),
            app: app.to_owned(),
            signer: Signer::new(key.clone(), "at+jwt"),
            public: VerifyingKey::from_jwk(key.public()).map_err(Fault::failed)?,
            key,
            issued_at: jiff::Timestamp::now().as_second(),
            minted: AtomicU64::new(0),
        })
    }

    /// The public key, as an issuer publishes it.
    pub fn key_set(&self) -> Result<String, Fault> {
        serde_json::to_string(&json!({"keys": [self.key.public()]})).map_err(Fault::failed)
    }

    /// So many tokens, of as many sessions, with the claims that a server's have.
    pub fn mint(&self, count: usize) -> Result<Vec<Minted>, Fault> {
        (0..count).map(|_| self.one()).collect()
    }

    /// The same with signatures that are not theirs.
    pub fn forge(&self, count: usize) -> Result<Vec<Minted>, Fault> {
        let mut minted = self.mint(count)?;
        for token in &mut minted {
            let end = token.text.rfind('.').map_or(0, |dot| dot + 1);
            token.signature.reverse();
            token.text.replace_range(end.., &Base64UrlUnpadded::encode_string(&token.signature));
            token.is_forged = true;
        }
        Ok(minted)
    }

    /// Checks the signature, and looks at nothing else.
    pub fn check_signature(&self, token: &Minted) -> Result<(), Fault> {
        let signed = token.text.rfind('.').map_or("", |dot| &token.text[..dot]);
        self.public.verify_signature(signed.as_bytes(), &token.signature).map_err(Fault::failed)
    }

    fn one(&self) -> Result<Minted, Fault> {
        let n = self.minted.fetch_add(1, Ordering::Relaxed);
        let (now, app) = (self.issued_at, &self.app);
        let claims = json!({
            "iss": self.issuer, "sub": format!("user_{n:010}"), "aud": [app], "iat": now, "nbf": now,
            "exp": now + LIFE_SECS, "jti": format!("{n:022}"), "sid": format!("{n:022}"), "auth_time": now,
            "client_id": app, "role": "member",
        });
        let payload = serde_json::to_vec(&claims).map_err(Fault::failed)?;
        let text = self.signer.sign(&payload).map_err(Fault::failed)?;
        let signature = text.rsplit('.').next().map(Base64UrlUnpadded::decode_vec);
        let signature = signature.and_then(Result::ok).unwrap_or_default();
        Ok(Minted { text, signature, is_forged: false })
    }
}
