//! The operations of `oauth`.

use serde_json::{Map, Value, json};
use tenure_wire::oauth::{Introspection, TokenResponse};

use super::operation::{Needs, Operation};
use super::parameters::idempotency_key;
use crate::code::OAuthCode;

const TOKEN: &str = "tr1_the-refresh-token";

/// Every operation of OAuth.
pub(super) fn operations() -> Vec<Operation> {
    vec![token(), revoke(), introspect()]
}

fn token() -> Operation {
    let form = form(
        &[("grant_type", json!({"const": "refresh_token"})), ("refresh_token", text())],
        &[("client_id", words())],
    );
    let example = json!({"grant_type": "refresh_token", "refresh_token": TOKEN});
    Operation::new("oauth", "post", "/v1/apps/{app}/oauth/token", "oauthToken", "The refresh grant (RFC 6749 §6)")
        .says("The same path as `POST …/tokens`, so that a token works at both. No scope was granted, so none can be asked for.")
        .parameter(idempotency_key())
        .takes_form(form, example)
        .gives::<TokenResponse>(200, "The tokens.")
        .refuses_oauth(&[
            OAuthCode::InvalidRequest,
            OAuthCode::UnsupportedGrantType,
            OAuthCode::InvalidClient,
            OAuthCode::InvalidGrant,
            OAuthCode::InvalidScope,
            OAuthCode::Superseded,
            OAuthCode::TooManyRequests,
        ])
}

fn revoke() -> Operation {
    let form = form(&[("token", text())], &[("client_id", words()), ("token_type_hint", words())]);
    Operation::new("oauth", "post", "/v1/apps/{app}/oauth/revoke", "oauthRevoke", "End a session (RFC 7009)")
        .says("200 whatever the refresh token is. An access token ends with its session, and cannot be revoked by itself.")
        .takes_form(form, json!({"token": TOKEN}))
        .gives_nothing(200, "The session, if there was one, is over.")
        .refuses_oauth(&[
            OAuthCode::InvalidRequest,
            OAuthCode::InvalidClient,
            OAuthCode::UnsupportedTokenType,
        ])
}

fn introspect() -> Operation {
    let optional = [("client_id", words()), ("client_secret", words()), ("token_type_hint", words())];
    let form = form(&[("token", text())], &optional);
    let path = "/v1/apps/{app}/oauth/introspect";
    Operation::new("oauth", "post", path, "introspect", "Ask what a token means now (RFC 7662)")
        .says("A token that cannot be used is `{\"active\": false}` and nothing else. Refresh tokens are shown to the role backend only. The API key may also be the `client_secret`.")
        .needs(Needs::KeyOrSecret("verify"))
        .takes_form(form, json!({"token": TOKEN}))
        .gives_inline::<Introspection<Value>>(200, "What the token means.")
        .refuses_oauth(&[OAuthCode::InvalidRequest])
}

fn text() -> Value {
    json!({"type": "string", "minLength": 1})
}

/// What may be left out may be empty, too: that is the same (RFC 6749 §3.2).
fn words() -> Value {
    json!({"type": "string"})
}

/// A form: what must stand in it, and what may. It may hold more than we know.
fn form(required: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let all = required.iter().chain(optional);
    let properties: Map<_, _> = all.map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let required: Vec<_> = required.iter().map(|(name, _)| *name).collect();
    json!({"type": "object", "required": required, "properties": properties})
}
