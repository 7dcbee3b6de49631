//! What needs an API key: apps, their settings, their sessions, their keys.

mod admins;
mod api_keys;
mod apps;
mod backups;
mod console_keys;
mod diagnosis;
mod events;
mod recovery;
mod revocations;
mod ring;
mod session_settings;
mod sessions;
mod signing_keys;
mod users;
mod webhooks;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::state::Http;

pub use apps::{delete as delete_app, update as update_app};
pub use sessions::open_as_asked;

/// The routes of management, save those that share `ISS` with its public face.
pub fn routes() -> Router<Http> {
    Router::new()
        .route("/v1/apps", get(apps::list).post(apps::create))
        .route("/v1/session-presets", get(session_settings::presets))
        .route("/v1/events", get(events::of_all))
        .route("/v1/apps/{app}/events", get(events::of_app))
        .route("/v1/apps/{app}/revocations", get(revocations::read))
        .route("/v1/apps/{app}/revocations/snapshot", get(revocations::snapshot))
        .route("/v1/recovery", get(recovery::show).post(recovery::open).delete(recovery::close))
        .route("/v1/backups", get(backups::show).post(backups::create))
        .route("/v1/admins", get(admins::list))
        .route("/v1/admins/{name}", delete(admins::remove))
        .route("/v1/admin-links", post(admins::create_link))
        .route("/v1/console/signing-keys", get(console_keys::list).post(console_keys::rotate))
        .route("/v1/console/signing-keys/{kid}/retire", post(console_keys::retire))
        .route("/v1/diagnosis", get(diagnosis::show))
        .route("/v1/ring", get(ring::show))
        .route("/v1/apps/{app}/session-settings", get(session_settings::show).put(session_settings::change))
        .route("/v1/apps/{app}/session-settings/versions", get(session_settings::versions))
        .route("/v1/apps/{app}/session-settings/undo", post(session_settings::undo))
        .route("/v1/apps/{app}/sessions", get(sessions::list).post(sessions::open))
        .route("/v1/apps/{app}/sessions/end", post(sessions::end_matching))
        .route(
            "/v1/apps/{app}/sessions/{sid}",
            get(sessions::show).patch(sessions::amend).delete(sessions::end),
        )
        .route("/v1/apps/{app}/sessions/{sid}/reauthenticate", post(sessions::reauthenticate))
        .route("/v1/apps/{app}/users/{uid}/tokens", delete(users::end))
        .route("/v1/apps/{app}/api-keys", get(api_keys::list).post(api_keys::create))
        .route("/v1/apps/{app}/api-keys/{id}", delete(api_keys::revoke))
        .route("/v1/apps/{app}/webhooks", get(webhooks::list).post(webhooks::create))
        .route(
            "/v1/apps/{app}/webhooks/{id}",
            get(webhooks::show).patch(webhooks::change).delete(webhooks::delete),
        )
        .route("/v1/apps/{app}/webhooks/{id}/secret", post(webhooks::rotate_secret))
        .route("/v1/apps/{app}/webhooks/{id}/test", post(webhooks::test))
        .route("/v1/apps/{app}/signing-keys", get(signing_keys::list).post(signing_keys::rotate))
        .route("/v1/apps/{app}/signing-keys/{kid}/retire", post(signing_keys::retire))
}
