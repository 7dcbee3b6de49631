//! The whole document, put together from its operations.

use serde_json::{Map, Value, json};
use tenure_service::webhook::MessageType;
use tenure_wire::webhook::WebhookMessage;

use super::error_answers;
use super::operation::Operation;
use super::schemas::Schemas;

const ABOUT: &str = "The session server that applications put between \"the user signed in\" and everything after. \
`/v1/apps/{app}` under the public URL is an app's issuer. Times are Unix seconds, lengths of time are integers of seconds. \
Unknown members of bodies and unknown parameters of queries are refused, except in the bodies of `tokens` and in forms. \
Where a length is counted in bytes of UTF-8, `maxLength` says the same number of characters. A head of more than 32 KiB or 64 headers \
is answered 431 without a body.";

const TAGS: &[(&str, &str)] = &[
    ("client", "What end clients call at an app's issuer, without an API key."),
    ("oauth", "OAuth 2.x: the refresh grant, revocation, introspection."),
    ("apps", "Apps and their session settings."),
    ("sessions", "Opening, seeing, amending and ending sessions."),
    ("events", "What happened, in order."),
    ("revocations", "Whose auth tokens are refused before they expire."),
    ("keys", "API keys and signing keys."),
    ("webhooks", "Who is told what is revoked, and how far they have come."),
    ("admins", "Who may use the console; only through the process's own socket."),
    ("operations", "What operators and their machines ask."),
    ("playground", "What the page at /play asks, in `dev` only."),
];

/// The document with these operations.
pub(super) fn of(operations: &[Operation]) -> Value {
    let mut schemas = Schemas::default();
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        let written = operation.to_json(&mut schemas);
        paths.entry(operation.path).or_insert_with(|| json!({}))[operation.method] = written;
    }
    let tags: Vec<_> = TAGS.iter().map(|(name, says)| json!({"name": name, "description": says})).collect();
    let message = schemas.reference::<WebhookMessage>();
    let (schemas, responses) = schemas.finish();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tenure",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Sessions: short-lived auth tokens, rotating refresh tokens.",
            "description": ABOUT,
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
        },
        "servers": [{"url": "/", "description": "This server."}],
        "tags": tags,
        "paths": paths,
        "webhooks": {"revocation": {"post": revocation(&message)}},
        "components": {
            "schemas": schemas,
            "responses": responses,
            "headers": error_answers::headers(),
            "securitySchemes": security_schemes(),
        },
    })
}

/// What a webhook's receiver is sent.
fn revocation(message: &Value) -> Value {
    let header = |name: &str, says: &str| json!({"name": name, "in": "header", "required": true, "description": says, "schema": {"type": "string"}});
    let kinds: Vec<_> = MessageType::ALL.iter().map(|kind| format!("`{}`", kind.as_str())).collect();
    let says = "Anything but 2xx within five seconds is sent again later, under the same id; 410 turns the webhook off.";
    json!({
        "tags": ["webhooks"],
        "operationId": "revocation",
        "summary": "Something was revoked",
        "description": format!("Signed as Standard Webhooks says, in order, at least once. The types: {}.", kinds.join(", ")),
        "parameters": [
            header("webhook-id", "The same each time that this message is sent."),
            header("webhook-timestamp", "Unix seconds: when it was sent."),
            header("webhook-signature", "`v1,` and the base64 of an HMAC-SHA-256 of id, timestamp and body with dots between; several with spaces between."),
        ],
        "requestBody": {"required": true, "content": {"application/json": {"schema": message}}},
        "responses": {"2XX": {"description": "It was taken."}, "default": {"description": says}},
    })
}

fn security_schemes() -> Value {
    json!({
        "apiKey": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "tk_…",
            "description": "An API key, of one app or of every app, with a role: verify, backend or admin.",
        },
        "authToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A user's auth token.",
        },
        "clientSecret": {
            "type": "http",
            "scheme": "basic",
            "description": "The app's id and an API key of it, as a client authenticates in OAuth (RFC 6749 §2.3.1).",
        },
    })
}
