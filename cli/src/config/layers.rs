//! Where values come from: defaults, the file, the environment, the command line; each over the one before.

use std::path::Path;

use toml::{Table, Value};

use super::super::spelling::meant;
use super::keys::{KEYS, Key};

const PREFIX: &str = "TENURE__";

/// The defaults.
pub(super) fn defaults() -> Result<Table, String> {
    let mut table = Table::new();
    for key in KEYS {
        if let Some(text) = key.default {
            let value = parse(text).ok_or_else(|| format!("{}: its default is not TOML", key.path))?;
            put(&mut table, key.path, value);
        }
    }
    Ok(table)
}

/// What the file says.
pub(super) fn add_file(table: &mut Table, path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let given: Table =
        toml::from_str(&text).map_err(|error| format!("{}: {}", path.display(), error.message()))?;
    for (name, value) in given {
        match value {
            Value::Table(section) => {
                for (inner, value) in section {
                    put(table, known(&format!("{name}.{inner}"))?.path, value);
                }
            }
            value => put(table, known(&name)?.path, value),
        }
    }
    Ok(())
}

/// What the environment says: `TENURE__SECTION__KEY`, and `TENURE__KEY_FILE` for secrets.
pub(super) fn add_environment(
    table: &mut Table,
    mut environment: Vec<(String, String)>,
) -> Result<(), String> {
    environment.sort();
    for (name, value) in environment {
        let path = name[PREFIX.len()..].to_ascii_lowercase().replace("__", ".");
        let secret = path
            .strip_suffix("_file")
            .and_then(|bare| KEYS.iter().find(|key| key.secret && key.path == bare));
        match secret {
            // `ring_file` is a key of its own: the file of a secret and the secret's `_FILE` are the same thing there.
            Some(key) if known(&path).is_err() => {
                let text =
                    std::fs::read_to_string(&value).map_err(|error| format!("{name}: {value}: {error}"))?;
                put(table, key.path, Value::String(text));
            }
            _ => set(table, &path, &value).map_err(|error| format!("{name}: {error}"))?,
        }
    }
    Ok(())
}

/// Sets one key from text.
pub(super) fn set(table: &mut Table, path: &str, text: &str) -> Result<(), String> {
    let key = known(path)?;
    let value = match key.kind {
        "string" => Some(Value::String(text.to_owned())),
        "array" if !text.trim_start().starts_with('[') => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Some(Value::Array(parts.map(|part| Value::String(part.to_owned())).collect()))
        }
        _ => parse(text),
    };
    put(table, key.path, value.ok_or_else(|| format!("{path}: must be of type {}", key.kind))?);
    Ok(())
}

fn known(path: &str) -> Result<&'static Key, String> {
    KEYS.iter().find(|key| key.path == path).ok_or_else(|| {
        let alike = meant(path, KEYS.iter().map(|key| key.path));
        match alike.is_empty() {
            false => format!("{path}: is no key{alike}"),
            true => format!("{path}: is no key; `tenure config schema` lists them"),
        }
    })
}

fn put(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(table.insert(path.to_owned(), value)),
        Some((section, name)) => {
            let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                section.insert(name.to_owned(), value);
            }
        }
    }
}

fn parse(text: &str) -> Option<Value> {
    toml::from_str::<Table>(&format!("x = {text}")).ok()?.remove("x")
}
