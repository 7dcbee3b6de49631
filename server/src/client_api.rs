//! What end clients call at `ISS`, without a key.

mod app;
mod documents;
mod tokens;

use axum::Router;
use axum::routing::get;

use crate::state::Http;

pub use app::show as show_app;

/// The routes under `ISS`, and the metadata at the place that RFC 8414 gives it.
pub fn routes() -> Router<Http> {
    let tokens = || axum::routing::post(tokens::refresh).delete(tokens::sign_out);
    Router::new()
        .route("/v1/apps/{app}/tokens", tokens())
        .route("/v1/apps/{app}/tokens/", tokens())
        .route("/v1/apps/{app}/.well-known/jwks.json", get(documents::jwks))
        .route("/v1/apps/{app}/.well-known/openid-configuration", get(documents::metadata))
        .route("/.well-known/oauth-authorization-server/v1/apps/{app}", get(documents::metadata))
}
