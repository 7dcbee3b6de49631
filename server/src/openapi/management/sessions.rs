//! Opening, seeing, amending and ending sessions.

use serde_json::{Value, json};
use tenure_core::limits::CLIENT_ID_BYTES;
use tenure_core::refusal::EndReason;
use tenure_service::limits::{PAGE_DEFAULT, PAGE_MAX};
use tenure_wire::auth_result::{AuthResult, RefreshAnswer};
use tenure_wire::session::{AmendRequest, EndRequest, OpenRequest, Reauthenticate, Session, SessionList};

use super::super::operation::{Needs, Operation};
use super::super::parameters::{query, session_id, user_id};
use super::super::schemas::Schemas;
use super::{count, object};
use crate::code::Code;

/// Every operation on sessions.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        open(),
        list(),
        Operation::new("sessions", "get", "/v1/apps/{app}/sessions/{sid}", "showSession", "Show a session")
            .needs(Needs::Key("backend"))
            .gives_inline::<Session<Value>>(200, "The session."),
        Operation::new("sessions", "delete", "/v1/apps/{app}/sessions/{sid}", "endSession", "End a session")
            .says("200 as well when it had ended before.")
            .needs(Needs::Key("backend"))
            .gives_nothing(200, "It is over."),
        amend(),
        reauthenticate(),
        end_matching(),
        Operation::new(
            "sessions",
            "delete",
            "/v1/apps/{app}/users/{uid}/tokens",
            "endUser",
            "End every session of a user",
        )
        .says("Their stateless auth tokens are refused by whoever asks, too.")
        .needs(Needs::Key("backend"))
        .refuses(&[Code::InvalidFields])
        .gives_nothing(200, "All of them are over."),
    ]
}

fn open() -> Operation {
    let example = json!({"user_id": "ann", "amr": ["pwd", "otp"], "claims": {"plan": "pro"}, "device": {"name": "Ann's phone"}});
    Operation::new("sessions", "post", "/v1/apps/{app}/sessions", "openSession", "Open a session")
        .says("The caller has authenticated the user. In a stateless app `session` is null and there is no refresh token. With `handoff` there is a code in its place.")
        .needs(Needs::Key("backend"))
        .takes::<OpenRequest<Value>>(example)
        .gives_built(201, "The tokens and the session.", opened)
        .refuses(&[Code::SessionLimit])
}

/// What an opened session is answered with.
pub(in super::super) fn opened(schemas: &mut Schemas) -> Value {
    let session = json!({"oneOf": [schemas.inline::<Session<Value>>(), {"type": "null"}]});
    let warnings = json!({"type": "array", "items": {"type": "string"}});
    let mut opened = object(&[
        ("auth_result", schemas.refer::<AuthResult>()),
        ("session", session),
        ("warnings", warnings),
    ]);
    let says = "The one-time code for `POST …/tokens/handoff`, good for 60 seconds, where one was asked for.";
    opened["properties"]["handoff"] = json!({"type": "string", "description": says});
    opened
}

fn list() -> Operation {
    let status = json!({"type": "string", "enum": ["live", "ended", "expired"]});
    let reasons: Vec<_> = EndReason::ALL.iter().map(|reason| reason.as_str()).collect();
    let seconds = || json!({"type": "integer", "format": "int64"});
    let client = json!({"type": "string", "maxLength": CLIENT_ID_BYTES, "pattern": "^[A-Za-z0-9_-]+$"});
    let version = json!({"type": "integer", "minimum": 0, "maximum": u32::MAX});
    let limit = json!({"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT});
    Operation::new(
        "sessions",
        "get",
        "/v1/apps/{app}/sessions",
        "listSessions",
        "List sessions, newest first",
    )
    .says("Everything that is given must match. `total` is exact up to 10,000.")
    .needs(Needs::Key("backend"))
    .parameter(query("user_id", user_id(), "The user."))
    .parameter(query("session_id", session_id(), "One session."))
    .parameter(query("except", session_id(), "All but this session."))
    .parameter(query("status", status, "What became of it."))
    .parameter(query("reason", json!({"type": "string", "enum": reasons}), "Why it ended."))
    .parameter(query("created_from", seconds(), "Opened at or after, Unix seconds."))
    .parameter(query("created_before", seconds(), "Opened before, Unix seconds."))
    .parameter(query("active_before", seconds(), "Whose user was last active before, Unix seconds."))
    .parameter(query("ended_from", seconds(), "Ended at or after, Unix seconds."))
    .parameter(query("ended_before", seconds(), "Ended before, Unix seconds."))
    .parameter(query("client_id", client, "The client that holds the refresh token."))
    .parameter(query(
        "settings_version",
        version,
        "The version of the settings that its deadlines come from.",
    ))
    .parameter(query("cursor", session_id(), "The `next_cursor` of the page before."))
    .parameter(query("limit", limit, "Sessions a page."))
    .gives_inline::<SessionList<Value>>(200, "A page.")
    .refuses(&[Code::InvalidFields])
}

fn amend() -> Operation {
    Operation::new(
        "sessions",
        "patch",
        "/v1/apps/{app}/sessions/{sid}",
        "amendSession",
        "Change a session's own claims",
    )
    .says("From the next refresh on. A merge patch (RFC 7396): a member replaces, `null` removes.")
    .needs(Needs::Key("backend"))
    .takes::<AmendRequest<Value>>(json!({"claims": {"plan": "enterprise", "trial": null}}))
    .gives_built(200, "The session.", |schemas: &mut Schemas| {
        let warnings = json!({"type": "array", "items": {"type": "string"}});
        object(&[("session", schemas.inline::<Session<Value>>()), ("warnings", warnings)])
    })
    .refuses(&[Code::SessionOver])
}

fn reauthenticate() -> Operation {
    let path = "/v1/apps/{app}/sessions/{sid}/reauthenticate";
    Operation::new("sessions", "post", path, "reauthenticate", "Renew a session whose user signed in again")
        .says("The caller has authenticated the user anew. The new refresh token replaces the one that the client has.")
        .needs(Needs::Key("backend"))
        .takes::<Reauthenticate>(json!({"amr": ["pwd", "otp"], "acr": "aal2"}))
        .gives::<RefreshAnswer>(200, "The tokens.")
        .refuses(&[Code::SessionOver])
}

fn end_matching() -> Operation {
    Operation::new(
        "sessions",
        "post",
        "/v1/apps/{app}/sessions/end",
        "endSessions",
        "End the live sessions that match, or count them",
    )
    .needs(Needs::Key("backend"))
    .takes::<EndRequest>(json!({"filter": {"user_id": "ann"}, "reason": "asked by phone", "dry_run": true}))
    .gives_either(200, "How many.", |_: &mut Schemas| {
        let ended = object(&[("ended", count("Sessions that were ended."))]);
        let would_end = [
            ("would_end", count("Sessions that would end, counted up to 10,000.")),
            ("would_end_is_bound", json!({"type": "boolean", "description": "Whether more would, or may."})),
        ];
        vec![ended, object(&would_end)]
    })
}
