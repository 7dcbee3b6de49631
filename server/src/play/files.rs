//! The page and what it loads, inside the binary.

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue};
use tenure_service::error::Error;

use super::guard::require_this_machine;
use crate::address::Peer;
use crate::answer::{Answer, Failure};
use crate::request::Path;
use crate::state::Http;

/// Scripts and styles of our own and nothing else; no other page may hold this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! file {
    ($kind:expr, $name:literal) => {
        ($name, $kind, include_bytes!(concat!("../../assets/play/", $name)))
    };
}

/// Name, content type, content.
const FILES: &[(&str, &str, &[u8])] = &[
    file!(HTML, "play.html"),
    ("base.css", CSS, include_bytes!("../../assets/base.css")),
    file!(CSS, "play.css"),
    file!(SVG, "mark.svg"),
    file!(JS, "main.js"),
    file!(JS, "scenes.js"),
    file!(JS, "verdicts.js"),
    file!(JS, "stage.js"),
    file!(JS, "meaning.js"),
    file!(JS, "server.js"),
    file!(JS, "auth_token.js"),
    file!(JS, "chain_view.js"),
    file!(JS, "wire_view.js"),
    file!(JS, "tokens.js"),
    file!(JS, "words.js"),
    file!(JS, "dom.js"),
];

/// The page.
pub async fn page(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    require_this_machine(&http, peer, &headers)?;
    answer("play.html")
}

/// What the page loads.
pub async fn show(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Answer {
    require_this_machine(&http, peer, &headers)?;
    answer(&name)
}

/// Not to be kept: the next start may be of another version.
fn answer(name: &str) -> Answer {
    let file = FILES.iter().find(|(known, ..)| *known == name);
    let (_, content_type, content) = file.ok_or_else(|| Failure::from(Error::NotFound("file")))?;
    let mut response = Response::new(Body::from(*content));
    let mut say = |name, value| response.headers_mut().insert(name, HeaderValue::from_static(value));
    say(CONTENT_TYPE, content_type);
    say(CACHE_CONTROL, "no-store");
    say(CONTENT_SECURITY_POLICY, POLICY);
    say(X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(REFERRER_POLICY, "no-referrer");
    say(OPENER_POLICY, "same-origin");
    say(RESOURCE_POLICY, "same-origin");
    Ok(response)
}
