//! What a person would want to read later.

use serde_json::{Value, json};
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::rotate::Notice;
use tenure_core::time::Timestamp;
use tenure_store::Event;

/// An event about a session.
pub(crate) fn of_session(
    kind: &str,
    at: Timestamp,
    (app, user, session): (&AppId, &UserId, FamilyId),
    detail: Value,
) -> Event {
    let body =
        json!({"type": kind, "user_id": user.as_str(), "session_id": session.to_string(), "detail": detail});
    Event { at, app: Some(app.clone()), body: body.to_string() }
}

/// An event about an app.
pub(crate) fn of_app(kind: &str, at: Timestamp, app: &AppId, detail: Value) -> Event {
    let body = json!({"type": kind, "detail": detail});
    Event { at, app: Some(app.clone()), body: body.to_string() }
}

/// An event about the installation.
pub(crate) fn of_installation(kind: &str, at: Timestamp, detail: Value) -> Event {
    Event { at, app: None, body: json!({"type": kind, "detail": detail}).to_string() }
}

/// The name of a notice.
pub(crate) fn name(notice: Notice) -> &'static str {
    match notice {
        Notice::RetryPattern => "retry_pattern",
        Notice::OutOfSync => "out_of_sync",
        Notice::FastForward => "fast_forward",
        Notice::ReuseObserved => "reuse_observed",
    }
}
