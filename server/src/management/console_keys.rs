//! `/v1/console/signing-keys`: the keys that sign admins' auth tokens. For whoever can open the process's own socket, and nobody else.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use tenure_wire::app::{RetireSigningKey, RotateSigningKey, SigningKeyList};

use crate::address::Peer;
use crate::answer::{Answer, json, ok};
use crate::api_caller::require_owner;
use crate::body;
use crate::request::Path;
use crate::state::Http;

/// The console's signing keys. Never their private parts.
pub async fn list(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    require_owner(&http, peer, &headers)?;
    ok(&SigningKeyList { signing_keys: http.service.console_keys()? })
}

/// Publishes a new key.
pub async fn rotate(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    require_owner(&http, peer, &headers)?;
    let request: RotateSigningKey = body::json(&http, &headers, body).await?;
    Ok(json(StatusCode::CREATED, &http.service.rotate_console_key(&request).await?))
}

/// Retires a key.
pub async fn retire(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(kid): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    require_owner(&http, peer, &headers)?;
    let request: RetireSigningKey = body::json(&http, &headers, body).await?;
    ok(&SigningKeyList { signing_keys: http.service.retire_console_key(&kid, &request).await? })
}
