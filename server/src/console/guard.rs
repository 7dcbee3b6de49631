//! Around every page: it is asked for under the console's own name, changes come from its own pages, and browsers are told how
//! little it needs.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::{CACHE_CONTROL, HOST, HeaderName, ORIGIN};
use http::{HeaderMap, HeaderValue, Method};

use super::Console;
use super::page::PageFailure;
use crate::answer::Failure;
use crate::code::Code;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Said with every answer. Not `no-referrer`: with that, a browser says no origin where it posts a form.
const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", CSP),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Refuses what does not come from the console's own pages, and marks every answer.
pub(super) async fn around(State(console): State<Console>, request: Request, next: Next) -> Response {
    let mut response = match check(&console, &request) {
        Verdict::Pass => {
            let answered =
                tokio::time::timeout(console.http.options.patience.request_time, next.run(request)).await;
            answered.unwrap_or_else(|_| {
                PageFailure::from(Failure::unavailable(Code::TooSlow, "This took too long.")).into_response()
            })
        }
        Verdict::Elsewhere(address) => Redirect::temporary(&address).into_response(),
        Verdict::Refuse(failure) => PageFailure::from(failure).into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if console.origin.starts_with("https://") {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(HeaderName::from_static("strict-transport-security"), year);
    }
    response
}

enum Verdict {
    Pass,
    Elsewhere(String),
    Refuse(Failure),
}

fn check(console: &Console, request: &Request) -> Verdict {
    let headers = request.headers();
    if text(headers, &HOST) != console.origin.split_once("://").map(|(_, host)| host) {
        // Whoever typed 127.0.0.1 means localhost; a name that is not ours is somebody's trick (DNS rebinding).
        if request.method() == Method::GET && console.origin.starts_with("http://localhost:") {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            return Verdict::Elsewhere(format!("{}{path}", console.origin));
        }
        let hint = "The console answers under its own address alone: console_url in the configuration.";
        return Verdict::Refuse(Failure::malformed("This is not the console's address.", hint));
    }
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    if safe || comes_from(&console.origin, headers) { Verdict::Pass } else { Verdict::Refuse(foreign()) }
}

/// Whether a page of `origin` sent this. Browsers say one or the other with whatever is not a plain reading; a program that says
/// neither is no browser, and has the management API.
fn comes_from(origin: &str, headers: &HeaderMap) -> bool {
    match (headers.contains_key(ORIGIN), text(headers, &ORIGIN)) {
        (true, said) => said == Some(origin),
        (false, _) => text(headers, &SEC_FETCH_SITE) == Some("same-origin"),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

fn foreign() -> Failure {
    let hint = "Nothing was changed. Open the console itself, and do it there.";
    Failure::new(Code::Forbidden, "This did not come from a page of the console.", hint)
}
