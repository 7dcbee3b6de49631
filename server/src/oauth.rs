//! OAuth 2.x at `ISS/oauth`: the refresh grant, token exchange, revocation and introspection.

mod answer;
mod client;
mod exchange;
mod form;
mod introspect;
mod revoke;
mod token;

use axum::Router;
use axum::routing::post;

use crate::state::Http;

/// The routes under `ISS/oauth` that pages may call.
pub fn for_pages() -> Router<Http> {
    Router::new()
        .route("/v1/apps/{app}/oauth/token", post(token::token))
        .route("/v1/apps/{app}/oauth/revoke", post(revoke::revoke))
}

/// The one that needs an API key, which no page should hold.
pub fn for_servers() -> Router<Http> {
    Router::new().route("/v1/apps/{app}/oauth/introspect", post(introspect::introspect))
}
