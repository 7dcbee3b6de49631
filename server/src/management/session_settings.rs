//! `ISS/session-settings` and `/v1/session-presets`.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::HeaderMap;
use http::header::IF_MATCH;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tenure_service::change_settings::{Applies, SettingsChange, presets as all_presets};
use tenure_service::credentials::Role;
use tenure_service::error::{Error, Problem};
use tenure_wire::app::PresetList;

use crate::address::Peer;
use crate::answer::{Answer, Failure, ok};
use crate::api_caller::{identify, missing, require};
use crate::body;
use crate::request::{Path, Query, app_id};
use crate::state::Http;

/// How a change is to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    #[serde(default)]
    dry_run: bool,
    applies: Option<String>,
    reason: Option<String>,
}

/// Which stretch of the history.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    before: Option<u32>,
    limit: Option<u32>,
}

/// The settings of an app.
pub async fn show(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Backend, Some(&app))?;
    ok(&http.service.session_settings(&app)?)
}

/// Changes the settings, or says what a change would do.
pub async fn change(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    query: Result<Query<Parameters>, Failure>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Admin, Some(&app))?;
    let Query(parameters) = query?;
    let given: Map<String, Value> = body::json(&http, &headers, body).await?;
    let change = SettingsChange {
        given: &given,
        expected_version: expected_version(&headers)?,
        applies: applies(parameters.applies.as_deref())?,
        reason: parameters.reason.as_deref(),
        by: None,
    };
    if parameters.dry_run {
        return ok(&json!({"effects": http.service.effects_of(&app, &change).await?}));
    }
    ok(&http.service.change_settings(&app, &change).await?)
}

/// Goes back to the version before, or says what that would do.
pub async fn undo(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    query: Result<Query<Parameters>, Failure>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Admin, Some(&app))?;
    let Query(parameters) = query?;
    let change = SettingsChange {
        given: &Map::new(),
        expected_version: expected_version(&headers)?,
        applies: applies(parameters.applies.as_deref())?,
        reason: parameters.reason.as_deref(),
        by: None,
    };
    if parameters.dry_run {
        return ok(&json!({"effects": http.service.effects_of_undo(&app, &change).await?}));
    }
    ok(&http.service.undo_settings(&app, &change).await?)
}

/// The versions of the settings, newest first.
pub async fn versions(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    query: Result<Query<History>, Failure>,
    headers: HeaderMap,
) -> Answer {
    let app = app_id(&app)?;
    require(&http, peer, &headers, Role::Backend, Some(&app))?;
    let Query(History { before, limit }) = query?;
    ok(&http.service.settings_versions(&app, before, limit).await?)
}

/// Every suggestion.
pub async fn presets(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Answer {
    identify(&http, peer, &headers)?.ok_or_else(missing)?;
    ok(&PresetList { presets: all_presets() })
}

fn expected_version(headers: &HeaderMap) -> Result<Option<u32>, Failure> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().and_then(|text| text.trim_matches('"').parse().ok());
    version
        .map(Some)
        .ok_or_else(|| Failure::malformed("If-Match is no version.", "Send the version that GET shows."))
}

fn applies(given: Option<&str>) -> Result<Applies, Failure> {
    match given {
        None | Some("new") => Ok(Applies::New),
        Some("next_refresh") => Ok(Applies::NextRefresh),
        Some("now") => Ok(Applies::Now),
        Some(_) => {
            let says = "must be new, next_refresh or now".to_owned();
            Err(Error::Invalid(vec![Problem { path: "applies".into(), says }]).into())
        }
    }
}
