//! What the page cannot do itself, as the app's backend or an operator would: sign in, see and end sessions.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use tenure_core::id::AppId;
use tenure_service::credentials::Caller;
use tenure_service::error::Error;
use tenure_wire::play::{PlayApp, Playground};

use super::guard::require_this_machine;
use crate::address::Peer;
use crate::answer::{Answer, empty, ok};
use crate::management;
use crate::request::{Path, app_id};
use crate::state::Http;

/// The apps with their settings, and what time it is.
pub async fn apps(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    require_this_machine(&http, peer, &headers)?;
    let apps = http.service.apps(&Caller::owner()).into_iter().map(|app| {
        let id = AppId::parse(&app.public.id).map_err(|_| Error::bug("an app whose id is none"))?;
        let settings = http.service.session_settings(&id)?.settings;
        Ok(PlayApp { id: app.public.id, name: app.public.name, settings })
    });
    let apps = apps.collect::<Result<Vec<_>, Error>>()?;
    let virtual_clock = http.options.dev.as_ref().is_some_and(|dev| dev.virtual_clock.is_some());
    ok(&Playground { apps, now: http.service.now()?.secs(), virtual_clock })
}

/// Opens a session for any user, as `POST ISS/sessions` does for a backend that has authenticated them.
pub async fn open(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    require_this_machine(&http, peer, &headers)?;
    management::open_as_asked(&http, &app_id(&app)?, &headers, body).await
}

/// A session, as the store has it.
pub async fn show(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, sid)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    require_this_machine(&http, peer, &headers)?;
    ok(&http.service.session(&app_id(&app)?, &sid).await?)
}

/// Ends a session, as an operator does.
pub async fn end(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, sid)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    require_this_machine(&http, peer, &headers)?;
    http.service.end_session(&app_id(&app)?, &sid).await?;
    empty(StatusCode::OK)
}

/// Ends every session of a user.
pub async fn end_user(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, uid)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    require_this_machine(&http, peer, &headers)?;
    http.service.end_user(&app_id(&app)?, &uid).await?;
    empty(StatusCode::OK)
}
