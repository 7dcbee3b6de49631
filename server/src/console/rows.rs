//! A session as a line of a list.

use serde_json::Value;
use tenure_core::refusal::EndReason;
use tenure_service::why::over_at;
use tenure_wire::session::{Device, Session};

use super::words;

/// A session as a line of a list.
pub(super) struct Row {
    pub(super) session_id: String,
    pub(super) user_id: String,
    pub(super) state: String,
    /// The class of its badge.
    pub(super) tone: &'static str,
    pub(super) device: String,
    pub(super) place: String,
    pub(super) created_at: i64,
    pub(super) created: String,
    pub(super) active_at: i64,
    pub(super) active: String,
    /// In how long it ends by itself, if it is live.
    pub(super) expires: String,
    pub(super) refreshes: String,
}

impl Row {
    /// `session` at the Unix second `now`.
    pub(super) fn of(session: &Session<Value>, now: i64) -> Self {
        let device = session.device.clone().unwrap_or_default();
        let (state, tone) = state(session);
        Self {
            session_id: session.session_id.clone(),
            user_id: session.user_id.clone(),
            state,
            tone,
            place: device.ip.clone().unwrap_or_default(),
            device: device_words(&device),
            created_at: session.created_at,
            created: words::moment(session.created_at),
            active_at: session.active_at,
            active: words::moment(session.active_at),
            expires: if session.status == "live" {
                words::length(over_at(session) - now)
            } else {
                "–".to_owned()
            },
            refreshes: words::number(u64::from(session.seq.saturating_sub(1))),
        }
    }
}

/// Its name, or what its browser says of itself.
pub(super) fn device_words(device: &Device) -> String {
    device.name.clone().or_else(|| device.user_agent.clone()).unwrap_or_default()
}

/// The state in a word or two, and how worrying it is.
pub(super) fn state(session: &Session<Value>) -> (String, &'static str) {
    match (session.status.as_str(), session.reason.as_deref()) {
        ("live", _) => ("live".to_owned(), "good"),
        ("expired", Some("expired_idle")) => ("expired: idle".to_owned(), ""),
        ("expired", _) => ("expired".to_owned(), ""),
        (_, Some(reason)) if reason == EndReason::Reused.as_str() => ("ended: reuse".to_owned(), "bad"),
        (_, reason) => (format!("ended: {}", reason_words(reason.unwrap_or_default())), ""),
    }
}

fn reason_words(reason: &str) -> &str {
    match reason {
        "ended_by_user" => "signed out",
        "ended_by_admin" => "by an operator",
        "ended_by_limit" => "newer session",
        "ended_by_settings" => "settings",
        "user_disabled" => "user disabled",
        "key_retired" => "key retired",
        other => other,
    }
}
