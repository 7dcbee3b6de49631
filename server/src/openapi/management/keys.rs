//! API keys and signing keys.

use serde_json::json;
use tenure_wire::app::{
    ApiKeyList, CreateApiKey, NewApiKey, RetireSigningKey, RotateSigningKey, SigningKey, SigningKeyList,
};
use tenure_wire::ring::RingReport;

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
        Operation::new("keys", "post", "/v1/apps/{app}/signing-keys", "rotateSigningKey", "Publish a new signing key")
            .says("It signs after the app's `publish_lead`, or at once where no token was issued yet. The one before it stays in the JWKS until its last token has expired. A conflict: there is one to come already, or there are too many.")
            .needs(Needs::Key("admin"))
            .takes::<RotateSigningKey>(json!({"reason": "once a year"}))
            .gives::<SigningKey>(201, "The new key.")
            .refuses(&[Code::Conflict]),
        Operation::new("keys", "post", "/v1/apps/{app}/signing-keys/{kid}/retire", "retireSigningKey", "Retire a signing key")
            .says("In the ordinary way no token is refused, and it is a conflict when nothing else may sign. A compromised key is gone at once, with its tokens; another one signs, and sessions go on with their next refresh.")
            .needs(Needs::Key("admin"))
            .takes::<RetireSigningKey>(json!({"compromised": false}))
            .gives::<SigningKeyList>(200, "Those that are left.")
            .refuses(&[Code::Conflict]),
        Operation::new("keys", "get", "/v1/ring", "showRing", "Show what the nodes hold of the key ring")
            .says("Never a key. Counts the sessions under each key, which reads many rows: for a change of keys, not for watching.")
            .needs(Needs::Key("admin, every app"))
            .gives::<RingReport>(200, "As this node holds it, and what the others said."),
    ]
}
