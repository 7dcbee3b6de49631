//! The body of an OAuth request: a form whose parameters stand once (RFC 6749 §3.2).

use axum::body::Body;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::answer::OAuthFailure;
use crate::body;
use crate::limits::{CLIENT_BODY_BYTES, FORM_PARAMETERS};
use crate::state::Http;

/// The parameters of a request. Has no `Debug`: it carries secrets.
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads the form. Refuses another content type, and any parameter that stands twice.
    pub async fn read(http: &Http, headers: &HeaderMap, body: Body) -> Result<Self, OAuthFailure> {
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthFailure::invalid_request("the body must be application/x-www-form-urlencoded"));
        }
        let bytes = body::read(http, body, CLIENT_BODY_BYTES).await?;
        let mut form = Self { pairs: Vec::with_capacity(8) };
        for (name, value) in form_urlencoded::parse(&bytes) {
            if form.pairs.iter().any(|(known, _)| *known == name) {
                return Err(OAuthFailure::invalid_request("a parameter stands twice"));
            }
            if form.pairs.len() == FORM_PARAMETERS {
                return Err(OAuthFailure::invalid_request("there are too many parameters"));
            }
            form.pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(form)
    }

    /// The parameter's value; an empty one is an absent one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The parameter's value, or `invalid_request`.
    pub fn require(&self, name: &str) -> Result<&str, OAuthFailure> {
        self.get(name).ok_or_else(|| OAuthFailure::invalid_request(&format!("{name} is missing")))
    }
}
