//! What every answer must hold to, whatever was asked.

use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use tenure_server::code::{Code, OAuthCode};
use tenure_server::openapi::document;

/// A whole answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body; null when it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The value of the cookie that it sets, if it sets one.
    pub fn cookie(&self) -> Option<String> {
        let set = self.headers.get(SET_COOKIE)?.to_str().ok()?;
        let (_, value) = set.split(';').next()?.split_once('=')?;
        Some(value.to_owned())
    }

    /// Panics unless it is one that the server may give: never its own fault, never an outage while nothing is out, an error
    /// with a code that is documented, nothing that the OpenAPI document does not know, and no secret in an error.
    pub fn check(&self, method: &Method, path: &str, secrets: &[&str]) {
        let asked = format!("{method} {path}");
        let said = String::from_utf8_lossy(&self.body);
        assert!(self.status.as_u16() < 500, "{asked}: {} {said}", self.status);
        assert!(self.headers.contains_key("x-request-id"), "{asked}: no X-Request-Id");
        if let Some(described) = described(method, path) {
            assert!(described.contains(&self.status.as_u16()), "{asked}: {} is not described", self.status);
        }
        for cookie in self.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let held = ["; Path=/;", "; Secure", "; HttpOnly", "; SameSite="];
            assert!(cookie.starts_with("__Host-") && held.iter().all(|one| cookie.contains(one)), "{asked}");
            assert!(!cookie.contains("Domain"), "{asked}");
        }
        if self.status.is_client_error() {
            assert_eq!(self.headers.get(CACHE_CONTROL).unwrap(), "no-store", "{asked}");
            assert!(method == Method::HEAD || self.has_a_code(), "{asked}: {} {said}", self.status);
            let told = secrets.iter().find(|secret| said.contains(**secret));
            assert!(told.is_none(), "{asked}: an error repeats a secret: {said}");
        }
    }

    fn has_a_code(&self) -> bool {
        let body = self.json();
        let (code, error) = (body["code"].as_str(), body["error"].as_str());
        let ours = Code::ALL.iter().any(|one| Some(one.as_str()) == code && one.status() == self.status);
        // An error of another kind keeps its status, and is called what OAuth has a word for.
        let oauth = OAuthCode::ALL.iter().any(|one| Some(one.as_str()) == error);
        error.is_some_and(|words| !words.is_empty()) && (ours || (code.is_none() && oauth))
    }
}

/// The statuses that the document has for this address and method; `None` when it does not describe them.
fn described(method: &Method, path: &str) -> Option<Vec<u16>> {
    let path = path.split('?').next().unwrap_or_default();
    let paths = document()["paths"].as_object().unwrap();
    let exact = paths.get(path);
    let item =
        exact.or_else(|| paths.iter().find(|(template, _)| fits(template, path)).map(|(_, item)| item))?;
    // A method is written in capitals, or is another one.
    let (_, operation) =
        item.as_object()?.iter().find(|(name, _)| name.to_ascii_uppercase() == method.as_str())?;
    let answers = operation["responses"].as_object().unwrap();
    Some(answers.keys().filter_map(|status| status.parse().ok()).collect())
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(&path)
            .all(|(part, given)| (part.starts_with('{') && !given.is_empty()) || part == given)
}
