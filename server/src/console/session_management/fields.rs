//! Every session setting as a field of the form: its label, what it does, what it may be, and how it is written and read.

mod table;

use std::sync::LazyLock;

use serde_json::Value;
use tenure_core::settings::Settings;
use tenure_service::lengths;
use tenure_service::settings::to_json;

/// What is written for no limit.
const NONE: &str = "none";

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `true` or `false`.
    Switch,
    /// A length of time: `10m`.
    Length,
    /// The same, or `none`.
    LengthOrNone,
    /// A number.
    Number,
    /// The same, or `none`.
    NumberOrNone,
    /// One of some words: each with what it means.
    Choice(&'static [(&'static str, &'static str)]),
    /// Texts, one on a line.
    Lines,
    /// A text.
    Text,
}

/// One setting.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) does: &'static str,
    pub(super) kind: Kind,
    /// What it may be, where the kind does not say it.
    pub(super) bounds: String,
    /// Kept, and without effect yet.
    pub(super) not_yet: bool,
}

/// Every setting, in the order of the form.
pub(super) static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(table::all);

impl Field {
    /// The setting with this key.
    pub(super) fn find(key: &str) -> Option<&'static Field> {
        FIELDS.iter().find(|field| field.key == key)
    }

    /// How a value is written in the form.
    pub(super) fn written(&self, value: &Value) -> String {
        match (self.kind, value) {
            (_, Value::Null) => NONE.to_owned(),
            (Kind::Length | Kind::LengthOrNone, Value::Number(secs)) => {
                lengths::written(secs.as_i64().unwrap_or_default())
            }
            (_, Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
            (_, Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        }
    }

    /// How a value is said in a sentence.
    pub(super) fn said(&self, value: &Value) -> String {
        match (self.kind, value) {
            (Kind::Length | Kind::LengthOrNone, Value::Number(secs)) => {
                lengths::in_words(secs.as_i64().unwrap_or_default())
            }
            (Kind::NumberOrNone, Value::Null) => "no limit".to_owned(),
            (Kind::Switch, Value::Bool(on)) => if *on { "on" } else { "off" }.to_owned(),
            (_, Value::Array(lines)) if lines.is_empty() => NONE.to_owned(),
            (_, Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            (_, Value::String(text)) if text.is_empty() => "empty".to_owned(),
            (Kind::Choice(choices), Value::String(text)) => {
                let known = choices.iter().find(|(value, _)| value == text);
                known.map_or(text.as_str(), |(_, words)| words).to_owned()
            }
            _ => self.written(value),
        }
    }

    /// The value that `text` says. `Err` is what it must be.
    pub(super) fn read(&self, text: &str) -> Result<Value, String> {
        let is_none = text.eq_ignore_ascii_case(NONE);
        match self.kind {
            Kind::Switch => text.parse().map(Value::Bool).map_err(|_| "must be on or off".to_owned()),
            Kind::LengthOrNone | Kind::NumberOrNone if is_none => Ok(Value::Null),
            Kind::Length | Kind::LengthOrNone => {
                let or_none = if self.kind == Kind::LengthOrNone { ", or none" } else { "" };
                let secs = lengths::parse(&text.replace(' ', ""));
                secs.map(Value::from)
                    .ok_or_else(|| format!("must be a length of time such as 90s, 10m, 8h, 30d{or_none}"))
            }
            Kind::Number | Kind::NumberOrNone => {
                let or_none = if self.kind == Kind::NumberOrNone { ", or none" } else { "" };
                text.parse::<u32>().map(Value::from).map_err(|_| format!("must be a whole number{or_none}"))
            }
            Kind::Choice(_) | Kind::Text => Ok(text.replace("\r\n", "\n").into()),
            Kind::Lines => Ok(text.split_whitespace().map(Value::from).collect()),
        }
    }

    /// What a new app has.
    pub(super) fn default(&self) -> String {
        match (self.key, to_json(&Settings::default()).get(self.key)) {
            ("auth_token_ttl", _) => {
                let of = |on| lengths::written(Settings::default_auth_token_ttl(on).secs());
                format!("{}, or {} while refresh tokens are off", of(true), of(false))
            }
            (_, Some(value)) => self.said(value),
            (_, None) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
