//! The session settings as JSON Schema: bounds from `core`, defaults from `core`, and what each one is about.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};
use tenure_core::preset;
use tenure_core::settings::bounds as b;
use tenure_core::settings::{
    Binding, ClientKind, CookiePersistence, IdleCounts, LostResponse, OnLimit, ReuseDetection, Revocation,
    Rotation, Settings as Core, SigningAlg, TokenTyp, Transport,
};
use tenure_service::settings::to_json;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Every setting of an app, as answers show them.
pub(super) struct Settings;

/// The body that changes settings: any of them, and a preset.
pub(super) struct SettingsPatch;

/// One setting: what it may be, and what it does.
type Line = (&'static str, Value, &'static str);

const DAY: i64 = 86_400;

fn lines() -> Vec<Line> {
    [lifetimes(), strictness(), of_the_app()].concat()
}

fn lifetimes() -> Vec<Line> {
    let absolute = b::ABSOLUTE_LIFETIME_MIN_SECS..=b::ABSOLUTE_LIFETIME_LONG_DAYS * DAY;
    let idle =
        json!({"type": ["integer", "null"], "minimum": b::IDLE_TIMEOUT_MIN_SECS, "maximum": absolute.end()});
    let jitter = between(&b::AUTH_TOKEN_JITTER_PERCENT);
    vec![
        (
            "refresh_tokens",
            json!({"type": "boolean"}),
            "Off: one auth token, nothing stored, cannot be ended early. On: sessions.",
        ),
        (
            "auth_token_ttl",
            between(&b::AUTH_TOKEN_TTL_SECS),
            "Seconds that a signed token is accepted without asking; at most half of idle_timeout.",
        ),
        ("auth_token_jitter", jitter, "Percent by which each auth token is shortened at random."),
        (
            "idle_timeout",
            idle,
            "Seconds without user activity after which a session ends; null for never. At most absolute_lifetime.",
        ),
        (
            "absolute_lifetime",
            between(&absolute),
            "Seconds after which the user signs in again, whatever happens; web clients: at most 400 days.",
        ),
        (
            "retry_leeway",
            between(&b::RETRY_LEEWAY_SECS),
            "Seconds for which a just-replaced token gives the same successor without an Idempotency-Key.",
        ),
        (
            "publish_lead",
            between(&b::PUBLISH_LEAD_SECS),
            "Seconds that a new signing key is published before it signs.",
        ),
        (
            "step_up_max_age",
            between(&b::STEP_UP_MAX_AGE_SECS),
            "Seconds that a sign-in is fresh enough for sensitive actions.",
        ),
        (
            "expiring_notice",
            between(&b::EXPIRING_NOTICE_SECS),
            "Seconds before the end at which the SDK tells the app; at most half of idle_timeout.",
        ),
    ]
}

fn strictness() -> Vec<Line> {
    let (min, max) = b::MAX_SESSIONS.into_inner();
    let max_sessions = json!({"type": ["integer", "null"], "minimum": min, "maximum": max});
    vec![
        ("idle_counts", words(IdleCounts::CHOICES), "What counts as activity."),
        ("rotation", words(Rotation::CHOICES), "Whether each use replaces the refresh token."),
        ("reuse_detection", words(ReuseDetection::CHOICES), "What the reuse of a replaced token ends."),
        ("lost_response", words(LostResponse::CHOICES), "What a late retry without a key gets."),
        ("max_sessions", max_sessions, "Live sessions of a user; null for unlimited."),
        ("on_limit", words(OnLimit::CHOICES), "What happens when a user has as many sessions as they may."),
        (
            "binding",
            words(Binding::CHOICES),
            "Proof of possession for the refresh token; others than none are refused until they exist.",
        ),
        ("revocation", words(Revocation::CHOICES), "Whether ends are announced to verifiers."),
    ]
}

fn of_the_app() -> Vec<Line> {
    let list = |bytes: usize| json!({"type": "array", "maxItems": b::LISTED, "items": {"type": "string", "maxLength": bytes}});
    let justification = json!({"type": "string", "maxLength": b::JUSTIFICATION_BYTES});
    vec![
        ("signing_alg", words(SigningAlg::CHOICES), "The algorithm of auth tokens."),
        ("token_typ", words(TokenTyp::CHOICES), "The header typ of auth tokens."),
        ("transport", words(Transport::CHOICES), "How a browser carries the refresh token."),
        ("cookie_persistence", words(CookiePersistence::CHOICES), "Whether the cookie outlives the browser."),
        ("client_kind", words(ClientKind::CHOICES), "Sets the bound of absolute_lifetime."),
        ("allowed_origins", list(b::ORIGIN_BYTES), "Exact origins whose pages may call the client API."),
        ("redirect_uris", list(b::REDIRECT_URI_BYTES), "Exact addresses that a sign-in may return to."),
        ("justification", justification, "Why a value goes beyond the standard that the preset names."),
    ]
}

fn between<T: Into<Value> + Copy>(bounds: &RangeInclusive<T>) -> Value {
    let (min, max): (Value, Value) = ((*bounds.start()).into(), (*bounds.end()).into());
    json!({"type": "integer", "minimum": min, "maximum": max})
}

fn words(choices: &[&str]) -> Value {
    json!({"type": "string", "enum": choices})
}

/// The members, each with its default. A setting that has no line here is described as anything.
fn properties() -> Map<String, Value> {
    let lines = lines();
    let with_line = |(name, default): (String, Value)| {
        let line = lines.iter().find(|(known, ..)| *known == name);
        let (mut schema, says) = line.map_or((json!({}), ""), |(_, schema, says)| (schema.clone(), says));
        schema["description"] = says.into();
        schema["default"] = default;
        (name, schema)
    };
    to_json(&Core::default()).into_iter().map(with_line).collect()
}

fn object(schema: Value) -> RefOr<Schema> {
    // A schema that serde cannot read is none of utoipa's: the snapshot of the document would show it.
    serde_json::from_value(schema).unwrap_or_else(|_| RefOr::T(Schema::default()))
}

impl PartialSchema for Settings {
    fn schema() -> RefOr<Schema> {
        let properties = properties();
        let required: Vec<_> = properties.keys().collect();
        object(json!({
            "type": "object",
            "description": "Every session setting of an app. Lengths of time are integers of seconds.",
            "required": required,
            "properties": properties,
        }))
    }
}

impl ToSchema for Settings {
    fn name() -> Cow<'static, str> {
        "Settings".into()
    }
}

impl PartialSchema for SettingsPatch {
    fn schema() -> RefOr<Schema> {
        let mut properties = properties();
        // Absent keys keep their value: a default would say otherwise.
        for property in properties.values_mut().filter_map(Value::as_object_mut) {
            property.remove("default");
        }
        let presets: Vec<_> = preset::ALL.iter().map(|preset| preset.id).collect();
        let says =
            "A preset, which sets everything that concerns sessions; what else stands here goes over it.";
        properties.insert("preset".into(), json!({"type": "string", "enum": presets, "description": says}));
        object(json!({
            "type": "object",
            "description": "Any session settings; absent keys keep their value.",
            "properties": properties,
            "additionalProperties": false,
        }))
    }
}

impl ToSchema for SettingsPatch {
    fn name() -> Cow<'static, str> {
        "SettingsPatch".into()
    }
}
