//! The shapes of `wire` as JSON Schema, with the limits that `core` and `service` hold them to.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tenure_core::limits::{APP_ID_BYTES, USER_ID_BYTES};
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::settings::SigningAlg;
use tenure_service::limits::{
    BACKUP_PATH_BYTES, REASON_BYTES, RECOVERY_LONGEST, WEBHOOK_LONGEST_OVERLAP, WEBHOOK_URL_BYTES,
};
use tenure_service::webhook::MessageType;
use tenure_wire::claims::RESERVED_CLAIMS;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::parameters::NO_CONTROLS;
use crate::code::{Code, OAuthCode};

const PLACE: &str = "#/components/schemas/";

/// How a type finds its way into the document: adds what it refers to, and gives what to write in its place.
pub(super) type Shape = fn(&mut Schemas) -> Value;

/// `components/schemas` and `components/responses`, as they gather.
#[derive(Default)]
pub(super) struct Schemas {
    schemas: BTreeMap<String, Value>,
    responses: BTreeMap<String, Value>,
}

impl Schemas {
    /// A reference to `T`, which is added.
    pub(super) fn reference<T: ToSchema + 'static>(&mut self) -> Value {
        let mut found = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut found);
        self.add(found);
        json!({"$ref": format!("{PLACE}{}", plain(&T::name()))})
    }

    /// The same, for those who have no shape to pass on.
    pub(super) fn refer<T: ToSchema + 'static>(&mut self) -> Value {
        self.reference::<T>()
    }

    /// The schema of `T` itself, for a type with parameters: its name says nothing of them.
    pub(super) fn inline<T: ToSchema + 'static>(&mut self) -> Value {
        let mut found = Vec::new();
        T::schemas(&mut found);
        self.add(found);
        written(&<T as PartialSchema>::schema())
    }

    fn add(&mut self, found: Vec<(String, RefOr<Schema>)>) {
        for (name, schema) in found {
            self.schemas.entry(plain(&name).to_owned()).or_insert_with(|| written(&schema));
        }
    }

    /// A reference to an answer that many operations give.
    pub(super) fn response(&mut self, name: String, response: impl FnOnce() -> Value) -> Value {
        let place = json!({"$ref": format!("#/components/responses/{name}")});
        self.responses.entry(name).or_insert_with(response);
        place
    }

    /// All schemas, with their limits, and all answers.
    pub(super) fn finish(mut self) -> (Value, Value) {
        // What an application gives us to keep.
        self.schemas.insert("Value".into(), json!({"description": "Any JSON value."}));
        for (shape, member, limit) in limits() {
            if let Some(member) =
                self.schemas.get_mut(shape).and_then(|shape| shape["properties"].get_mut(member))
            {
                merge(member, limit);
            }
        }
        (json!(self.schemas), json!(self.responses))
    }
}

