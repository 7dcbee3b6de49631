//! The operations of `client_api`.

use serde_json::json;
use tenure_wire::app::{AppAnswer, ManagedApp, PublicApp};
use tenure_wire::auth_result::{RefreshAnswer, RefreshRequest};
use tenure_wire::jwk::JwkSet;
use tenure_wire::oauth::Metadata;

use super::operation::{Needs, Operation};
use super::parameters::{header, idempotency_key, query};
use super::schemas::Schemas;
use crate::code::Code;

const TOKEN: &str = "tr1_the-refresh-token";

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
        document("/v1/apps/{app}/.well-known/jwks.json", "jwks", "The app's public keys (RFC 7517)")
            .gives_media::<JwkSet>("application/jwk-set+json", "The keys.")
            .with_header("ETag", "For `If-None-Match`.")
            .with_header("Cache-Control", "How long it may be kept."),
        metadata("/v1/apps/{app}/.well-known/openid-configuration", "metadata"),
        metadata("/.well-known/oauth-authorization-server/v1/apps/{app}", "metadataRfc8414"),
    ]
}

fn refresh(path: &'static str, id: &'static str) -> Operation {
    let activity = json!({"type": "string", "pattern": "^(focused|visible|hidden)(;idle=[0-9]{1,9})?$"});
    Operation::new("client", "post", path, id, "Refresh: a new auth token and the next refresh token")
        .says(
            "The refresh token is used up by this, and its successor is in the answer. Ask again with the same \
             Idempotency-Key when an answer was lost. The content type is not looked at.",
        )
        .parameter(idempotency_key())
        .parameter(header("Tenure-Activity", activity, "What the user does, and for how many seconds nothing."))
        .reads::<RefreshRequest>(true, json!({"refresh_token": TOKEN}))
        .gives::<RefreshAnswer>(200, "The tokens.")
        .refuses(&[
            Code::InvalidRefreshToken,
            Code::Superseded,
            Code::OutOfSync,
            Code::TooManyRequests,
        ])
}

fn sign_out(path: &'static str, id: &'static str) -> Operation {
    let token = json!({"type": "string", "deprecated": true});
    Operation::new("client", "delete", path, id, "Sign out: end the session of a refresh token")
        .says("Any token of the session will do. 200 whatever the token is, and however often.")
        .parameter(query("refresh_token", token, "For old clients that cannot send a body."))
        .reads::<RefreshRequest>(false, json!({"refresh_token": TOKEN}))
        .gives_nothing(200, "The session, if there was one, is over.")
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
