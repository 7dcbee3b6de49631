//! What each type of event says, in a sentence.

use serde_json::Value;
use tenure_service::events::Type;
use tenure_wire::event::Event;

use crate::console::words::{count, moment};

/// What happened, in words; for a type that this version does not know, its name. What is in it of people's own words is as they
/// wrote it.
pub(in crate::console) fn sentence(event: &Event<Value>) -> String {
    let detail = &event.detail;
    let text = |key: &str| detail[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str| detail[key].as_u64().unwrap_or_default();
    let Some(kind) = Type::parse(&event.kind) else { return event.kind.clone() };
    match kind {
        Type::Ended => ended(&text("reason"), detail["every_session_of_the_user"] == true),
        Type::SessionsEnded => {
            format!(
                "{} that matched a query were ended{}",
                count(number("ended"), "session"),
                because(detail, "why")
            )
        }
        Type::OthersEnded => format!("The user ended all of their other sessions: {}", number("ended")),
        Type::UserEnded => format!("Every session of the user was ended: {}", number("ended")),
        Type::Amended => format!("Claims of the session were changed: {}", names(&detail["claims"])),
        Type::Reauthenticated => {
            "The user signed in again; the session goes on with a new refresh token".into()
        }
        Type::RetryPattern => {
            "A refresh token was handed out again more often than lost answers explain".into()
        }
        Type::OutOfSync => "A client is ahead of the store, which has lost commits: it waits".into(),
        Type::FastForward => "Recovery is open: a client ahead of the store was adopted".into(),
        Type::ReuseObserved => {
            "A replaced refresh token came back; the app only observes, so that the session lives".into()
        }
        Type::AppCreated => format!("The app was created: {}", text("name")),
        Type::AppDeleted => "The app was removed, with everything of it".into(),
        Type::SettingsChanged => {
            format!(
                "Session settings were changed: version {}{}",
                number("version"),
                because(detail, "reason")
            )
        }
        Type::ApiKeyCreated => format!("An API key was made: {}, role {}", text("id"), text("role")),
        Type::ApiKeyRevoked => format!("An API key was taken back: {}", text("id")),
        Type::SigningKeyPublished => {
            format!("A signing key was published: {}{}", text("kid"), because(detail, "reason"))
        }
        Type::SigningKeyRetired => {
            format!("A signing key was retired: {}{}", text("kid"), because(detail, "reason"))
        }
        Type::WebhookCreated => format!("A webhook was made: {}", text("host")),
        Type::WebhookChanged => match detail["enabled"].as_bool() {
            Some(false) => format!("A webhook was changed: {}, which is turned off", text("host")),
            _ => format!("A webhook was changed: {}", text("host")),
        },
        Type::WebhookSecretRotated => format!("A webhook was given a new secret: {}", text("id")),
        Type::WebhookDisabled => {
            format!("A webhook was turned off: {}{}", text("host"), because(detail, "why"))
        }
        Type::WebhookDeleted => format!("A webhook was removed: {}", text("host")),
        Type::RecoveryOpened => {
            let until = detail["closes_at"].as_i64().map(|at| format!(" until {}", moment(at)));
            format!("Recovery was opened{}", until.unwrap_or_default())
        }
        Type::RecoveryClosed => "Recovery was closed".into(),
        Type::Restored => "The store was made of a backup".into(),
        Type::BackupMade => format!("A backup was made: {}", count(number("sessions"), "session")),
        Type::BackupFailed => format!("A backup could not be made: {}", text("error")),
    }
}

fn ended(reason: &str, of_user: bool) -> String {
    let why = match reason {
        "ended_by_user" => "The session was signed out",
        "ended_by_admin" => "The session was ended by an operator or a backend",
        "ended_by_limit" => {
            "The session ended: the user signed in elsewhere, and the app allows only so many"
        }
        "ended_by_settings" => "The session ended: a change of settings shortened it",
        "user_disabled" => "The session ended: its user was disabled",
        "key_retired" => "The session ended: the key of its newest token was retired",
        "reused" => "The session ended: a refresh token that had been replaced was presented",
        _ => "The session ended",
    };
    if of_user { format!("{why}. So did every other session of the user") } else { why.to_owned() }
}

fn because(detail: &Value, key: &str) -> String {
    let why = detail[key].as_str().filter(|why| !why.is_empty());
    why.map(|why| format!(", because: {why}")).unwrap_or_default()
}

fn names(list: &Value) -> String {
    let names = list.as_array().map(|list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    names.unwrap_or_default().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, detail: Value) -> Event<Value> {
        Event {
            n: 1,
            at: 0,
            app_id: None,
            kind: kind.into(),
            user_id: None,
            session_id: None,
            support_code: None,
            detail,
        }
    }

    #[test]
    fn every_type_has_words_whatever_its_detail() {
        let mut said = Vec::new();
        for kind in Type::ALL {
            let words = sentence(&event(kind.as_str(), Value::Null));
            assert!(words.contains(' ') && !words.ends_with('.'), "{words}");
            said.push(words);
        }
        said.sort();
        said.dedup();
        assert_eq!(said.len(), Type::ALL.len(), "each its own");
        assert_eq!(sentence(&event("of_a_later_version", Value::Null)), "of_a_later_version");
    }

    #[test]
    fn why_and_how_many_are_said() {
        let ended = sentence(&event("sessions_ended", json!({"ended": 1204, "why": "a leak"})));
        assert_eq!(ended, "1,204 sessions that matched a query were ended, because: a leak");
        let reused = json!({"reason": "reused", "every_session_of_the_user": true});
        assert!(sentence(&event("ended", reused)).ends_with("So did every other session of the user"));
        let amended = sentence(&event("amended", json!({"claims": ["plan", "tier"]})));
        assert!(amended.ends_with(": plan, tier"));
    }
}
