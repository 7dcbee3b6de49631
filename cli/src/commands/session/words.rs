//! Sessions in words.

use serde_json::Value;
use tenure_wire::session::{Device, Session};

use crate::times::moment_from_here;

/// One session of many, on one line.
pub fn line(session: &Session<Value>) -> String {
    format!("{}  {}  {}  seq {}", session.session_id, session.user_id, state(session), session.seq)
}

/// Everything that is known of one session, a line each.
pub fn details(session: &Session<Value>) -> String {
    let at = |secs: i64| moment_from_here(secs);
    let never = || "never".to_owned();
    let mut lines = vec![
        ("session", session.session_id.clone()),
        ("app", session.app_id.clone()),
        ("user", session.user_id.clone()),
        ("client", session.client_id.clone()),
        ("status", state(session)),
        ("opened", at(session.created_at)),
        ("signed in", at(session.auth_time)),
        ("active", at(session.active_at)),
        ("refreshed", format!("{}, seq {}", at(session.refreshed_at), session.seq)),
    ];
    // What would have ended it says nothing of one that was ended.
    match session.ended_at {
        Some(ended) => lines.push(("ended", at(ended))),
        None => {
            lines.push(("idle end", session.idle_expires_at.map_or_else(never, at)));
            lines.push(("last end", at(session.expires_at)));
        }
    }
    lines.push(("settings", format!("version {}", session.settings_version)));
    if session.claims.as_object().is_some_and(|claims| !claims.is_empty()) {
        lines.push(("claims", session.claims.to_string()));
    }
    lines.extend(session.device.as_ref().map(|device| ("device", in_words(device))));
    lines.iter().map(|(name, value)| format!("{name:<10} {value}\n")).collect()
}

/// The status, and why it is so where that is known.
fn state(session: &Session<Value>) -> String {
    let reason = session.reason.as_deref().map(|reason| format!(" ({reason})"));
    session.status.clone() + &reason.unwrap_or_default()
}

fn in_words(device: &Device) -> String {
    let known = [&device.name, &device.user_agent, &device.ip];
    known.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
}
