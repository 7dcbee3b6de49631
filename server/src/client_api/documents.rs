//! What clients and verifiers read of an app: its keys (RFC 7517) and its metadata (RFC 8414). Both may be kept a while.

use axum::extract::State;
use http::HeaderMap;
use tenure_service::catalogue::App;
use tenure_wire::oauth::{Metadata, TOKEN_EXCHANGE};

use crate::answer::Answer;
use crate::cacheable::{AS_KEYS, cacheable};
use crate::request::{Path, app_id};
use crate::state::Http;

/// The app's public keys.
pub async fn jwks(State(http): State<Http>, Path(app): Path<String>, headers: HeaderMap) -> Answer {
    let keys = http.service.jwks(&app_id(&app)?)?;
    cacheable("application/jwk-set+json", &keys, AS_KEYS, &headers)
}

/// The app's metadata.
pub async fn metadata(State(http): State<Http>, Path(app): Path<String>, headers: HeaderMap) -> Answer {
    let app = http.service.app(&app_id(&app)?)?;
    let algorithms = http.service.jwks(&app.id)?.keys.into_iter().map(|key| key.alg).collect();
    cacheable("application/json", &metadata_of(&app, algorithms), AS_KEYS, &headers)
}

fn metadata_of(app: &App, mut algorithms: Vec<String>) -> Metadata {
    let at = |path: &str| format!("{}{path}", app.issuer);
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    algorithms.sort();
    algorithms.dedup();
    Metadata {
        issuer: app.issuer.clone(),
        token_endpoint: at("/oauth/token"),
        jwks_uri: at("/.well-known/jwks.json"),
        revocation_endpoint: at("/oauth/revoke"),
        introspection_endpoint: at("/oauth/introspect"),
        status_list_aggregation_endpoint: app.has_status_lists().then(|| at("/status-lists")),
        grant_types_supported: list(&["refresh_token", TOKEN_EXCHANGE]),
        response_types_supported: Vec::new(),
        token_endpoint_auth_methods_supported: list(&[
            "none",
            "client_secret_basic",
            "client_secret_post",
            "Bearer",
        ]),
        revocation_endpoint_auth_methods_supported: list(&[
            "none",
            "client_secret_basic",
            "client_secret_post",
            "Bearer",
        ]),
        introspection_endpoint_auth_methods_supported: list(&[
            "client_secret_basic",
            "client_secret_post",
            "Bearer",
        ]),
        subject_types_supported: list(&["public"]),
        id_token_signing_alg_values_supported: algorithms,
        refresh_token_expiration_types_supported: list(&[
            "refresh_token_timeout",
            "authorization_expires_in",
        ]),
        claims_supported: claims_of(app),
    }
}

/// What auth tokens of the app may say.
fn claims_of(app: &App) -> Vec<String> {
    let mut claims =
        vec!["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "sid", "auth_time", "amr", "acr", "client_id"];
    claims.extend(app.has_status_lists().then_some("status"));
    claims.into_iter().map(str::to_owned).collect()
}
