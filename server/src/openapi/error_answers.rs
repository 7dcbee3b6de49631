//! The errors that an operation can answer with: a response for each status, with the codes that it comes with.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tenure_wire::error::ErrorBody;
use tenure_wire::oauth::OAuthError;

use super::schemas::Schemas;
use crate::code::{Code, OAuthCode};

/// The codes of one operation.
pub(super) struct Errors {
    codes: Vec<Code>,
    oauth: Option<Vec<OAuthCode>>,
}

impl Errors {
    /// Those that every operation at this address has.
    pub(super) fn of(path: &str) -> Self {
        let mut codes = vec![Code::InternalError, Code::TooSlow];
        if path.starts_with("/v1") {
            codes.extend([Code::InvalidRequest, Code::Unavailable]);
        }
        if path.contains('{') {
            codes.extend([Code::InvalidRequest, Code::NotFound]);
        }
        Self { codes, oauth: None }
    }

    /// These too.
    pub(super) fn add(&mut self, codes: &[Code]) {
        self.codes.extend_from_slice(codes);
    }

    /// These too, and all of them in OAuth's shape.
    pub(super) fn oauth(&mut self, codes: &[OAuthCode]) {
        self.oauth.get_or_insert_default().extend_from_slice(codes);
    }

    /// The responses, by status.
    pub(super) fn to_json(&self, schemas: &mut Schemas) -> Map<String, Value> {
        let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        let mut add = |status: u16, code: &'static str| {
            let codes = by_status.entry(status).or_default();
            if !codes.contains(&code) {
                codes.push(code);
            }
        };
        match &self.oauth {
            None => self.codes.iter().for_each(|code| add(code.status().as_u16(), code.as_str())),
            Some(oauth) => {
                // Whatever is not OAuth's own stays at its status, and is called what OAuth has a word for.
                for code in &self.codes {
                    let called = OAuthCode::of_status(code.status());
                    add(code.status().as_u16(), called.as_str());
                }
                oauth.iter().for_each(|code| add(code.status().as_u16(), code.as_str()));
            }
        }
        let shape = if self.oauth.is_some() {
            (schemas.refer::<OAuthError>(), "error")
        } else {
            (schemas.refer::<ErrorBody>(), "code")
        };
        let kind = if self.oauth.is_some() { "OAuth" } else { "" };
        let named = |(status, codes): (u16, Vec<&str>)| {
            let name = format!("{kind}{status}_{}", codes.join("_or_"));
            (status.to_string(), schemas.response(name, || answer(status, &codes, &shape)))
        };
        by_status.into_iter().map(named).collect()
    }
}

/// The header that every answer carries.
pub(super) fn request_id() -> Value {
    json!({"$ref": "#/components/headers/RequestId"})
}

/// `components/headers`: those that many answers carry.
pub(super) fn headers() -> Value {
    json!({
        "RequestId": {
            "description": "The request's own id, if it has 8 to 64 letters, digits, `-`, `_` or `.`; else one of ours.",
            "required": true,
            "schema": {"type": "string"},
        },
        "RetryAfter": {
            "description": "Seconds to wait.",
            "required": true,
            "schema": {"type": "integer", "minimum": 1},
        },
        "Challenge": {
            "description": "How to authenticate, where an API key or a client's secret is what is missing.",
            "schema": {"type": "string"},
        },
    })
}

fn answer(status: u16, codes: &[&str], (reference, member): &(Value, &str)) -> Value {
    let mut headers = json!({"X-Request-Id": request_id()});
    if matches!(status, 429 | 503) {
        headers["Retry-After"] = json!({"$ref": "#/components/headers/RetryAfter"});
    }
    if status == 401 {
        headers["WWW-Authenticate"] = json!({"$ref": "#/components/headers/Challenge"});
    }
    let codes_said: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
    let schema = json!({"allOf": [reference, {"properties": {*member: {"enum": codes}}}]});
    json!({
        "description": format!("{}.", codes_said.join(", ")),
        "headers": headers,
        "content": {"application/json": {"schema": schema}},
    })
}
