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

/// 200 with the document, or 304 for whoever has it.
pub fn cacheable(content_type: &'static str, document: &impl Serialize, headers: &HeaderMap) -> Answer {
    let bytes = serde_json::to_vec(document).map_err(Error::bug)?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes);
    let etag = format!("\"{:016x}\"", hasher.finish());
    let known = is_known(headers, &etag);
    let mut response = Response::new(if known { Body::empty() } else { Body::from(bytes) });
    *response.status_mut() = if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let keep = format!("public, max-age={JWKS_MAX_AGE_SECS}, stale-while-revalidate={JWKS_STALE_SECS}");
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
