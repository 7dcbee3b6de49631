//! `ISS/sessions`: opening, seeing, amending and ending.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tenure_core::id::AppId;
use tenure_service::credentials::Role;
use tenure_service::sessions::shown;
use tenure_wire::auth_result::RefreshAnswer;
use tenure_wire::session::{AmendRequest, EndRequest, OpenRequest, Reauthenticate, SessionFilter};

use crate::address::Peer;
use crate::answer::{Answer, Failure, empty, json as json_answer, ok};
use crate::api_caller::require;
use crate::body;
use crate::request::{Path, Query, app_id};
use crate::state::Http;

/// Which sessions, and which stretch of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    user_id: Option<String>,
    session_id: Option<String>,
    except: Option<String>,
    status: Option<String>,
    reason: Option<String>,
    created_from: Option<i64>,
    created_before: Option<i64>,
    active_before: Option<i64>,
    ended_from: Option<i64>,
    ended_before: Option<i64>,
    client_id: Option<String>,
    settings_version: Option<u32>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// Opens a session for a user whom the caller has authenticated.
pub async fn open(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Backend, Some(&app))?;
    open_as_asked(&http, &app, &headers, body).await
}

/// The same, for a caller who may.
pub async fn open_as_asked(http: &Http, app: &AppId, headers: &HeaderMap, body: Body) -> Answer {
    let request: OpenRequest<Value> = body::json(http, headers, body).await?;
    let opened = http.service.open_session(app, &request).await?;
    let session = opened.family.map(|family| shown(&family, opened.issued.at));
    let mut answer =
        json!({"auth_result": opened.issued.result, "session": session, "warnings": opened.warnings});
    if let Some(code) = opened.handoff {
        answer["handoff"] = code.reveal().as_str().into();
    }
    Ok(json_answer(StatusCode::CREATED, &answer))
}

/// Sessions that match, newest first.
pub async fn list(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    query: Result<Query<ListParameters>, Failure>,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Backend, Some(&app))?;
    let Query(p) = query?;
    let filter = SessionFilter {
        user_id: p.user_id,
        session_id: p.session_id,
        except: p.except,
        status: p.status,
        reason: p.reason,
        created_from: p.created_from,
        created_before: p.created_before,
        active_before: p.active_before,
        ended_from: p.ended_from,
        ended_before: p.ended_before,
        client_id: p.client_id,
        settings_version: p.settings_version,
    };
    ok(&http.service.list_sessions(&app, &filter, p.cursor.as_deref(), p.limit).await?)
}

/// One session.
pub async fn show(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, sid)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Backend, Some(&app))?;
    ok(&http.service.session(&app, &sid).await?)
}

/// Ends one session; again is 200 as well.
pub async fn end(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, sid)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Backend, Some(&app))?;
    http.service.end_session(&app, &sid).await?;
    empty(StatusCode::OK)
}

/// Changes a session's own claims.
pub async fn amend(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, sid)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Backend, Some(&app))?;
    let request: AmendRequest<Value> = body::json(&http, &headers, body).await?;
    let patch = request.claims.into_iter().collect();
    let amended = http.service.amend_session(&app, &sid, &patch).await?;
    let session = shown(&amended.family, http.service.now()?);
    ok(&json!({"session": session, "warnings": amended.warnings}))
}

/// The caller has authenticated the session's user anew.
pub async fn reauthenticate(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path((app, sid)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Backend, Some(&app))?;
    let request: Reauthenticate = body::json(&http, &headers, body).await?;
    let issued = http.service.reauthenticate(&app, &sid, &request).await?;
    ok(&RefreshAnswer { auth_result: issued.result })
}

/// Ends the live sessions that match, or counts them.
pub async fn end_matching(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Backend, Some(&app))?;
    let request: EndRequest = body::json(&http, &headers, body).await?;
    if request.dry_run {
        let count = http.service.count_live(&app, &request.filter).await?;
        return ok(&json!({"would_end": count.sessions, "would_end_is_bound": count.is_bound}));
    }
    let ended = http.service.end_sessions(&app, &request.filter, request.reason.as_deref()).await?;
    ok(&json!({"ended": ended}))
}
