//! Who may use the console.

use serde_json::json;
use tenure_wire::admin::{AdminLink, AdminList, CreateAdminLink};

use super::super::operation::{Needs, Operation};
use crate::code::Code;

/// Every operation on admins.
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
    ]
}
