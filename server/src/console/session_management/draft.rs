//! The form as somebody has filled it in: texts, and the change of settings that they amount to.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tenure_core::preset::Preset;
use tenure_core::settings::Settings;
use tenure_service::catalogue::App;
use tenure_service::error::Problem;
use tenure_service::settings::{patch, to_json};

use super::fields::{FIELDS, Field};
use crate::answer::Failure;
use crate::console::form::Form;

/// May be left empty as long as nobody has chosen it: it follows `refresh_tokens` then.
const TTL: &str = "auth_token_ttl";
const LEEWAY: &str = "retry_leeway";

/// What each answer to "which clients?" sets the leeway to.
pub(super) const CLIENTS: [(&str, &str); 2] = [("sdk", "0s"), ("library", "30s")];

/// What was typed, whether it can be understood or not. Nothing of it is lost while it is looked at again.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// The version of the settings that it began from.
    pub(super) version: u32,
    /// The preset that it names.
    pub(super) preset: Option<&'static Preset>,
    /// Whether an empty life of auth tokens means the default.
    pub(super) default_ttl: bool,
    texts: BTreeMap<&'static str, String>,
}

/// Settings that a draft is compared with.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub(super) settings: Map<String, Value>,
    pub(super) preset: Option<String>,
}

/// What a draft changes.
#[derive(Debug)]
pub(super) struct Given {
    /// As the settings' address takes it.
    pub(super) settings: Map<String, Value>,
    /// What could not be understood.
    pub(super) problems: Vec<Problem>,
}

impl Base {
    /// The settings of the app as they are.
    pub(super) fn of(app: &App) -> Self {
        Self { settings: to_json(&app.settings), preset: app.preset.clone() }
    }
}

impl Draft {
    /// The settings of the app as they are.
    pub(super) fn of(app: &App) -> Self {
        let default_ttl = app.settings.auth_token_ttl.is_none();
        let settings = to_json(&app.settings);
        let mut texts: BTreeMap<_, _> =
            FIELDS.iter().map(|field| (field.key, field.written(&settings[field.key]))).collect();
        if default_ttl {
            texts.insert(TTL, String::new());
        }
        let preset = app.preset.as_deref().and_then(Preset::find);
        Self { version: app.settings_version, preset, default_ttl, texts }
    }

    /// What was sent. Refuses what no page of ours sends.
    pub(super) fn sent(form: &Form) -> Result<Self, Failure> {
        let version = form.get("version").and_then(|version| version.parse().ok());
        let version = version.ok_or_else(|| {
            Failure::malformed(
                "The form does not say what it began from.",
                "Nothing was changed. Open the page again.",
            )
        })?;
        let text = |field: &Field| form.get(field.key).unwrap_or_default().to_owned();
        let mut texts: BTreeMap<_, _> = FIELDS.iter().map(|field| (field.key, text(field))).collect();
        let clients = form.get("clients");
        if let Some((_, leeway)) = CLIENTS.iter().find(|(name, _)| clients == Some(name)) {
            texts.insert(LEEWAY, (*leeway).to_owned());
        }
        let preset = form.get("preset").and_then(Preset::find);
        Ok(Self { version, preset, default_ttl: form.get("default_ttl").is_some(), texts })
    }

    /// The text of a field.
    pub(super) fn text(&self, key: &str) -> &str {
        self.texts.get(key).map(String::as_str).unwrap_or_default()
    }

    /// Everything, as a form sends it again.
    pub(super) fn hidden(&self) -> Vec<(&'static str, String)> {
        let mut all: Vec<_> = self.texts.iter().map(|(key, text)| (*key, text.clone())).collect();
        all.push(("version", self.version.to_string()));
        all.push(("preset", self.preset.map_or(String::new(), |preset| preset.id.to_owned())));
        if self.default_ttl {
            all.push(("default_ttl", "true".to_owned()));
        }
        all
    }

    /// What it changes of `base`, which it began from.
    pub(super) fn given(&self, base: &Base) -> Given {
        let named = self.preset.filter(|preset| Some(preset.id) != base.preset.as_deref());
        let start = named.map_or_else(|| base.settings.clone(), |preset| applied(preset, &base.settings));
        let (mut settings, mut problems) = (Map::new(), Vec::new());
        for field in FIELDS.iter().filter(|field| !self.is_left_to_default(field)) {
            match field.read(self.text(field.key)) {
                Ok(value) if start.get(field.key) == Some(&value) => {}
                Ok(value) => drop(settings.insert(field.key.to_owned(), value)),
                Err(says) => problems.push(Problem { path: format!("settings.{}", field.key), says }),
            }
        }
        // What is shown as the default would become another with the switch: whoever saw it has chosen it.
        if settings.contains_key("refresh_tokens") && !self.is_left_to_default_ttl() {
            let ttl = Field::find(TTL).and_then(|field| field.read(self.text(TTL)).ok());
            settings.extend(ttl.map(|ttl| (TTL.to_owned(), ttl)));
        }
        if self.preset.map(|preset| preset.id) != base.preset.as_deref() {
            settings.insert("preset".to_owned(), self.preset.map_or(Value::Null, |preset| preset.id.into()));
        }
        Given { settings, problems }
    }

    /// The same wishes for the settings as they are now: what the draft does not change is as `merged` has it.
    pub(super) fn rebased(&self, given: &Given, merged: &Settings, version: u32) -> Self {
        let merged = to_json(merged);
        let mut draft = Self { version, ..self.clone() };
        for field in FIELDS.iter().filter(|field| !self.is_left_to_default(field)) {
            let problem = given.problems.iter().any(|problem| problem.path.ends_with(field.key));
            if !given.settings.contains_key(field.key) && !problem {
                draft.texts.insert(field.key, field.written(&merged[field.key]));
            }
        }
        draft
    }

    /// The same with everything that `preset` speaks of as it says, and the rest as it was typed.
    pub(super) fn with_preset(&self, preset: &'static Preset, app: &App) -> Self {
        let readable = FIELDS.iter().filter_map(|f| Some((f.key.to_owned(), f.read(self.text(f.key)).ok()?)));
        let typed = patch(&app.settings, &readable.collect()).unwrap_or_else(|_| app.settings.clone());
        let (before, after) = (to_json(&typed), to_json(&preset.apply(&typed)));
        let mut draft = Self { preset: Some(preset), default_ttl: false, ..self.clone() };
        for field in FIELDS.iter() {
            let unread = field.read(self.text(field.key)).is_err();
            if unread || before[field.key] != after[field.key] {
                draft.texts.insert(field.key, field.written(&after[field.key]));
            }
        }
        draft
    }

    /// The same, naming no preset.
    pub(super) fn without_preset(&self) -> Self {
        Self { preset: None, ..self.clone() }
    }

    fn is_left_to_default(&self, field: &Field) -> bool {
        field.key == TTL && self.is_left_to_default_ttl()
    }

    fn is_left_to_default_ttl(&self) -> bool {
        self.default_ttl && self.text(TTL).is_empty()
    }
}

fn applied(preset: &Preset, base: &Map<String, Value>) -> Map<String, Value> {
    let settings = patch(&Settings::default(), base).unwrap_or_default();
    to_json(&preset.apply(&settings))
}

#[cfg(test)]
mod tests;
