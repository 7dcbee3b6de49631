//! A token that is being written: its header and claims as JSON text, so that whatever a sender could write can be written here.

use crate::encoding::base64url;
use crate::key::Key;
use crate::known::{AUDIENCE, ISSUER, NOW};

/// A good token until something is changed.
#[derive(Clone)]
pub(crate) struct Draft {
    key: &'static Key,
    header: Members,
    claims: Members,
}

/// Names and JSON texts, in order; nothing keeps a name from being there twice.
type Members = Vec<(String, String)>;

impl Draft {
    /// What Tenure signs for a session.
    pub(crate) fn good(key: &'static Key) -> Self {
        let draft = Self { key, header: Members::new(), claims: Members::new() };
        let draft = draft.header_text("alg", &key.jwk.alg).header_text("kid", &key.jwk.kid);
        draft
            .header_text("typ", "at+jwt")
            .claim_text("iss", ISSUER)
            .claim_text("sub", "user-7")
            .claim_text("aud", AUDIENCE)
            .claim_text("client_id", AUDIENCE)
            .claim_text("sid", "s_01hexample")
            .claim("iat", NOW - 60)
            .claim("exp", NOW + 240)
            .claim_text("jti", "j-1")
            .claim("auth_time", NOW - 600)
    }

    /// Another member of the header, or another value of it: JSON text.
    pub(crate) fn header(mut self, name: &str, value: impl ToString) -> Self {
        put(&mut self.header, name, value.to_string());
        self
    }

    /// The same, with a string.
    pub(crate) fn header_text(self, name: &str, value: &str) -> Self {
        self.header(name, quoted(value))
    }

    /// Another claim, or another value of it: JSON text.
    pub(crate) fn claim(mut self, name: &str, value: impl ToString) -> Self {
        put(&mut self.claims, name, value.to_string());
        self
    }

    /// The same, with a string.
    pub(crate) fn claim_text(self, name: &str, value: &str) -> Self {
        self.claim(name, quoted(value))
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.header.retain(|(member, _)| member != name);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.claims.retain(|(member, _)| member != name);
        self
    }

    pub(crate) fn header_json(&self) -> String {
        object(&self.header)
    }

    pub(crate) fn claims_json(&self) -> String {
        object(&self.claims)
    }

    /// The token, truly signed: only its content can be the reason of a refusal.
    pub(crate) fn sign(&self) -> String {
        signed(self.key, self.header_json(), self.claims_json())
    }

    /// What the signature is over.
    pub(crate) fn unsigned(&self) -> String {
        format!("{}.{}", base64url(self.header_json()), base64url(self.claims_json()))
    }

    /// The token with this header, truly signed.
    pub(crate) fn sign_header(&self, header: impl AsRef<[u8]>) -> String {
        signed(self.key, header, self.claims_json())
    }

    /// The token with these claims, truly signed.
    pub(crate) fn sign_claims(&self, claims: impl AsRef<[u8]>) -> String {
        signed(self.key, self.header_json(), claims)
    }

    /// The token with these bytes for a signature.
    pub(crate) fn with_signature(&self, signature: impl AsRef<[u8]>) -> String {
        format!("{}.{}", self.unsigned(), base64url(signature))
    }

    /// The true signature.
    pub(crate) fn signature(&self) -> Vec<u8> {
        self.key.sign(self.unsigned().as_bytes())
    }
}

/// A text, a dot, and a true signature over it.
pub(crate) fn sign_text(key: &Key, text: &str) -> String {
    format!("{text}.{}", base64url(key.sign(text.as_bytes())))
}

fn signed(key: &Key, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    sign_text(key, &format!("{}.{}", base64url(header), base64url(claims)))
}

/// A text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn put(members: &mut Members, name: &str, value: String) {
    match members.iter_mut().find(|(member, _)| member == name) {
        Some((_, old)) => *old = value,
        None => members.push((name.to_owned(), value)),
    }
}

fn object(members: &Members) -> String {
    let members: Vec<_> = members.iter().map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
    format!("{{{}}}", members.join(","))
}
