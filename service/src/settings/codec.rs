//! The table of keys: how each setting is written, and how it is read.

use serde_json::{Map, Value, json};
use tenure_core::settings::{
    Binding, ClientKind, CookiePersistence, IdleCounts, LostResponse, OnLimit, ReuseDetection, Revocation,
    Rotation, Settings, SigningAlg, TokenTyp, Transport,
};
use tenure_core::time::Span;

use crate::error::Problem;

type Write = fn(&Settings) -> Value;
type Read = fn(&mut Settings, &Value) -> Result<(), String>;

macro_rules! choice {
    ($field:ident, $type:ty) => {
        (
            stringify!($field),
            |s| json!(s.$field.as_str()),
            |s, v| {
                s.$field = v
                    .as_str()
                    .and_then(<$type>::parse)
                    .ok_or_else(|| format!("must be one of {}", <$type>::CHOICES.join(", ")))?;
                Ok(())
            },
        )
    };
}

macro_rules! seconds {
    ($field:ident) => {
        (
            stringify!($field),
            |s| json!(s.$field.secs()),
            |s, v| {
                s.$field = span(v)?;
                Ok(())
            },
        )
    };
}

macro_rules! texts {
    ($field:ident) => {
        (
            stringify!($field),
            |s| json!(s.$field),
            |s, v| {
                let texts: Option<Vec<String>> = v
                    .as_array()
                    .and_then(|list| list.iter().map(|t| t.as_str().map(str::to_owned)).collect());
                s.$field = texts.ok_or("must be a list of texts")?;
                Ok(())
            },
        )
    };
}

/// The settings that are a number of something; every other number is a length of time, in seconds.
pub const COUNTS: [&str; 2] = ["auth_token_jitter", "max_sessions"];

/// Every setting: its key, how it is written, how it is read.
const KEYS: &[(&str, Write, Read)] = &[
    (
        "refresh_tokens",
        |s| json!(s.refresh_tokens),
        |s, v| {
            s.refresh_tokens = v.as_bool().ok_or("must be true or false")?;
            Ok(())
        },
    ),
    (
        "auth_token_ttl",
        |s| json!(s.auth_token_ttl().secs()),
        |s, v| {
            s.auth_token_ttl = Some(span(v)?);
            Ok(())
        },
    ),
    (
        "auth_token_jitter",
        |s| json!(s.auth_token_jitter),
        |s, v| {
            s.auth_token_jitter =
                v.as_u64().and_then(|n| u8::try_from(n).ok()).ok_or("must be an integer percent")?;
            Ok(())
        },
    ),
    (
        "idle_timeout",
        |s| s.idle_timeout.map_or(Value::Null, |idle| json!(idle.secs())),
        |s, v| {
            s.idle_timeout = if v.is_null() { None } else { Some(span(v)?) };
            Ok(())
        },
    ),
    choice!(idle_counts, IdleCounts),
    seconds!(absolute_lifetime),
    choice!(rotation, Rotation),
    choice!(reuse_detection, ReuseDetection),
    seconds!(retry_leeway),
    choice!(lost_response, LostResponse),
    (
        "max_sessions",
        |s| s.max_sessions.map_or(Value::Null, |n| json!(n)),
        |s, v| {
            let number =
                || v.as_u64().and_then(|n| u16::try_from(n).ok()).ok_or("must be an integer or null");
            s.max_sessions = if v.is_null() { None } else { Some(number()?) };
            Ok(())
        },
    ),
    choice!(on_limit, OnLimit),
    choice!(signing_alg, SigningAlg),
    choice!(token_typ, TokenTyp),
    choice!(transport, Transport),
    choice!(cookie_persistence, CookiePersistence),
    choice!(client_kind, ClientKind),
    seconds!(publish_lead),
    texts!(allowed_origins),
    texts!(redirect_uris),
    choice!(binding, Binding),
    choice!(revocation, Revocation),
    seconds!(step_up_max_age),
    seconds!(expiring_notice),
    (
        "justification",
        |s| json!(s.justification),
        |s, v| {
            v.as_str().ok_or("must be a text")?.clone_into(&mut s.justification);
            Ok(())
        },
    ),
];

/// Every setting as it is in force.
pub fn to_json(settings: &Settings) -> Map<String, Value> {
    KEYS.iter().map(|(key, write, _)| ((*key).to_owned(), write(settings))).collect()
}

/// `settings` with what `given` says; absent keys keep their value. Every key that is not understood is named.
pub fn patch(settings: &Settings, given: &Map<String, Value>) -> Result<Settings, Vec<Problem>> {
    let mut patched = settings.clone();
    let mut problems = Vec::new();
    for &(key, _, read) in KEYS {
        if let Some(value) = given.get(key)
            && let Err(says) = read(&mut patched, value)
        {
            problems.push(Problem { path: format!("settings.{key}"), says });
        }
    }
    for key in given.keys().filter(|key| !KEYS.iter().any(|(known, ..)| known == key)) {
        problems.push(Problem { path: format!("settings.{}", shortened(key)), says: unknown(key) });
    }
    // Giving back what one was shown is no choice: the default goes on following `refresh_tokens`.
    let shown = Some(settings.auth_token_ttl());
    if patched.auth_token_ttl == shown && patched.refresh_tokens == settings.refresh_tokens {
        patched.auth_token_ttl = settings.auth_token_ttl;
    }
    if problems.is_empty() { Ok(patched) } else { Err(problems) }
}

fn span(value: &Value) -> Result<Span, String> {
    let seconds = value.as_i64().filter(|seconds| (0..=1_000_000_000).contains(seconds));
    seconds.map(Span::from_secs).ok_or_else(|| "must be an integer of seconds".to_owned())
}

fn unknown(key: &str) -> String {
    let alike = KEYS.iter().map(|(known, ..)| *known).find(|known| {
        known.replace('_', "") == key.to_ascii_lowercase().replace(['_', '-'], "")
            || (key.len() >= 4 && (known.contains(key) || key.contains(known)))
    });
    match alike {
        Some(alike) => format!("is no setting; did you mean {alike}?"),
        None => "is no setting".to_owned(),
    }
}

/// A name that is longer than any of ours may be a secret in the wrong place: it is not said back.
fn shortened(key: &str) -> String {
    if key.len() > 40 { "\u{2026}".to_owned() } else { key.chars().filter(|c| !c.is_control()).collect() }
}
