//! API keys and signing keys.

use serde_json::json;
use tenure_wire::app::{ApiKeyList, CreateApiKey, NewApiKey, SigningKeyList};

use super::super::operation::{Needs, Operation};
use crate::code::Code;

/// Every operation on keys.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            "keys",
            "get",
            "/v1/apps/{app}/api-keys",
            "listApiKeys",
            "List the API keys that reach the app",
        )
        .says("Never their secrets.")
        .needs(Needs::Key("admin"))
        .gives::<ApiKeyList>(200, "By id."),
        Operation::new("keys", "post", "/v1/apps/{app}/api-keys", "createApiKey", "Make an API key")
            .needs(Needs::Key("admin"))
            .takes::<CreateApiKey>(json!({"name": "the shop's backend", "role": "backend"}))
            .gives::<NewApiKey>(201, "The key; it is shown this once.")
            .refuses(&[Code::Conflict]),
        Operation::new(
            "keys",
            "delete",
            "/v1/apps/{app}/api-keys/{id}",
            "revokeApiKey",
            "Take an API key back",
        )
        .needs(Needs::Key("admin"))
        .gives_nothing(200, "It is refused from now on."),
        Operation::new(
            "keys",
            "get",
            "/v1/apps/{app}/signing-keys",
            "listSigningKeys",
            "List the signing keys",
        )
        .says("Never their private parts.")
        .needs(Needs::Key("admin"))
        .gives::<SigningKeyList>(200, "Oldest first."),
    ]
}
