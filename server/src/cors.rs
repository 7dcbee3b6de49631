//! Pages of other origins: exactly those that the app allows, and no others.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tenure_core::id::AppId;
use tenure_core::settings::Transport;

use crate::page;
use crate::state::Http;

const ALLOWED_HEADERS: &str = "authorization, content-type, idempotency-key, passage-version, tenure-activity, \
                               tenure-client, tenure-seq";
const ALLOWED_METHODS: &str = "GET, POST, DELETE";
const EXPOSED_HEADERS: &str = "retry-after, x-request-id";
const PREFLIGHT_SECS: &str = "600";

/// Answers preflights, and marks the answers that a page of an allowed origin may read.
pub async fn allow(State(http): State<Http>, request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(ORIGIN).cloned() else {
        let mut response = next.run(request).await;
        response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
        return response;
    };
    let leave = leave(&http, request.uri().path(), &origin);
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight { no_content() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("origin"));
    if leave != Leave::None {
        mark(headers, origin, preflight);
    }
    if leave == Leave::WithCredentials {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    response
}

fn mark(headers: &mut HeaderMap, origin: HeaderValue, preflight: bool) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if preflight {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(ALLOWED_METHODS));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(PREFLIGHT_SECS));
    } else {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    }
}

/// What a page may do at an address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leave {
    None,
    /// Call it and read the answer.
    Call,
    /// And send cookies along, and take some.
    WithCredentials,
}

/// Cookies count where refresh tokens are carried in one, and nowhere else.
fn leave(http: &Http, path: &str, origin: &HeaderValue) -> Leave {
    let app = path.split("/v1/apps/").nth(1).and_then(|rest| rest.split('/').next());
    let Some(app) = app.and_then(|id| AppId::parse(id).ok()).and_then(|id| http.service.app(&id).ok()) else {
        return Leave::None;
    };
    let below = path.split("/v1/apps/").nth(1).and_then(|rest| rest.split('/').nth(1));
    match page::is_allowed(&app, origin) {
        false => Leave::None,
        true if app.settings.transport == Transport::Cookie && below == Some("tokens") => {
            Leave::WithCredentials
        }
        true => Leave::Call,
    }
}

fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
