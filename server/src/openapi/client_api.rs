//! The operations of `client_api`.

use serde_json::{Value, json};
use tenure_service::limits::{PAGE_DEFAULT, PAGE_MAX};
use tenure_wire::app::{AppAnswer, ManagedApp, PublicApp};
use tenure_wire::auth_result::{HandoffRequest, RefreshAnswer, RefreshRequest};
use tenure_wire::jwk::JwkSet;
use tenure_wire::oauth::Metadata;
use tenure_wire::session::OwnSessions;
use tenure_wire::status_list::StatusLists;

use super::operation::{Needs, Operation};
use super::parameters::{activity, header, idempotency_key, query, required, session_id};
use super::schemas::Schemas;
use crate::code::Code;

const TOKEN: &str = "tr1_the-refresh-token";
const OWN_SESSIONS: &str = "/v1/apps/{app}/me/sessions";

/// Every operation of the client API.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        refresh("/v1/apps/{app}/tokens", "refresh"),
        refresh("/v1/apps/{app}/tokens/", "refreshAtSlash"),
        sign_out("/v1/apps/{app}/tokens", "signOut"),
        sign_out("/v1/apps/{app}/tokens/", "signOutAtSlash"),
        Operation::new("client", "get", "/v1/apps/{app}", "showApp", "Show the app")
            .says("Its public face; with an API key (role backend) also what operators see.")
            .needs(Needs::KeyForMore)
            .gives_either(200, "The app.", |schemas: &mut Schemas| {
                vec![schemas.inline::<AppAnswer<ManagedApp>>(), schemas.inline::<AppAnswer<PublicApp>>()]
            })
            .with_header("Vary", "`authorization`"),
        handoff(),
        list_own(),
        end_own(),
        end_others(),
        document("/v1/apps/{app}/.well-known/jwks.json", "jwks", "The app's public keys (RFC 7517)")
            .gives_media::<JwkSet>("application/jwk-set+json", "The keys.")
            .with_header("ETag", "For `If-None-Match`.")
            .with_header("Cache-Control", "How long it may be kept."),
        status_list(),
        status_lists(),
        metadata("/v1/apps/{app}/.well-known/openid-configuration", "metadata"),
        metadata("/.well-known/oauth-authorization-server/v1/apps/{app}", "metadataRfc8414"),
    ]
}

fn refresh(path: &'static str, id: &'static str) -> Operation {
    Operation::new("client", "post", path, id, "Refresh: a new auth token and the next refresh token")
        .says(
            "The refresh token is used up by this, and its successor is in the answer. Ask again with the same \
             Idempotency-Key when an answer was lost. The content type is not looked at. Where the app's transport is \
             \"cookie\", both are in the cookie `__Host-tenure-` and the app's id, and neither body holds one.",
        )
        .parameter(idempotency_key())
        .parameter(seq())
        .parameter(client())
        .parameter(activity())
        .reads::<RefreshRequest>(false, json!({"refresh_token": TOKEN}))
        .gives::<RefreshAnswer>(200, "The tokens.")
        .may_set_cookie()
        .refuses(&[
            Code::Forbidden,
            Code::InvalidRefreshToken,
            Code::Superseded,
            Code::OutOfSync,
            Code::TooManyRequests,
        ])
}

fn sign_out(path: &'static str, id: &'static str) -> Operation {
    let token = json!({"type": "string", "deprecated": true});
    Operation::new("client", "delete", path, id, "Sign out: end the session of a refresh token")
        .says(
            "Any token of the session will do. 200 whatever the token is, and however often. Where the app's transport is \
             \"cookie\", the token is in the cookie, which goes.",
        )
        .parameter(client())
        .parameter(query("refresh_token", token, "For old clients that cannot send a body."))
        .reads::<RefreshRequest>(false, json!({"refresh_token": TOKEN}))
        .gives_nothing(200, "The session, if there was one, is over.")
        .may_set_cookie()
        .refuses(&[Code::Forbidden])
}

