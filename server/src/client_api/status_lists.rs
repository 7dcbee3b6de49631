//! `ISS/status-lists`: what any verifier may read, and any cache may keep.

use axum::extract::State;
use axum::response::Response;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use http::{HeaderMap, HeaderValue};
use serde::Deserialize;
use tenure_service::limits::STATUS_LIST_TTL_SECS;

use crate::answer::{Answer, Failure};
use crate::cacheable::{Kept, cacheable, cacheable_text};
use crate::code::Code;
use crate::request::{Path, Query, app_id};
use crate::state::Http;

const KEPT: Kept = Kept { max_age_secs: STATUS_LIST_TTL_SECS, stale_secs: 0 };

/// What the draft lets a caller ask for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    time: Option<String>,
}

/// One list, signed.
pub async fn show(
    State(http): State<Http>,
    Path((app, list)): Path<(String, String)>,
    headers: HeaderMap,
    query: Result<Query<Parameters>, Failure>,
) -> Answer {
    if query?.0.time.is_some() {
        let hint = "Leave `time` out: a list says what is so now, and no more.";
        return Err(Failure::new(
            Code::NotImplemented,
            "What a list said at another time is not kept.",
            hint,
        ));
    }
    let list = http.service.status_list(&app_id(&app)?, &list).await?;
    cacheable_text("application/statuslist+jwt", list.jwt.clone(), KEPT, &headers)
}

/// Where the lists are.
pub async fn list(State(http): State<Http>, Path(app): Path<String>, headers: HeaderMap) -> Answer {
    let lists = http.service.status_lists(&app_id(&app)?).await?;
    cacheable("application/json", &*lists, KEPT, &headers)
}

/// Every page may read these: they hold nothing of anybody, and no cookie counts here.
pub async fn for_every_page(mut response: Response) -> Response {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
