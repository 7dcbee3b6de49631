//! Reading what happened.

use serde_json::{Value, json};
use tenure_core::limits::USER_ID_BYTES;
use tenure_service::events::Type;
use tenure_service::limits::{PAGE_DEFAULT, PAGE_MAX};
use tenure_wire::event::EventList;

use super::super::operation::{Needs, Operation};
use super::super::parameters::{header, query, session_id};
use crate::code::Code;

/// Every operation on events.
pub(super) fn operations() -> Vec<Operation> {
    let of_app = Operation::new(
        "events",
        "get",
        "/v1/apps/{app}/events",
        "listEvents",
        "Read what happened, in order",
    );
    let all = Operation::new(
        "events",
        "get",
        "/v1/events",
        "listAllEvents",
        "Read what happened in every app, in order",
    );
    vec![described(of_app.needs(Needs::Key("backend"))), described(all.needs(Needs::Key("admin, every app")))]
}

fn described(operation: Operation) -> Operation {
    let number = || json!({"type": "integer", "format": "int64", "minimum": 0});
    let user = json!({"type": "string", "minLength": 1, "maxLength": USER_ID_BYTES});
    let types: Vec<_> = Type::ALL.iter().map(|kind| kind.as_str()).collect();
    let limit = json!({"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT});
    operation
        .says("With `Accept: text/event-stream` it goes on as things happen, from now on unless told otherwise.")
        .parameter(query("after", number(), "The `next_after` of the page before."))
        .parameter(query("limit", limit, "Events a page."))
        .parameter(query("type", json!({"type": "string", "enum": types}), "What kind of thing."))
        .parameter(query("user_id", user, "The user."))
        .parameter(query("session_id", session_id(), "The session."))
        .parameter(header("Last-Event-ID", number(), "The last event that a stream's reader has seen."))
        .gives_inline::<EventList<Value>>(200, "A page, or a stream.")
        .or_text("text/event-stream")
        .refuses(&[Code::InvalidFields])
}
