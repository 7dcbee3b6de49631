//! Reading bodies: bounded in size and time, parsed or refused with the place of the fault.

mod distinct;
mod objects;

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tenure_service::error::Problem;

use self::distinct::Distinct;
use self::objects::Objects;
use crate::answer::Failure;
use crate::code::Code;
use crate::limits::MANAGEMENT_BODY_BYTES;
use crate::state::Http;

/// The longest name of a field that is said back, in bytes.
const NAME_BYTES: usize = 40;

/// The body, if it is at most `max` bytes and comes in time.
pub async fn read(http: &Http, body: Body, max: usize) -> Result<Bytes, Failure> {
    let time = http.options.patience.body_time;
    let collected = tokio::time::timeout(time, Limited::new(body, max).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Failure::new(
            Code::BodyTooLarge,
            format!("The body is larger than {max} bytes."),
            "Nothing was changed.",
        )),
        Ok(Err(_)) => Err(Failure::malformed("The body could not be read.", "")),
        Err(_) => {
            Err(Failure::new(Code::BodyTooSlow, "The body did not come in time.", "Nothing was changed."))
        }
    }
}

/// A JSON body of the management API, no member of which stands twice.
pub async fn json<T: DeserializeOwned>(http: &Http, headers: &HeaderMap, body: Body) -> Result<T, Failure> {
    if !is_json(headers) {
        return Err(Failure::new(
            Code::UnsupportedMediaType,
            "The body must be JSON.",
            "Send Content-Type: application/json.",
        ));
    }
    let bytes = read(http, body, MANAGEMENT_BODY_BYTES).await?;
    parse::<Distinct>(&bytes)?;
    parse(&bytes)
}

/// Parses JSON: 400 where it is none, 422 with the path where it has another shape.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(Objects(&mut json)).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            Category::Data => {
                let path = if path == "." { "body".to_owned() } else { without_long_names(&path) };
                Failure::fields(vec![Problem { path, says: said(&inner) }])
            }
            Category::Io | Category::Syntax | Category::Eof => not_json(&inner),
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(parsed)
}

fn not_json(error: &serde_json::Error) -> Failure {
    let at = format!("line {}, column {}", error.line(), error.column());
    Failure::malformed(format!("The body is not JSON: it goes wrong at {at}."), "Nothing was changed.")
}

/// What is wrong, without the place (the path says that) and without repeating what was sent.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    match text.strip_prefix("invalid type: ").and_then(|rest| rest.split_once("expected ")) {
        Some((_, expected)) if expected == "a map" || expected.starts_with("struct ") => {
            "must be an object".to_owned()
        }
        Some((_, expected)) => format!("must be {expected}"),
        None if text.starts_with("unknown field") || text.starts_with("missing field") => {
            let words = text.split('`').map(|word| if word.len() > NAME_BYTES { "\u{2026}" } else { word });
            words.collect()
        }
        None if text.starts_with("duplicate field") => "stands there twice".to_owned(),
        None => "is not of the right kind".to_owned(),
    }
}

/// A name that is longer than any of ours may be a secret in the wrong place: it is not said back.
fn without_long_names(path: &str) -> String {
    let names = path.split('.').map(|name| if name.len() > NAME_BYTES { "\u{2026}" } else { name });
    names.collect::<Vec<_>>().join(".")
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}
