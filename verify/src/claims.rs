//! What a token says, after it was found to be true.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tenure_jose::VerifyingKey;

use crate::epoch::SeenIn;
use crate::refusal::Refusal;

/// What only ID tokens carry (OpenID Connect Core §2): no auth token has one (RFC 9068 §4).
const ID_TOKEN_CLAIMS: [&str; 3] = ["nonce", "at_hash", "c_hash"];

/// The claims of a token that was verified. There is no other way to come by one.
pub struct Claims {
    all: Map<String, Value>,
    issued_at: i64,
    not_before: Option<i64>,
    expires_at: i64,
    authenticated_at: Option<i64>,
    proof: Option<Proof>,
}

/// What an auth token was verified with, and when that was last seen to hold. Beside the claims, so that one look into memory
/// finds all of it.
pub(crate) struct Proof {
    pub(crate) key: Arc<VerifyingKey>,
    /// The key is among those in use.
    pub(crate) key_seen: SeenIn,
    /// The feed does not refuse it.
    pub(crate) feed_seen: SeenIn,
}

impl Claims {
    /// Reads the claims that every auth token has (rules 10 and 11 of `docs/reference/verifiers.md`).
    pub(crate) fn of_auth_token(all: Map<String, Value>) -> Result<Self, Refusal> {
        let is_text = |name: &str| all.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        let not_before = up(&all, "nbf");
        let well_formed = is_text("sub")
            && is_text("jti")
            && (is_text("client_id") || !all.contains_key("client_id"))
            && (not_before.is_some() || !all.contains_key("nbf"))
            && (is_text("sid") || !all.contains_key("sid"))
            && all.get("aud").is_some_and(is_audience);
        let (Some(expires_at), Some(issued_at), true) = (up(&all, "exp"), up(&all, "iat"), well_formed)
        else {
            return Err(Refusal::MalformedClaims);
        };
        if !all.contains_key("client_id") || ID_TOKEN_CLAIMS.iter().any(|name| all.contains_key(*name)) {
            return Err(Refusal::NotAnAuthToken);
        }
        let authenticated_at = down(&all, "auth_time");
        Ok(Claims { all, issued_at, not_before, expires_at, authenticated_at, proof: None })
    }

    /// Reads what the server says of a session token (RFC 7662 §2.2); `None` if that is no answer of its.
    pub(crate) fn of_session_token(all: Map<String, Value>) -> Option<Self> {
        let well_formed =
            all.get("sub").is_some_and(Value::is_string) && all.get("aud").is_none_or(is_audience);
        let expires_at = up(&all, "exp").filter(|_| well_formed)?;
        let issued_at = up(&all, "iat").unwrap_or(i64::MIN);
        let authenticated_at = down(&all, "auth_time");
        Some(Claims { all, issued_at, not_before: None, expires_at, authenticated_at, proof: None })
    }

    /// The user: `sub`.
    pub fn user(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// The session: `sid`; a stateless token has none.
    pub fn session_id(&self) -> Option<&str> {
        self.text("sid")
    }

    /// The client that the token was issued to: `client_id`.
    pub fn client_id(&self) -> &str {
        self.text("client_id").unwrap_or_default()
    }

    /// `iat`, in Unix seconds.
    pub fn issued_at(&self) -> i64 {
        self.issued_at
    }

    /// `exp`, in Unix seconds: the first second at which the token is not valid any more.
    pub fn expires_at(&self) -> i64 {
        self.expires_at
    }

    /// When the user proved who they are: `auth_time`, in Unix seconds.
    pub fn authenticated_at(&self) -> Option<i64> {
        self.authenticated_at
    }

    /// How they did: `acr`.
    pub fn acr(&self) -> Option<&str> {
        self.text("acr")
    }

    /// Everything that the token says, each claim as it was written.
    pub fn all(&self) -> &Map<String, Value> {
        &self.all
    }

    /// The claims as a type of the application's, which names those that it knows.
    pub fn read<C: DeserializeOwned>(&self) -> Result<C, serde_json::Error> {
        C::deserialize(&self.all)
    }

    /// The same, of a token whose signature was good by `key`.
    pub(crate) fn proven_by(self, key: Arc<VerifyingKey>) -> Self {
        let proof = Proof { key, key_seen: SeenIn::never(), feed_seen: SeenIn::never() };
        Claims { proof: Some(proof), ..self }
    }

    /// `None` of a session token: of that, the server alone knows.
    pub(crate) fn proof(&self) -> Option<&Proof> {
        self.proof.as_ref()
    }

    pub(crate) fn not_before(&self) -> Option<i64> {
        self.not_before
    }

    /// Whether it is for this audience (RFC 7519 §4.1.3).
    pub(crate) fn is_for(&self, audience: &str) -> bool {
        match self.all.get("aud") {
            Some(Value::Array(list)) => list.iter().any(|one| one.as_str() == Some(audience)),
            one => one.and_then(Value::as_str) == Some(audience),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.all.get(name).and_then(Value::as_str)
    }
}

fn is_audience(aud: &Value) -> bool {
    aud.is_string() || aud.as_array().is_some_and(|list| list.iter().all(Value::is_string))
}

/// A number as whole seconds. A fraction is rounded up: then comparing with whole seconds gives what comparing with it would.
fn up(all: &Map<String, Value>, name: &str) -> Option<i64> {
    seconds(all.get(name)?, f64::ceil)
}

/// As [`up`], for what must not lie too far back.
fn down(all: &Map<String, Value>, name: &str) -> Option<i64> {
    seconds(all.get(name)?, f64::floor)
}

/// A time is a number from 0 to 2^53 - 1: beyond it, readers round differently.
#[allow(clippy::cast_possible_truncation, reason = "it is within the range of an i64, and whole")]
fn seconds(value: &Value, round: fn(f64) -> f64) -> Option<i64> {
    const LAST: f64 = 9_007_199_254_740_991.0;
    value.as_f64().filter(|number| (0.0..=LAST).contains(number)).map(|number| round(number) as i64)
}
