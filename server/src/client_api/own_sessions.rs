//! `ISS/me/sessions`: users see and end their own sessions, with an auth token.

use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::address::Peer;
use crate::answer::{Answer, Failure, empty, ok};
use crate::request::{Path, Query, app_id};
use crate::state::Http;
use crate::user_caller::require_user;

/// Which stretch of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// Which sessions end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndParameters {
    except: Option<String>,
}

/// The user's live sessions, newest first.
pub async fn list(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    query: Result<Query<ListParameters>, Failure>,
) -> Answer {
    let user = require_user(&http, peer, &headers, &app_id(&app)?).await?;
    let Query(asked) = query?;
    ok(&http.service.own_sessions(&user, asked.cursor.as_deref(), asked.limit).await?)
}

/// Ends one of the user's sessions; again is 200 as well.
pub async fn end(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, sid)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let user = require_user(&http, peer, &headers, &app_id(&app)?).await?;
    http.service.end_own_session(&user, &sid).await?;
    empty(StatusCode::OK)
}

/// Ends the user's other sessions.
pub async fn end_others(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    query: Result<Query<EndParameters>, Failure>,
) -> Answer {
    let user = require_user(&http, peer, &headers, &app_id(&app)?).await?;
    let Query(asked) = query?;
    if asked.except.as_deref() != Some("current") {
        return Err(Failure::malformed(
            "Which sessions are to end is not said.",
            "Send ?except=current to end all but the one that asks; sign that one out with DELETE ISS/tokens.",
        ));
    }
    ok(&json!({"ended": http.service.end_other_sessions(&user).await?}))
}
