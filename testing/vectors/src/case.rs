//! A token with its verdict, and a list of them that is being written.

use serde::Serialize;
use serde_json::Value;

use crate::known::{AUDIENCE, ISSUER, NOW};

/// A token, who looks at it and when, and the verdict.
#[derive(Serialize)]
pub struct Case {
    /// Its own in `tokens.json`.
    pub name: String,
    /// What it is about, in a sentence.
    pub why: String,
    /// A set of `keys.json`.
    pub keys: &'static str,
    /// The issuer that the verifier is configured with.
    pub issuer: &'static str,
    /// The audience that it is configured with.
    pub audience: &'static str,
    /// Unix seconds.
    pub now: i64,
    /// What the route asks for beyond a valid token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require: Option<Require>,
    /// The token.
    pub token: String,
    /// `valid`, or the code of the first rule that it breaks.
    pub verdict: &'static str,
    /// Claims that a valid token shows, if any are named; it may show others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Value>,
}

/// What a route asks for (RFC 9470).
#[derive(Serialize)]
pub struct Require {
    /// Seconds since the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    /// One of these `acr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr_values: Option<Vec<&'static str>>,
}

/// A list that is being written.
#[derive(Default)]
pub(crate) struct Cases(pub(crate) Vec<Case>);

impl Cases {
    /// A token that is accepted.
    pub(crate) fn valid(&mut self, name: impl ToString, why: impl ToString, token: String) -> &mut Case {
        self.refused("valid", name, why, token)
    }

    /// A token that is refused with this code.
    pub(crate) fn refused(
        &mut self,
        verdict: &'static str,
        name: impl ToString,
        why: impl ToString,
        token: String,
    ) -> &mut Case {
        self.0.push(Case {
            name: name.to_string(),
            why: why.to_string(),
            keys: "main",
            issuer: ISSUER,
            audience: AUDIENCE,
            now: NOW,
            require: None,
            token,
            verdict,
            claims: None,
        });
        self.0.last_mut().expect("it was just added")
    }
}
