//! `ISS/signing-keys`.

use axum::extract::{Extension, State};
use http::HeaderMap;
use tenure_service::credentials::Role;
use tenure_wire::app::SigningKeyList;

use crate::address::Peer;
use crate::answer::{Answer, ok};
use crate::api_caller::require;
use crate::request::{Path, app_id};
use crate::state::Http;

/// The app's signing keys. Never their private parts.
pub async fn list(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Admin, Some(&app))?;
    ok(&SigningKeyList { signing_keys: http.service.signing_keys(&app)? })
}
