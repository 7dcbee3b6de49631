//! What would change if an app became what a file says.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tenure_service::change_settings::changes_of_a_new_app;
use tenure_wire::app::{ManagedApp, SessionSettings};

use crate::app_file::{AppFile, readable};
use crate::output::Fault;
use crate::remote::{Remote, escaped};

/// Session settings, as the API shows them.
pub type Shown = SessionSettings<Map<String, Value>>;

/// Everything that would change.
#[derive(Serialize)]
pub struct Difference {
    pub app_id: String,
    pub creates: bool,
    pub changes: Vec<Change>,
    /// Live sessions of the app, and how many of them would end.
    pub live_sessions: u64,
    pub live_sessions_is_bound: bool,
    pub ends: u64,
    pub ends_is_bound: bool,
    pub applies: String,
    pub warnings: Vec<String>,
    #[serde(skip)]
    pub version: u32,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Change {
    pub setting: String,
    pub from: Value,
    pub to: Value,
}

/// What a dry run says.
#[derive(Deserialize)]
struct DryRun {
    effects: Effects,
}

#[derive(Deserialize)]
struct Effects {
    changes: Vec<Change>,
    live_sessions: u64,
    live_sessions_is_bound: bool,
    ends: u64,
    ends_is_bound: bool,
    warnings: Vec<String>,
}

/// Of an app that is there: its settings are compared by a dry run of the server.
pub fn of_existing(
    file: &AppFile,
    app: &ManagedApp,
    applies: &str,
    remote: &Remote,
) -> Result<Difference, Fault> {
    let shown: Shown = remote.get(&settings_path(&file.id))?;
    let path = format!("{}?dry_run=true&applies={}", settings_path(&file.id), escaped(applies));
    let effects = remote.call::<DryRun>(Method::PUT, &path, Some(&body(file).into()))?.effects;
    let mut changes = Vec::new();
    let mut differs = |setting: &str, from: Value, to: Value| {
        if from != to {
            changes.push(Change { setting: setting.to_owned(), from, to });
        }
    };
    if let Some(name) = &file.name {
        differs("name", json!(app.public.name), json!(name));
    }
    if let Some(preset) = &file.preset {
        differs("preset", json!(shown.preset), json!(preset));
    }
    changes.extend(effects.changes);
    Ok(Difference {
        app_id: file.id.clone(),
        creates: false,
        changes,
        live_sessions: effects.live_sessions,
        live_sessions_is_bound: effects.live_sessions_is_bound,
        ends: effects.ends,
        ends_is_bound: effects.ends_is_bound,
        applies: applies.to_owned(),
        warnings: effects.warnings,
        version: shown.version,
    })
}

/// Checked here, by the rules of the server: there is no app yet to ask for.
pub fn of_new(file: &AppFile, applies: &str) -> Result<Difference, Fault> {
    let name =
        file.name.as_ref().ok_or_else(|| Fault::failed("name: is missing, and this app is to be created"))?;
    let found = changes_of_a_new_app(&body(file)).map_err(Fault::refused)?;
    let mut changes = vec![Change { setting: "name".to_owned(), from: Value::Null, to: json!(name) }];
    if let Some(Some(preset)) = &file.preset {
        changes.push(Change { setting: "preset".to_owned(), from: Value::Null, to: json!(preset) });
    }
    let settings: Vec<Change> = serde_json::from_value(json!(found.changes)).map_err(Fault::failed)?;
    changes.extend(settings);
    Ok(Difference {
        app_id: file.id.clone(),
        creates: true,
        changes,
        live_sessions: 0,
        live_sessions_is_bound: false,
        ends: 0,
        ends_is_bound: false,
        applies: applies.to_owned(),
        warnings: found.warnings,
        version: 0,
    })
}

/// The settings as they are sent.
pub fn body(file: &AppFile) -> Map<String, Value> {
    let mut body = file.settings.clone();
    if let Some(preset) = &file.preset {
        body.insert("preset".to_owned(), json!(preset));
    }
    body
}

/// Where an app's settings are.
pub fn settings_path(app: &str) -> String {
    format!("/v1/apps/{}/session-settings", escaped(app))
}

impl Difference {
    /// Nothing would change.
    pub fn is_none(&self) -> bool {
        self.changes.is_empty() && !self.creates
    }
}

/// For people: what changes, whom it reaches, and how many it ends.
pub fn words(difference: &Difference) -> String {
    let app = &difference.app_id;
    if difference.is_none() {
        return format!("{app} is as the file says.");
    }
    let mut text =
        if difference.creates { format!("{app} is created:\n") } else { format!("{app} changes:\n") };
    for Change { setting, from, to } in &difference.changes {
        let (from, to) = (readable(setting, from), readable(setting, to));
        text += &format!("  {setting:<20} {from} -> {to}\n");
    }
    if !difference.creates {
        text += &format!("Applies to {}.\n", whom(&difference.applies));
        text += &format!(
            "Live sessions: {}, of which end: {}.\n",
            counted(difference.live_sessions, difference.live_sessions_is_bound),
            counted(difference.ends, difference.ends_is_bound)
        );
    }
    for warning in &difference.warnings {
        text += &format!("Warning: {warning}\n");
    }
    text
}

fn counted(sessions: u64, is_bound: bool) -> String {
    if is_bound { format!("at least {sessions}") } else { sessions.to_string() }
}

fn whom(applies: &str) -> &str {
    match applies {
        "new" => "new sessions only",
        "next_refresh" => "live sessions, at their next refresh",
        "now" => "live sessions, at once",
        other => other,
    }
}
