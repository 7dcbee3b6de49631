//! What a form amounts to: only what was changed, on top of what others changed.

use serde_json::json;
use tenure_service::settings::to_json;

use super::*;

fn base(settings: &Settings, preset: Option<&str>) -> Base {
    Base { settings: to_json(settings), preset: preset.map(str::to_owned) }
}

/// The form as it is before anything is typed.
fn untouched(base: &Base, default_ttl: bool) -> Draft {
    let mut texts: BTreeMap<_, _> =
        FIELDS.iter().map(|field| (field.key, field.written(&base.settings[field.key]))).collect();
    if default_ttl {
        texts.insert(TTL, String::new());
    }
    let preset = base.preset.as_deref().and_then(Preset::find);
    Draft { version: 1, preset, default_ttl, texts }
}

fn typed(draft: &Draft, changes: &[(&'static str, &str)]) -> Draft {
    let mut draft = draft.clone();
    draft.texts.extend(changes.iter().map(|(key, text)| (*key, (*text).to_owned())));
    draft
}

fn settings(given: &Given) -> Value {
    assert!(given.problems.is_empty(), "{:?}", given.problems);
    Value::Object(given.settings.clone())
}

#[test]
fn only_what_was_changed_is_given() {
    let base = base(&Settings::default(), None);
    let draft = untouched(&base, true);
    assert_eq!(settings(&draft.given(&base)), json!({}));
    let changed = typed(
        &draft,
        &[("idle_timeout", "2h"), ("max_sessions", "3"), ("allowed_origins", "https://a.example\r\n")],
    );
    let expected = json!({"idle_timeout": 7200, "max_sessions": 3, "allowed_origins": ["https://a.example"]});
    assert_eq!(settings(&changed.given(&base)), expected);
}

/// Turning refresh tokens on changes the default life of an auth token, unless the form showed one as chosen.
#[test]
fn what_was_seen_is_what_is_meant() {
    let base = base(&Settings::default(), None);
    let left = typed(&untouched(&base, true), &[("refresh_tokens", "true")]);
    assert_eq!(settings(&left.given(&base)), json!({"refresh_tokens": true}));
    let seen = typed(&left, &[(TTL, "1h")]);
    assert_eq!(settings(&seen.given(&base)), json!({"refresh_tokens": true, "auth_token_ttl": 3600}));
    let emptied = typed(&untouched(&base, false), &[(TTL, "")]);
    assert_eq!(emptied.given(&base).problems[0].path, "settings.auth_token_ttl");
}

#[test]
fn a_preset_is_given_with_what_differs_from_it() {
    let base = base(&Settings::default(), None);
    let preset = Preset::find("higher-security");
    let applied = to_json(&preset.unwrap().apply(&Settings::default()));
    let chosen = Draft { preset, ..untouched(&Base { settings: applied, preset: None }, false) };
    assert_eq!(settings(&chosen.given(&base)), json!({"preset": "higher-security"}));
    let own = typed(&chosen, &[("idle_timeout", "5d")]);
    // That is what the app has now, and it is not what the preset would bring.
    assert_eq!(settings(&own.given(&base)), json!({"preset": "higher-security", "idle_timeout": 432_000}));
    let named = Base { preset: Some("consumer".into()), ..base };
    assert_eq!(settings(&untouched(&named, true).without_preset().given(&named)), json!({"preset": null}));
}

#[test]
fn what_is_not_understood_is_a_problem_and_is_kept() {
    let base = base(&Settings::default(), None);
    let draft = typed(&untouched(&base, true), &[("idle_timeout", "soon"), ("publish_lead", "2d")]);
    let given = draft.given(&base);
    assert_eq!(given.problems.len(), 1);
    assert_eq!(given.problems[0].path, "settings.idle_timeout");
    let rebased = draft.rebased(&given, &Settings::default(), 2);
    assert_eq!((rebased.text("idle_timeout"), rebased.text("publish_lead")), ("soon", "2d"));
}

/// Two at once: what one did not touch is as the other left it, and what one typed stays.
#[test]
fn a_draft_is_carried_over_to_settings_that_others_changed() {
    let began = base(&Settings::default(), None);
    let draft = typed(&untouched(&began, true), &[("max_sessions", "3")]);
    let given = draft.given(&began);
    let now = Settings { idle_timeout: Some(tenure_core::time::Span::from_hours(1)), ..Settings::default() };
    let merged = patch(&now, &given.settings).unwrap();
    let carried = draft.rebased(&given, &merged, 5);
    assert_eq!((carried.version, carried.text("idle_timeout"), carried.text("max_sessions")), (5, "1h", "3"));
    assert_eq!(settings(&carried.given(&base(&now, None))), json!({"max_sessions": 3}));
}
