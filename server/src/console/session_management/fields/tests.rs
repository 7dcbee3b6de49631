//! The form knows every setting, and what it writes it reads.

use tenure_core::settings::{
    Binding, ClientKind, CookiePersistence, IdleCounts, LostResponse, OnLimit, ReuseDetection, Revocation,
    Rotation, SigningAlg, TokenTyp, Transport,
};

use super::*;

fn field(key: &str) -> &'static Field {
    Field::find(key).expect(key)
}

#[test]
fn every_setting_is_a_field_once() {
    let mut keys: Vec<_> = FIELDS.iter().map(|field| field.key).collect();
    keys.sort_unstable();
    let all = to_json(&Settings::default());
    assert_eq!(keys, all.keys().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn every_choice_has_words_and_no_other_has() {
    for (key, choices) in [
        ("idle_counts", IdleCounts::CHOICES),
        ("client_kind", ClientKind::CHOICES),
        ("reuse_detection", ReuseDetection::CHOICES),
        ("lost_response", LostResponse::CHOICES),
        ("on_limit", OnLimit::CHOICES),
        ("rotation", Rotation::CHOICES),
        ("transport", Transport::CHOICES),
        ("cookie_persistence", CookiePersistence::CHOICES),
        ("signing_alg", SigningAlg::CHOICES),
        ("token_typ", TokenTyp::CHOICES),
        ("revocation", Revocation::CHOICES),
        ("binding", Binding::CHOICES),
    ] {
        let Kind::Choice(words) = field(key).kind else { panic!("{key} is a choice") };
        let mut offered: Vec<_> = words.iter().map(|(value, _)| *value).collect();
        let mut choices = choices.to_vec();
        offered.sort_unstable();
        choices.sort_unstable();
        assert_eq!(offered, choices, "{key}");
    }
    assert_eq!(FIELDS.iter().filter(|field| matches!(field.kind, Kind::Choice(_))).count(), 12);
}

#[test]
fn what_is_written_is_read_back() {
    let settings = Settings {
        idle_timeout: None,
        max_sessions: Some(3),
        allowed_origins: vec!["https://a.example".into(), "https://b.example".into()],
        justification: "because\nit is so".into(),
        ..Settings::default()
    };
    for settings in [settings, Settings::default()] {
        for (key, value) in to_json(&settings) {
            let field = field(&key);
            assert_eq!(field.read(&field.written(&value)), Ok(value), "{key}");
        }
    }
}

#[test]
fn what_is_not_understood_is_said() {
    for (key, text, says) in [
        ("idle_timeout", "soon", "a length of time such as 90s, 10m, 8h, 30d, or none"),
        ("idle_timeout", "", "a length of time"),
        ("absolute_lifetime", "none", "a length of time such as 90s, 10m, 8h, 30d"),
        ("retry_leeway", "-1s", "a length of time"),
        ("max_sessions", "1.5", "a whole number, or none"),
        ("auth_token_jitter", "none", "a whole number"),
        ("refresh_tokens", "", "on or off"),
    ] {
        let error = field(key).read(text).expect_err(text);
        assert!(error.contains(says), "{key}: {error}");
    }
    assert_eq!(field("idle_timeout").read("1h 30m"), Ok(5400.into()));
    assert_eq!(field("max_sessions").read("None"), Ok(Value::Null));
}

#[test]
fn values_are_said_in_words() {
    for (key, value, words) in [
        ("idle_timeout", Value::Null, "none"),
        ("idle_timeout", 432_000.into(), "5 days"),
        ("max_sessions", Value::Null, "no limit"),
        ("max_sessions", 3.into(), "3"),
        ("refresh_tokens", true.into(), "on"),
        ("auth_token_jitter", 5.into(), "5"),
        ("allowed_origins", Value::Array(vec![]), "none"),
        ("justification", "".into(), "empty"),
        ("signing_alg", "ES256".into(), "ES256: ECDSA on P-256"),
        ("reuse_detection", "end_user".into(), "every session of the user"),
    ] {
        assert_eq!(field(key).said(&value), words);
    }
    assert_eq!(field("auth_token_ttl").default(), "10m, or 1h while refresh tokens are off");
    assert_eq!(field("idle_timeout").default(), "5 days");
}
