//! The playground at `/play`, in `dev` only: a page that shows the wire, and what an app's backend would do for it.
//!
//! What it shows of refresh tokens goes through `POST ISS/tokens` like everybody's. What needs an API key elsewhere needs none
//! here, so that every address first looks who asks: [`guard`].

mod backend;
mod files;

mod guard;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::state::Http;

/// The routes of the playground.
pub fn routes() -> Router<Http> {
    Router::new()
        .route("/play", get(files::page))
        .route("/play/{file}", get(files::show))
        .route("/play/apps", get(backend::apps))
        .route("/play/apps/{app}/sessions", post(backend::open))
        .route("/play/apps/{app}/sessions/{sid}", get(backend::show).delete(backend::end))
        .route("/play/apps/{app}/users/{uid}/tokens", delete(backend::end_user))
}