fn handoff() -> Operation {
    let path = "/v1/apps/{app}/tokens/handoff";
    Operation::new("client", "post", path, "handOff", "Turn a one-time code into the refresh cookie")
        .says(
            "For apps whose transport is \"cookie\", within a minute of `POST …/sessions` with `\"handoff\": true`. A second use \
             ends the session, save for a retry with the same Idempotency-Key.",
        )
        .parameter(idempotency_key())
        .parameter(client())
        .reads::<HandoffRequest>(true, json!({"handoff": "th1_the-code"}))
        .gives::<RefreshAnswer>(200, "The tokens, the refresh token in the cookie.")
        .may_set_cookie()
        .refuses(&[
            Code::InvalidHandoff,
            Code::Forbidden,
            Code::Superseded,
            Code::OutOfSync,
            Code::TooManyRequests,
        ])
}

fn list_own() -> Operation {
    let limit = json!({"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT});
    Operation::new("client", "get", OWN_SESSIONS, "listOwnSessions", "List the user's own live sessions")
        .says("Newest first; the one that asks says so.")
        .needs(Needs::AuthToken)
        .parameter(query("cursor", session_id(), "The `next_cursor` of the page before."))
        .parameter(query("limit", limit, "Sessions a page."))
        .gives::<OwnSessions>(200, "A page.")
        .refuses(&[Code::InvalidFields])
}

fn end_own() -> Operation {
    let path = "/v1/apps/{app}/me/sessions/{sid}";
    Operation::new("client", "delete", path, "endOwnSession", "End one of the user's own sessions")
        .says("200 as well when it had ended before. Another user's session is not found.")
        .needs(Needs::AuthToken)
        .gives_nothing(200, "It is over.")
}

fn end_others() -> Operation {
    let current = json!({"type": "string", "enum": ["current"]});
    let ended = json!({
        "type": "object",
        "required": ["ended"],
        "properties": {"ended": {"type": "integer", "minimum": 0, "description": "Sessions that were ended."}},
    });
    Operation::new("client", "delete", OWN_SESSIONS, "endOtherSessions", "End the user's other sessions")
        .says("All but the one that asks.")
        .needs(Needs::AuthToken)
        .parameter(required(query("except", current, "Which one is spared.")))
        .gives_json(200, "How many.", ended)
}

fn seq() -> Value {
    let schema = json!({"type": "integer", "minimum": 0, "maximum": u32::MAX});
    let says = "The `seq` that the client believes its refresh token to have: 409, and nothing changes, when it has another.";
    header("Tenure-Seq", schema, says)
}

fn client() -> Value {
    let says = "Any value. Needed where the app's transport is \"cookie\": no page can send it to another origin without leave.";
    header("Tenure-Client", json!({"type": "string", "minLength": 1}), says)
}

fn status_list() -> Operation {
    let id = "statusList";
    let path = "/v1/apps/{app}/status-lists/{list}";
    document(path, id, "A status list (draft-ietf-oauth-status-list): a bit for each session that has ended")
        .says(
            "Which list, and which bit of it, is in the claim `status` of an auth token, where the app's `revocation` is \
             \"status_list\". Pages of every origin may read it. What it said at another time (`?time=`) is not kept.",
        )
        .gives_text("application/statuslist+jwt", "The list as a JWT, signed with one of the app's keys.")
        .with_header("ETag", "For `If-None-Match`.")
        .with_header("Cache-Control", "How long it may be kept.")
        .refuses(&[Code::NotImplemented])
}

fn status_lists() -> Operation {
    document("/v1/apps/{app}/status-lists", "statusLists", "Where the app's status lists are")
        .says("404 where it has none and its settings ask for none. Pages of every origin may read it.")
        .gives::<StatusLists>(200, "The address of each.")
        .with_header("ETag", "For `If-None-Match`.")
        .with_header("Cache-Control", "How long it may be kept.")
}

fn metadata(path: &'static str, id: &'static str) -> Operation {
    document(path, id, "The app's OAuth metadata (RFC 8414)")
        .gives::<Metadata>(200, "The metadata.")
        .with_header("ETag", "For `If-None-Match`.")
        .with_header("Cache-Control", "How long it may be kept.")
}

fn document(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation::new("client", "get", path, id, summary)
        .parameter(header("If-None-Match", json!({"type": "string"}), "ETags of what the caller has."))
        .gives_nothing(304, "The caller has it.")
}
