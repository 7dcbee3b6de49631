//! `ISS/events` and `/v1/events`: what happened, a page at a time or as it happens.

use axum::extract::{Extension, State};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use tenure_core::id::AppId;
use tenure_service::credentials::Role;
use tenure_service::limits::PAGE_DEFAULT;
use tenure_wire::event::{Event, EventFilter as Asked};

use crate::address::Peer;
use crate::answer::{Answer, Failure, ok};
use crate::api_caller::require;
use crate::event_stream;
use crate::event_tail::{self, Follower};
use crate::request::{Path, Query, app_id};
use crate::state::Http;

/// Which events, and which stretch of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    after: Option<u64>,
    limit: Option<u32>,
    #[serde(rename = "type")]
    kind: Option<String>,
    user_id: Option<String>,
    session_id: Option<String>,
}

/// Those of one app.
pub async fn of_app(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(app): Path<String>,
    headers: HeaderMap,
    query: Result<Query<Parameters>, Failure>,
) -> Answer {
    let reader = Reader { peer, headers, app: Some(app_id(&app)?) };
    reader.may(&http)?;
    reader.answer(http, query?.0).await
}

/// Those of every app, and of the installation.
pub async fn of_all(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    query: Result<Query<Parameters>, Failure>,
) -> Answer {
    let reader = Reader { peer, headers, app: None };
    reader.may(&http)?;
    reader.answer(http, query?.0).await
}

/// Who reads what.
struct Reader {
    peer: Peer,
    headers: HeaderMap,
    app: Option<AppId>,
}

impl Reader {
    fn may(&self, http: &Http) -> Result<(), Failure> {
        let role = if self.app.is_some() { Role::Backend } else { Role::Admin };
        require(http, self.peer, &self.headers, role, self.app.as_ref()).map(drop)
    }

    async fn answer(self, http: Http, parameters: Parameters) -> Answer {
        let Parameters { after, limit, kind, user_id, session_id } = parameters;
        let query = http.service.event_query(self.app.as_ref(), &Asked { kind, user_id, session_id })?;
        if !event_stream::is_asked_for(&self.headers) {
            let limit = limit.unwrap_or(PAGE_DEFAULT);
            return ok(&http.service.events(&query, after.unwrap_or(0), limit).await?);
        }
        let after = match event_tail::last_event_id(&self.headers)?.or(after) {
            Some(after) => after,
            None => http.service.events(&query, u64::MAX, 1).await?.head,
        };
        event_tail::answer(http, query, after, self)
    }
}

impl Follower for Reader {
    async fn may(&self, http: &Http) -> bool {
        Reader::may(self, http).is_ok()
    }

    fn data(&self, event: &Event<Value>) -> String {
        // JSON has no line breaks of its own.
        serde_json::to_string(event).unwrap_or_default()
    }
}
