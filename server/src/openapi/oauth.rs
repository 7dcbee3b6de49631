//! The operations of `oauth`.

use serde_json::{Map, Value, json};
use tenure_wire::oauth::{
    ACCESS_TOKEN_TYPE, ExchangeResponse, Introspection, JWT_TYPE, SESSION_TOKEN_TYPE, TOKEN_EXCHANGE,
    TokenResponse,
};

use super::operation::{Needs, Operation};
use super::parameters::{activity, idempotency_key};
use crate::code::OAuthCode;

const TOKEN: &str = "tr1_the-refresh-token";

/// Every operation of OAuth.
pub(super) fn operations() -> Vec<Operation> {
    vec![token(), revoke(), introspect()]
}

fn token() -> Operation {
    let example = json!({"grant_type": "refresh_token", "refresh_token": TOKEN});
    Operation::new("oauth", "post", "/v1/apps/{app}/oauth/token", "oauthToken", "The refresh grant (RFC 6749 §6) and token exchange (RFC 8693)")
        .says("The refresh grant is the same path as `POST …/tokens`, so that a token works at both; it takes no credentials. No scope was granted, so none can be asked for. Token exchange needs an API key of role backend, which may also be the `client_secret`: an auth token becomes an opaque token of its session, in the place of the one before.")
        .needs(Needs::KeyOrSecretForMore)
        .parameter(idempotency_key())
        .takes_form(json!({"oneOf": [refresh_form(), exchange_form()]}), example)
        .gives_either(200, "The tokens.", |schemas| {
            vec![schemas.refer::<TokenResponse>(), schemas.refer::<ExchangeResponse>()]
        })
        .refuses_oauth(&[
            OAuthCode::InvalidRequest,
            OAuthCode::UnsupportedGrantType,
            OAuthCode::InvalidClient,
            OAuthCode::UnauthorizedClient,
            OAuthCode::InvalidGrant,
            OAuthCode::InvalidScope,
            OAuthCode::InvalidTarget,
            OAuthCode::Superseded,
            OAuthCode::TooManyRequests,
        ])
}

fn refresh_form() -> Value {
    form(
        &[("grant_type", json!({"const": "refresh_token"})), ("refresh_token", text())],
        &[("client_id", words())],
    )
}

fn exchange_form() -> Value {
    let optional = ["audience", "resource", "client_id", "client_secret"].map(|name| (name, words()));
    let requested = ("requested_token_type", json!({"enum": [SESSION_TOKEN_TYPE, ""]}));
    form(
        &[
            ("grant_type", json!({"const": TOKEN_EXCHANGE})),
            ("subject_token", text()),
            ("subject_token_type", json!({"enum": [ACCESS_TOKEN_TYPE, JWT_TYPE]})),
        ],
        &[&optional[..], &[requested]].concat(),
    )
}

fn revoke() -> Operation {
    let optional = [("client_id", words()), ("client_secret", words()), ("token_type_hint", words())];
    let form = form(&[("token", text())], &optional);
    Operation::new("oauth", "post", "/v1/apps/{app}/oauth/revoke", "oauthRevoke", "End a session (RFC 7009)")
        .says("200 whatever the refresh token or session token is. An access token ends with its session, and cannot be revoked by itself. Whoever holds the token needs no credentials; an API key of role backend is accepted.")
        .needs(Needs::KeyOrSecretForMore)
        .takes_form(form, json!({"token": TOKEN}))
        .gives_nothing(200, "The session, if there was one, is over.")
        .refuses_oauth(&[
            OAuthCode::InvalidRequest,
            OAuthCode::InvalidClient,
            OAuthCode::UnauthorizedClient,
            OAuthCode::UnsupportedTokenType,
        ])
}

fn introspect() -> Operation {
    let optional = [("client_id", words()), ("client_secret", words()), ("token_type_hint", words())];
    let form = form(&[("token", text())], &optional);
    let path = "/v1/apps/{app}/oauth/introspect";
    Operation::new("oauth", "post", path, "introspect", "Ask what a token means now (RFC 7662)")
        .says("A token that cannot be used is `{\"active\": false}` and nothing else. Refresh tokens are shown to the role backend only. To ask about a session token is to use it: `Tenure-Activity` says what its user does. The API key may also be the `client_secret`.")
        .needs(Needs::KeyOrSecret("verify"))
        .parameter(activity())
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
