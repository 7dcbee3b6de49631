//! An app as a file: its id, name, preset and session settings in TOML, with lengths of time as `10m` or `30d`.

use serde_json::{Map, Value};
use tenure_core::settings::Settings;
use tenure_service::lengths;
use tenure_service::settings::{COUNTS, to_json};
use toml::Table;

use crate::spelling::meant;

/// What stands for "there is none", where there is a limit otherwise.
const NONE: &str = "none";
const TOP: [&str; 4] = ["id", "name", "preset", "settings"];

/// An app as a file says that it should be. What the file leaves out stays as it is, or as the preset has it.
#[derive(Debug, PartialEq)]
pub struct AppFile {
    pub id: String,
    pub name: Option<String>,
    /// `Some(None)` says that there is none.
    pub preset: Option<Option<String>>,
    /// As the API takes them.
    pub settings: Map<String, Value>,
}

impl AppFile {
    /// What `text` says. Refuses what is not understood, with what was probably meant.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut table: Table = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        if let Some(key) = table.keys().find(|key| !TOP.contains(&key.as_str())) {
            return Err(format!("{key}: is no key of an app{}", meant(key, TOP)));
        }
        let id = text_of(table.remove("id"), "id")?.ok_or("id: is missing: it says which app this is")?;
        let name = text_of(table.remove("name"), "name")?;
        let preset = text_of(table.remove("preset"), "preset")?;
        let settings = match table.remove("settings") {
            None => Table::new(),
            Some(toml::Value::Table(settings)) => settings,
            Some(_) => return Err("settings: must be a section, [settings]".to_owned()),
        };
        let known = to_json(&Settings::default());
        let read = |(key, value): (String, toml::Value)| match known.get(&key) {
            None => {
                Err(format!("settings.{key}: is no setting{}", meant(&key, known.keys().map(String::as_str))))
            }
            Some(example) => to_wire(&key, value, example).map(|value| (key, value)),
        };
        Ok(Self {
            id,
            name,
            preset: preset.map(|preset| (preset != NONE).then_some(preset)),
            settings: settings.into_iter().map(read).collect::<Result<_, _>>()?,
        })
    }

    /// The file that says so: what [`parse`](Self::parse) reads back.
    pub fn to_toml(&self) -> String {
        let mut table = Table::new();
        table.insert("id".to_owned(), self.id.clone().into());
        if let Some(name) = &self.name {
            table.insert("name".to_owned(), name.clone().into());
        }
        if let Some(preset) = &self.preset {
            table.insert("preset".to_owned(), preset.as_deref().unwrap_or(NONE).into());
        }
        let settings: Table =
            self.settings.iter().map(|(key, value)| (key.clone(), to_file(key, value))).collect();
        table.insert("settings".to_owned(), settings.into());
        toml::to_string(&table).unwrap_or_default()
    }
}

/// A value as people read it: `5d`, `none`, `true`.
pub fn readable(key: &str, value: &Value) -> String {
    match to_file(key, value) {
        toml::Value::String(text) => text,
        other => other.to_string(),
    }
}

fn text_of(value: Option<toml::Value>, key: &str) -> Result<Option<String>, String> {
    match value {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{key}: must be a text")),
    }
}

/// A length of time, or a number that is none: what such a setting holds.
fn is_time(key: &str, example: &Value) -> bool {
    (example.is_number() || example.is_null()) && !COUNTS.contains(&key)
}

fn to_wire(key: &str, value: toml::Value, example: &Value) -> Result<Value, String> {
    let is_number = example.is_number() || example.is_null();
    match value {
        toml::Value::String(text) if is_number && text == NONE => Ok(Value::Null),
        toml::Value::String(text) if is_time(key, example) => {
            lengths::parse(&text).map(Value::from).ok_or_else(|| {
                format!("settings.{key}: {text:?} is no length of time: write 90s, 10m, 8h, 30d, or none")
            })
        }
        // What the server would say of any other wrong type, it says.
        other => serde_json::to_value(other).map_err(|error| format!("settings.{key}: {error}")),
    }
}

fn to_file(key: &str, value: &Value) -> toml::Value {
    match value {
        Value::Null => NONE.into(),
        Value::Number(number) => match number.as_i64() {
            Some(seconds) if !COUNTS.contains(&key) => lengths::written(seconds).into(),
            Some(count) => count.into(),
            None => number.to_string().into(),
        },
        other => toml::Value::try_from(other).unwrap_or_else(|_| other.to_string().into()),
    }
}

#[cfg(test)]
mod tests;
