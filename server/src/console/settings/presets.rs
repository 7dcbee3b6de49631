//! The suggestions as cards, each with its numbers, its sources, and what it meets.

use serde_json::Value;
use tenure_service::change_settings::presets;
use tenure_service::lengths::in_words;

/// A suggestion.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) for_whom: String,
    pub(super) auth_token: String,
    pub(super) idle: String,
    pub(super) absolute: String,
    pub(super) sources: String,
    pub(super) deviates: Vec<String>,
    pub(super) not_met: String,
    pub(super) standard: Option<String>,
    pub(super) chosen: bool,
    /// The first three are the original system's own.
    pub(super) original: bool,
}

/// All of them, of which `chosen` is marked.
pub(super) fn cards(chosen: &str) -> Vec<Card> {
    let card = |(place, preset): (usize, tenure_wire::app::Preset<serde_json::Map<String, Value>>)| {
        let length = |key: &str| match preset.settings.get(key).and_then(Value::as_i64) {
            Some(seconds) => in_words(seconds),
            None => "none".to_owned(),
        };
        Card {
            auth_token: length("auth_token_ttl"),
            idle: length("idle_timeout"),
            absolute: length("absolute_lifetime"),
            sources: preset.sources.join("; "),
            deviates: preset.deviates.clone(),
            not_met: preset.not_met.join(", "),
            standard: preset.standard.clone(),
            chosen: preset.id == chosen,
            original: place < 3,
            for_whom: preset.for_whom.clone(),
            id: preset.id,
        }
    };
    presets().into_iter().enumerate().map(card).collect()
}
