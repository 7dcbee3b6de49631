//! What came back, and how a snapshot shows it.

use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// A whole answer.
#[derive(Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The status as a number.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} {}: {error}", self.status, self.text()))
    }

    /// A header that may be absent.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The answer, if it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status(), status, "{}", self.text());
        self
    }

    /// Refused with this status and this `code` (or, at the OAuth endpoints, `error`).
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let body = self.clone().expect(status).json();
        let said = body.get("code").unwrap_or(&body["error"]);
        assert_eq!(said, code, "{body}");
        self
    }

    /// The `reason` of a refusal.
    #[track_caller]
    pub fn reason(&self) -> String {
        self.json()["reason"].as_str().unwrap_or_default().to_owned()
    }

    /// Status, headers and body, with everything that differs from run to run replaced by what it is.
    pub fn shown(&self) -> String {
        let mut lines = vec![self.status.to_string()];
        let mut headers: Vec<_> =
            self.headers.iter().map(|(n, v)| (n.as_str(), v.to_str().unwrap())).collect();
        headers.retain(|(name, _)| *name != "content-length");
        headers.sort_unstable();
        lines.extend(headers.into_iter().map(|(name, value)| match name {
            "etag" | "x-request-id" => format!("{name}: [{name}]"),
            "set-cookie" => format!("{name}: {}", without_token(value)),
            _ => format!("{name}: {value}"),
        }));
        if !self.body.is_empty() {
            lines.push(String::new());
            lines.push(match serde_json::from_slice::<Value>(&self.body) {
                Ok(body) => shown(body),
                Err(_) => self.text(),
            });
        }
        lines.join("\n")
    }
}

/// A `Set-Cookie` with the token in it replaced by what it is.
fn without_token(cookie: &str) -> String {
    let token = cookie.split_once("tr1_").and_then(|(_, rest)| rest.split(';').next());
    token.map_or(cookie.to_owned(), |token| cookie.replace(&format!("tr1_{token}"), "[refresh token]"))
}

/// JSON with everything that differs from run to run replaced by what it is.
pub fn shown(mut value: Value) -> String {
    redact("", &mut value);
    serde_json::to_string_pretty(&value).unwrap()
}

/// Replaces what is drawn at random. Times stand still in tests, so that they are shown as they are.
fn redact(name: &str, value: &mut Value) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| redact(name, value)),
        Value::Array(items) => items.iter_mut().for_each(|item| redact(name, item)),
        Value::String(text) => {
            let kind = match name {
                _ if text.starts_with("tr1_") => "refresh token",
                _ if text.starts_with("th1_") => "handoff code",
                _ if text.starts_with("ts1_") => "session token",
                _ if text.starts_with("eyJ") => "auth token",
                _ if text.starts_with("tk_") => "API key",
                _ if text.starts_with("whsec_") => "webhook secret",
                _ if text.starts_with("wh_") => "webhook id",
                _ if text.starts_with("msg_test_") => "message id",
                "session_id" | "sid" | "next_cursor" => "session id",
                "support_code" => "support code",
                "jti" => "token id",
                "kid" => "key id",
                "x" | "y" | "n" => "public key",
                "id" if text.len() == 12 => "API key id",
                "id" if text.len() == 16 => "app id",
                _ => return,
            };
            *text = format!("[{kind}]");
        }
        _ => {}
    }
}
