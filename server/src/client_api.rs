//! What end clients call at `ISS`, without an API key.

mod app;
mod documents;
mod handoff;
mod own_sessions;
mod status_lists;
mod tokens;

mod carrier;

use axum::Router;
use axum::middleware::{from_fn, map_response};
use axum::routing::{delete, get, post};

use crate::middleware::to_the_end;
use crate::state::Http;

pub use app::show as show_app;

/// The routes under `ISS`, and the metadata at the place that RFC 8414 gives it.
pub fn routes() -> Router<Http> {
    let tokens = || post(tokens::refresh).delete(tokens::sign_out);
    Router::new()
        .route("/v1/apps/{app}/tokens", tokens())
        .route("/v1/apps/{app}/tokens/", tokens())
        .route("/v1/apps/{app}/tokens/handoff", post(handoff::redeem))
        .route(
            "/v1/apps/{app}/me/sessions",
            get(own_sessions::list).merge(delete(own_sessions::end_others).layer(from_fn(to_the_end))),
        )
        .route("/v1/apps/{app}/me/sessions/{sid}", delete(own_sessions::end).layer(from_fn(to_the_end)))
        .route("/v1/apps/{app}/.well-known/jwks.json", get(documents::jwks))
        .route("/v1/apps/{app}/.well-known/openid-configuration", get(documents::metadata))
        .route("/.well-known/oauth-authorization-server/v1/apps/{app}", get(documents::metadata))
}

/// What every page may read, of whatever origin.
pub fn for_every_page() -> Router<Http> {
    Router::new()
        .route("/v1/apps/{app}/status-lists", get(status_lists::list))
        .route("/v1/apps/{app}/status-lists/{list}", get(status_lists::show))
        .layer(map_response(status_lists::for_every_page))
}
