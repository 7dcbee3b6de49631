//! `GET ISS`: the app's public face; with an API key, what operators see.

use axum::extract::{Extension, State};
use http::header::VARY;
use http::{HeaderMap, HeaderValue};
use tenure_service::apps::{managed, public};
use tenure_service::credentials::Role;
use tenure_wire::app::AppAnswer;

use crate::address::Peer;
use crate::answer::{Answer, ok};
use crate::api_caller::identify;
use crate::request::{Path, app_id};
use crate::state::Http;

/// Shows the app.
pub async fn show(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let id = app_id(&app)?;
    let caller = identify(&http, peer, &headers)?;
    if let Some(caller) = &caller {
        caller.require(Role::Backend, Some(&id))?;
    }
    let app = http.service.app(&id)?;
    let mut response = match caller {
        Some(_) => ok(&AppAnswer { app: managed(&app) }),
        None => ok(&AppAnswer { app: public(&app) }),
    }?;
    response.headers_mut().append(VARY, HeaderValue::from_static("authorization"));
    Ok(response)
}
