//! What the page of the playground asks for, in `dev` only.

use serde::{Deserialize, Serialize};

/// The answer of `GET /play/apps`. `S` is the JSON object of settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Playground<S> {
    /// Every app.
    pub apps: Vec<PlayApp<S>>,
    /// Unix seconds.
    pub now: i64,
    /// Whether `POST /dev/clock` moves time.
    pub virtual_clock: bool,
}

/// An app to play with. `S` is the JSON object of settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlayApp<S> {
    /// The app.
    pub id: String,
    /// Shown to people.
    pub name: String,
    /// Its session settings: they decide what a scene ends with.
    pub settings: S,
}