/// A name without those of its parameters: each of our shapes stands in the document with one kind of them.
fn plain(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

/// A schema of utoipa's as JSON (it always can be), without what only readers of the code care for.
fn written(schema: &RefOr<Schema>) -> Value {
    let mut schema = serde_json::to_value(schema).unwrap_or_default();
    tidy(&mut schema);
    schema
}

fn tidy(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), &mut *member) {
                    ("$ref", Value::String(place)) => {
                        *place = format!("{PLACE}{}", plain(place.trim_start_matches(PLACE)));
                    }
                    ("description", Value::String(words)) => *words = for_outsiders(words),
                    _ => tidy(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// A doc comment without its sentences about Rust.
fn for_outsiders(words: &str) -> String {
    let of_rust = |sentence: &&str| {
        sentence.contains("`Debug`")
            || ["`S` is ", "`C` is ", "`V` is "].iter().any(|start| sentence.starts_with(start))
    };
    let text = words.replace('\n', " ");
    let kept: Vec<_> = text.split(". ").filter(|sentence| !of_rust(sentence)).collect();
    let kept = kept.join(". ").replace("; has no `Debug`: it carries a secret", "");
    if kept.ends_with('.') { kept } else { format!("{kept}.") }
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}

/// What the types cannot say: the member of a shape, and what holds of it besides.
fn limits() -> Vec<(&'static str, &'static str, Value)> {
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let oauth: Vec<_> = OAuthCode::ALL.iter().map(|code| code.as_str()).collect();
    let ends: Vec<_> = EndReason::ALL.iter().map(|reason| reason.as_str()).collect();
    let over = [Refusal::ExpiredIdle, Refusal::ExpiredAbsolute];
    let others = [Refusal::Unknown, Refusal::WrongClient, Refusal::BindingFailed, Refusal::HandoffExpired];
    let expired: Vec<_> = ends.iter().copied().chain(over.map(Refusal::as_str)).collect();
    let reasons: Vec<_> = expired.iter().copied().chain(others.map(Refusal::as_str)).collect();
    let or_null = |words: &[&str]| json!({"enum": words.iter().map(|w| json!(w)).chain([Value::Null]).collect::<Vec<_>>()});
    let name = || json!({"minLength": 1, "maxLength": 200, "pattern": NO_CONTROLS});
    let user = || json!({"minLength": 1, "maxLength": USER_ID_BYTES, "pattern": NO_CONTROLS});
    let amr = json!({"maxItems": 16, "items": {"type": "string", "minLength": 1, "maxLength": 64}});
    let alg = || json!({"enum": SigningAlg::CHOICES});
    let roles = || json!({"enum": ["admin", "backend", "verify"]});
    vec![
        ("ErrorBody", "code", json!({"enum": codes})),
        ("ErrorBody", "reason", or_null(&reasons)),
        ("OAuthError", "error", json!({"enum": oauth})),
        ("OAuthError", "reason", or_null(&reasons)),
        ("CreateApp", "id", json!({"maxLength": APP_ID_BYTES, "pattern": "^[A-Za-z0-9_-]+$"})),
        ("CreateApp", "name", name()),
        ("UpdateApp", "name", name()),
        ("CreateApiKey", "name", name()),
        ("CreateApiKey", "role", roles()),
        ("ApiKey", "role", roles()),
        ("OpenRecovery", "seconds", json!({"minimum": 1, "maximum": RECOVERY_LONGEST.secs()})),
        ("CreateBackup", "to", json!({"minLength": 1, "maxLength": BACKUP_PATH_BYTES})),
        ("CreateWebhook", "url", webhook_url()),
        ("UpdateWebhook", "url", webhook_url()),
        ("CreateWebhook", "events", webhook_types()),
        ("UpdateWebhook", "events", webhook_types()),
        ("RotateWebhookSecret", "overlap_seconds", json!({"maximum": WEBHOOK_LONGEST_OVERLAP.secs()})),
        (
            "WebhookMessage",
            "type",
            json!({"enum": MessageType::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>()}),
        ),
        ("RecoveryStatus", "state", json!({"enum": ["closed", "awaited", "open"]})),
        ("SigningKey", "alg", alg()),
        ("SigningKey", "state", json!({"enum": ["published", "signing", "verifying"]})),
        ("RotateSigningKey", "alg", or_null(SigningAlg::CHOICES)),
        ("RotateSigningKey", "reason", json!({"maxLength": REASON_BYTES})),
        ("RetireSigningKey", "reason", json!({"maxLength": REASON_BYTES})),
        ("RingKey", "state", json!({"enum": ["verify", "active", "retired"]})),
        ("RingNodeKey", "state", json!({"enum": ["verify", "active", "retired"]})),
        ("OpenRequest", "user_id", user()),
        ("OpenRequest", "auth_time", json!({"minimum": 0})),
        ("OpenRequest", "amr", amr),
        ("OpenRequest", "acr", json!({"minLength": 1, "maxLength": 255})),
        ("OpenRequest", "claims", json!({"propertyNames": {"not": {"enum": RESERVED_CLAIMS}}})),
        ("SessionFilter", "user_id", user()),
        ("SessionFilter", "session_id", super::parameters::session_id()),
        ("SessionFilter", "except", super::parameters::session_id()),
        ("SessionFilter", "reason", or_null(&ends)),
        ("SessionFilter", "status", or_null(&["live", "ended", "expired"])),
        ("Session", "claims", json!({"type": "object", "$ref": format!("{PLACE}Value")})),
        ("SettingsVersion", "applies", or_null(&["new", "next_refresh", "now"])),
        ("Session", "status", json!({"enum": ["live", "ended", "expired"]})),
        ("Session", "reason", or_null(&expired)),
    ]
}

fn webhook_url() -> Value {
    json!({"format": "uri", "maxLength": WEBHOOK_URL_BYTES, "pattern": "^https?://"})
}

fn webhook_types() -> Value {
    let names: Vec<_> = MessageType::CHOICES.iter().map(|kind| kind.as_str()).collect();
    json!({"items": {"type": "string", "enum": names}})
}
