//! API keys, signing keys and recovery.

use serde_json::json;
use tenure_wire::app::{ApiKeyList, CreateApiKey, NewApiKey, SigningKeyList};

use super::super::operation::{Needs, Operation};
use super::object;
use crate::code::Code;

/// Every operation on keys.
pub(super) fn operations() -> Vec<Operation> {
    let seconds = json!({"type": "integer", "minimum": 1, "maximum": 30 * 86_400, "description": "How long, in seconds."});
    let closes_at = json!({"type": "integer", "format": "int64", "description": "Unix seconds."});
    let mut recovery = object(&[("seconds", seconds)]);
    recovery["additionalProperties"] = false.into();
    vec![
        Operation::new("keys", "get", "/v1/apps/{app}/api-keys", "listApiKeys", "List the API keys that reach the app")
            .says("Never their secrets.")
            .needs(Needs::Key("admin"))
            .gives::<ApiKeyList>(200, "By id."),
        Operation::new("keys", "post", "/v1/apps/{app}/api-keys", "createApiKey", "Make an API key")
            .needs(Needs::Key("admin"))
            .takes::<CreateApiKey>(json!({"name": "the shop's backend", "role": "backend"}))
            .gives::<NewApiKey>(201, "The key; it is shown this once.")
            .refuses(&[Code::Conflict]),
        Operation::new("keys", "delete", "/v1/apps/{app}/api-keys/{id}", "revokeApiKey", "Take an API key back")
            .needs(Needs::Key("admin"))
            .gives_nothing(200, "It is refused from now on."),
        Operation::new("keys", "get", "/v1/apps/{app}/signing-keys", "listSigningKeys", "List the signing keys")
            .says("Never their private parts.")
            .needs(Needs::Key("admin"))
            .gives::<SigningKeyList>(200, "Oldest first."),
        Operation::new("operations", "post", "/v1/recovery", "openRecovery", "Adopt clients that are ahead of a restored store")
            .says("For a bounded time. While it is open, the ring's keys and a session's id are enough to take that session over.")
            .needs(Needs::Key("admin, every app"))
            .takes_json(recovery, json!({"seconds": 3600}))
            .gives_json(200, "Until when.", object(&[("closes_at", closes_at)])),
    ]
}
