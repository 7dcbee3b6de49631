//! Who may use the console, and the keys that sign their auth tokens.

use serde_json::json;
use tenure_wire::admin::{AdminLink, AdminList, CreateAdminLink};
use tenure_wire::app::{RetireSigningKey, RotateSigningKey, SigningKey, SigningKeyList};

use super::super::operation::{Needs, Operation};
use crate::code::Code;

const KEYS: &str = "/v1/console/signing-keys";
const RETIRE: &str = "/v1/console/signing-keys/{kid}/retire";

/// Every operation on admins, and on the keys of their console.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new("admins", "get", "/v1/admins", "listAdmins", "List those who may use the console")
            .needs(Needs::OwnSocket)
            .gives::<AdminList>(200, "By name."),
        Operation::new(
            "admins",
            "post",
            "/v1/admin-links",
            "createAdminLink",
            "Make a one-time link into the console",
        )
        .says("It is good for 15 minutes. A new name becomes an admin; a role that is given replaces the one before.")
        .needs(Needs::OwnSocket)
        .takes::<CreateAdminLink>(json!({"name": "ann", "role": "operator"}))
        .gives::<AdminLink>(201, "The link; it is shown this once.")
        .refuses(&[Code::Conflict]),
        Operation::new("admins", "delete", "/v1/admins/{name}", "removeAdmin", "Take an admin away")
            .says("Their sessions of the console end.")
            .needs(Needs::OwnSocket)
            .gives_nothing(200, "They are gone.")
            .refuses(&[Code::Conflict]),
        Operation::new("admins", "get", KEYS, "listConsoleKeys", "List the console's own signing keys")
            .says("Those that sign admins' auth tokens. Never their private parts; none before the first link was made.")
            .needs(Needs::OwnSocket)
            .gives::<SigningKeyList>(200, "Oldest first."),
        Operation::new("admins", "post", KEYS, "rotateConsoleKey", "Publish a new signing key of the console")
            .says("As for an app. A conflict: there is one to come already, there are too many, or no link was made yet.")
            .needs(Needs::OwnSocket)
            .takes::<RotateSigningKey>(json!({"reason": "once a year"}))
            .gives::<SigningKey>(201, "The new key.")
            .refuses(&[Code::Conflict]),
        Operation::new("admins", "post", RETIRE, "retireConsoleKey", "Retire a signing key of the console")
            .says("As for an app. Of a compromised one, each admin's session goes on with the next page.")
            .needs(Needs::OwnSocket)
            .takes::<RetireSigningKey>(json!({"compromised": false}))
            .gives::<SigningKeyList>(200, "Those that are left.")
            .refuses(&[Code::Conflict]),
    ]
}
