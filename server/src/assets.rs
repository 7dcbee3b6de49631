//! What pages load: style sheets, scripts and pictures, inside the binary, under names that change with their content.

use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, StatusCode};

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// One file.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $kind:expr) => {
        Asset { name: $name, content_type: $kind, bytes: include_bytes!(concat!("../assets/", $name)) }
    };
}

const ASSETS: &[Asset] = &[
    asset!("base.css", CSS),
    asset!("console.css", CSS),
    asset!("console.js", JS),
    asset!("sign_in.js", JS),
    asset!("home.js", JS),
    asset!("job.js", JS),
    asset!("events.js", JS),
    asset!("session_management.js", JS),
    asset!("vendor/uplot.js", JS),
    asset!("vendor/uplot.css", CSS),
    asset!("mark.svg", "image/svg+xml"),
];

/// What all addresses of assets hold, so that a browser that kept one of an earlier version asks for the new one.
static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64; // FNV-1a: names a version, protects nothing.
    for byte in ASSETS.iter().flat_map(|asset| asset.bytes) {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
});

/// The address of an asset, from the root of its listener.
pub(crate) fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *EDITION)
}

/// The asset, for as long as a browser likes; one of another edition is the present one, and not kept.
pub(crate) async fn show(Path((edition, name)): Path<(String, String)>) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if edition == *EDITION { "public, max-age=31536000, immutable" } else { "no-store" };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    (headers, Body::from(asset.bytes)).into_response()
}
