//! Documents that a client may keep for a while, and ask about by their ETag.

use std::hash::{DefaultHasher, Hasher as _};

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use tenure_service::error::Error;
use tenure_service::limits::{JWKS_MAX_AGE_SECS, JWKS_STALE_SECS};

use crate::answer::Answer;

/// How long a document may be kept.
#[derive(Clone, Copy)]
pub struct Kept {
    /// By everybody, in seconds.
    pub max_age_secs: u32,
    /// How much longer caches on the way may hand it out while they read it again, in seconds.
    pub stale_secs: u32,
}

/// As keys and metadata are.
pub const AS_KEYS: Kept = Kept { max_age_secs: JWKS_MAX_AGE_SECS, stale_secs: JWKS_STALE_SECS };

/// 200 with the document as JSON, or 304 for whoever has it.
pub fn cacheable(
    content_type: &'static str,
    document: &impl Serialize,
    kept: Kept,
    headers: &HeaderMap,
) -> Answer {
    let text = serde_json::to_string(document).map_err(Error::bug)?;
    cacheable_text(content_type, text, kept, headers)
}

/// The same for a document that is written already.
pub fn cacheable_text(content_type: &'static str, text: String, kept: Kept, headers: &HeaderMap) -> Answer {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    let etag = format!("\"{:016x}\"", hasher.finish());
    let known = is_known(headers, &etag);
    let mut response = Response::new(if known { Body::empty() } else { Body::from(text) });
    *response.status_mut() = if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut keep = format!("public, max-age={}", kept.max_age_secs);
    if kept.stale_secs > 0 {
        keep += &format!(", stale-while-revalidate={}", kept.stale_secs);
    }
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.insert(CACHE_CONTROL, HeaderValue::try_from(keep).map_err(Error::bug)?);
    answer.insert(ETAG, HeaderValue::try_from(etag).map_err(Error::bug)?);
    Ok(response)
}

/// RFC 9110 §13.1.2: any of a list, compared weakly, or `*`.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known = values.flat_map(|value| value.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
}
