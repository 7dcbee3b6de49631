//! The settings as fields of a form: their labels, what they are about, and how their values are typed.

use serde_json::{Map, Value};
use tenure_core::settings::{
    Binding, ClientKind, CookiePersistence, IdleCounts, LostResponse, OnLimit, ReuseDetection, Revocation,
    Rotation, SigningAlg, TokenTyp, Transport,
};
use tenure_service::lengths;
use tenure_service::settings::COUNTS;

use crate::console::form::Form;

/// How a value is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Switch,
    /// `10m`, `30d`, and `none` where there may be none.
    Length,
    Number,
    Choice(&'static [&'static str]),
    /// One a line.
    List,
    Text,
}

/// A setting's line of the form.
pub(super) struct Setting {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) about: &'static str,
    pub(super) kind: Kind,
}

const fn setting(key: &'static str, label: &'static str, about: &'static str, kind: Kind) -> Setting {
    Setting { key, label, about, kind }
}

/// The three that matter most.
pub(super) const LIFETIMES: [Setting; 3] = [
    setting(
        "auth_token_ttl",
        "Auth token",
        "How long a signed token is accepted without asking us: 30s to 24h, at most half of the idle time-out.",
        Kind::Length,
    ),
    setting(
        "idle_timeout",
        "Idle time-out",
        "A session without user activity ends after this: 1m or more, or none.",
        Kind::Length,
    ),
    setting(
        "absolute_lifetime",
        "Absolute lifetime",
        "Sign in again after this, whatever happens: 5m to 400d, 2y for native and unattended clients.",
        Kind::Length,
    ),
];

/// All others, as the design lists them.
pub(super) const ADVANCED: [Setting; 22] = [
    setting(
        "retry_leeway",
        "Retry leeway",
        "A token that was just replaced gives the same successor for this long, without an Idempotency-Key: 0s, or 15s to 5m.",
        Kind::Length,
    ),
    setting(
        "lost_response",
        "Late retry without a key",
        "end: it is reuse. reissue: it gets another token, and the one before is dead.",
        Kind::Choice(LostResponse::CHOICES),
    ),
    setting(
        "reuse_detection",
        "Reuse of a replaced token",
        "What it ends. observe refuses it, ends nothing, and counts whom it would have ended.",
        Kind::Choice(ReuseDetection::CHOICES),
    ),
    setting(
        "idle_counts",
        "What counts as activity",
        "A client says what its user does (Tenure-Activity). strict_activity counts only that; any_refresh counts every refresh.",
        Kind::Choice(IdleCounts::CHOICES),
    ),
    setting(
        "max_sessions",
        "Sessions of one user",
        "1 to 1000 live at a time, or none for no limit.",
        Kind::Number,
    ),
    setting(
        "on_limit",
        "One sign-in more",
        "end_oldest makes room; deny refuses it.",
        Kind::Choice(OnLimit::CHOICES),
    ),
    setting(
        "auth_token_jitter",
        "Jitter, in percent",
        "Shortens each auth token at random, so that clients do not come back together: 0 to 25.",
        Kind::Number,
    ),
    setting(
        "client_kind",
        "Kind of client",
        "Sets the bound of the absolute lifetime.",
        Kind::Choice(ClientKind::CHOICES),
    ),
    setting(
        "rotation",
        "Rotation",
        "every: each refresh replaces the token. when_bound_off needs a bound client.",
        Kind::Choice(Rotation::CHOICES),
    ),
    setting(
        "binding",
        "Binding",
        "Proof of possession for the refresh token. Others than none are refused until they exist.",
        Kind::Choice(Binding::CHOICES),
    ),
    setting(
        "revocation",
        "Revocation",
        "Whether ends are announced to verifiers.",
        Kind::Choice(Revocation::CHOICES),
    ),
    setting(
        "transport",
        "Transport",
        "cookie: browsers keep the token in a __Host- cookie that no script reads. Needs allowed origins.",
        Kind::Choice(Transport::CHOICES),
    ),
    setting(
        "cookie_persistence",
        "Cookie",
        "session: gone when the browser closes.",
        Kind::Choice(CookiePersistence::CHOICES),
    ),
    setting(
        "allowed_origins",
        "Allowed origins",
        "Exact origins whose pages may call the client API, one a line. No wildcards.",
        Kind::List,
    ),
    setting(
        "redirect_uris",
        "Redirect addresses",
        "Exact addresses that a sign-in may return to, one a line.",
        Kind::List,
    ),
    setting(
        "step_up_max_age",
        "Fresh sign-in",
        "How recent a sign-in must be for sensitive actions: 0s to 24h.",
        Kind::Length,
    ),
    setting(
        "expiring_notice",
        "Notice of the end",
        "How long before the end an SDK tells the app: 0s to 1h, at most half of the idle time-out.",
        Kind::Length,
    ),
    setting("signing_alg", "Algorithm", "Of auth tokens.", Kind::Choice(SigningAlg::CHOICES)),
    setting(
        "token_typ",
        "Header typ",
        "Of auth tokens: JWT, or at+jwt (RFC 9068).",
        Kind::Choice(TokenTyp::CHOICES),
    ),
    setting(
        "publish_lead",
        "Key lead",
        "How long a new signing key is published before it signs: 0s to 30d.",
        Kind::Length,
    ),
    setting(
        "justification",
        "Justification",
        "Why a value goes beyond the standard that the preset names.",
        Kind::Text,
    ),
    setting(
        "refresh_tokens",
        "Refresh tokens",
        "Off: one auth token, nothing stored. On: sessions.",
        Kind::Switch,
    ),
];

/// A value as it is typed.
pub(super) fn typed(key: &str, value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Number(number) => match number.as_i64() {
            Some(seconds) if !COUNTS.contains(&key) => lengths::written(seconds),
            _ => number.to_string(),
        },
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a form says of every setting that it holds, as the management API takes it. What is no length or number is passed on as
/// it is: the service says what is wrong with it.
pub(super) fn read(form: &Form) -> Map<String, Value> {
    let all = LIFETIMES.iter().chain(&ADVANCED);
    let held = all.filter(|setting| setting.kind == Kind::Switch || form.has(setting.key));
    held.map(|setting| (setting.key.to_owned(), value(setting, form.get(setting.key).unwrap_or_default())))
        .collect()
}

fn value(setting: &Setting, text: &str) -> Value {
    match setting.kind {
        Kind::Switch => (text == "on").into(),
        Kind::Length if text == "none" || text == "never" => Value::Null,
        Kind::Length => lengths::parse(text).map_or_else(|| text.into(), Value::from),
        Kind::Number if text == "none" || text.is_empty() => Value::Null,
        Kind::Number => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        Kind::List => text.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
        Kind::Choice(_) | Kind::Text => text.into(),
    }
}
