//! `tenure app export|diff|apply`: an app as a file says that it should be.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use http::Method;
use http::header::IF_MATCH;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tenure_service::apps::check_name;
use tenure_service::change_settings::changes_of_a_new_app;
use tenure_wire::app::{AppAnswer, AppList, ManagedApp, SessionSettings};

use crate::app_file::{AppFile, readable};
use crate::output::{Fault, Output};
use crate::remote::{Remote, escaped};

type Shown = SessionSettings<Map<String, Value>>;

#[derive(Args)]
pub struct Export {
    /// The app's id.
    id: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Args)]
pub struct Diff {
    #[command(flatten)]
    desired: Desired,
    /// Exit with 1 when there is something to change.
    #[arg(long)]
    exit_code: bool,
}

#[derive(Args)]
pub struct Apply {
    #[command(flatten)]
    desired: Desired,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Why, for the operators' log.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Args)]
pub struct Desired {
    /// The file, as `tenure app export` writes it; - reads standard input.
    file: PathBuf,
    /// Whom a change of lifetimes reaches: new, next_refresh or now.
    #[arg(long, default_value = "new")]
    applies: String,
    #[command(flatten)]
    remote: Remote,
}

/// Everything that would change.
#[derive(Serialize)]
struct Difference {
    app_id: String,
    creates: bool,
    changes: Vec<Change>,
    /// Live sessions of the app, and how many of them would end.
    live_sessions: u64,
    ends: u64,
    applies: String,
    warnings: Vec<String>,
    #[serde(skip)]
    version: u32,
}

#[derive(Clone, Serialize, Deserialize)]
struct Change {
    setting: String,
    from: Value,
    to: Value,
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
    ends: u64,
    warnings: Vec<String>,
}

pub fn export(export: &Export, output: Output) -> Result<(), Fault> {
    let app = find(&export.remote, &export.id)?;
    let app = app.ok_or_else(|| Fault::refused(format!("there is no app {}", export.id)))?;
    let shown: Shown = export.remote.get(&settings_path(&export.id))?;
    let (id, name, settings) = (app.public.id, Some(app.public.name), shown.settings);
    let json = json!({"id": id, "name": name, "preset": shown.preset, "settings": settings});
    output.say(&json, |_| AppFile { id, name, preset: Some(shown.preset), settings }.to_toml())
}

pub fn diff(diff: &Diff, output: Output) -> Result<(), Fault> {
    let (_, difference) = compare(&diff.desired)?;
    output.say(&difference, words)?;
    if diff.exit_code && !difference.is_none() {
        return Err(Fault::failed("the app is not as the file says"));
    }
    Ok(())
}

/// All checks come first, so that what is refused has changed nothing. Applying the same file again changes nothing.
pub fn apply(apply: &Apply, output: Output) -> Result<(), Fault> {
    let (file, difference) = compare(&apply.desired)?;
    let remote = &apply.desired.remote;
    if !difference.is_none() {
        output.confirm(words(&difference).trim_end(), apply.yes)?;
        let name = json!({"name": file.name});
        if difference.creates {
            let body = json!({"id": file.id, "name": file.name});
            let _: Value = remote.call(Method::POST, "/v1/apps", Some(&body))?;
        }
        // The settings first: they are what can be refused.
        put(apply, &file, &difference).map_err(|fault| match difference.creates {
            true => {
                fault.with("The app was created, its settings are not yet those of the file: apply it again")
            }
            false => fault,
        })?;
        if !difference.creates && difference.changes.iter().any(|change| change.setting == "name") {
            let path = format!("/v1/apps/{}", escaped(&file.id));
            let _: Value = remote.call(Method::PATCH, &path, Some(&name))?;
        }
    }
    let shown: Shown = remote.get(&settings_path(&file.id))?;
    let done = json!({"app_id": file.id, "changed": !difference.is_none(), "version": shown.version});
    output.say(&done, |_| match difference.is_none() {
        true => format!("{} is as the file says.", file.id),
        false => {
            format!("{} is as the file says now, with version {} of its settings.", file.id, shown.version)
        }
    })
}

/// Refused when somebody else has changed the settings since they were compared.
fn put(apply: &Apply, file: &AppFile, difference: &Difference) -> Result<(), Fault> {
    let Desired { applies, remote, .. } = &apply.desired;
    let mut path = format!("{}?applies={}", settings_path(&file.id), escaped(applies));
    if let Some(reason) = &apply.reason {
        path += &format!("&reason={}", escaped(reason));
    }
    // A new app was not compared with anything that could change.
    let version = (!difference.creates).then(|| (IF_MATCH, difference.version.to_string()));
    let body = body(file).into();
    let _: Value = remote.call_with(Method::PUT, &path, version.as_slice(), Some(&body))?;
    Ok(())
}

fn compare(desired: &Desired) -> Result<(AppFile, Difference), Fault> {
    let file = read(&desired.file)?;
    file.name.as_deref().map_or(Ok(()), check_name).map_err(Fault::refused)?;
    let difference = match find(&desired.remote, &file.id)? {
        Some(app) => of_existing(&file, &app, desired)?,
        None => of_new(&file, desired)?,
    };
    Ok((file, difference))
}

fn read(path: &Path) -> Result<AppFile, Fault> {
    let named = |error: &dyn std::fmt::Display| Fault::failed(format!("{}: {error}", path.display()));
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    AppFile::parse(&text.map_err(|error| named(&error))?).map_err(|error| named(&error))
}

/// The app with this id, of those that the caller reaches.
fn find(remote: &Remote, id: &str) -> Result<Option<ManagedApp>, Fault> {
    let list: AppList = remote.get("/v1/apps")?;
    let known = list.apps.iter().any(|app| app.public.id == id);
    let one = |answer: AppAnswer<ManagedApp>| answer.app;
    known.then(|| remote.get(&format!("/v1/apps/{}", escaped(id))).map(one)).transpose()
}

fn of_existing(file: &AppFile, app: &ManagedApp, desired: &Desired) -> Result<Difference, Fault> {
    let shown: Shown = desired.remote.get(&settings_path(&file.id))?;
    let path = format!("{}?dry_run=true&applies={}", settings_path(&file.id), escaped(&desired.applies));
    let effects = desired.remote.call::<DryRun>(Method::PUT, &path, Some(&body(file).into()))?.effects;
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
        ends: effects.ends,
        applies: desired.applies.clone(),
        warnings: effects.warnings,
        version: shown.version,
    })
}

/// Checked here, by the rules of the server: there is no app yet to ask for.
fn of_new(file: &AppFile, desired: &Desired) -> Result<Difference, Fault> {
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
        ends: 0,
        applies: desired.applies.clone(),
        warnings: found.warnings,
        version: 0,
    })
}

/// The settings as they are sent.
fn body(file: &AppFile) -> Map<String, Value> {
    let mut body = file.settings.clone();
    if let Some(preset) = &file.preset {
        body.insert("preset".to_owned(), json!(preset));
    }
    body
}

fn settings_path(app: &str) -> String {
    format!("/v1/apps/{}/session-settings", escaped(app))
}

impl Difference {
    fn is_none(&self) -> bool {
        self.changes.is_empty() && !self.creates
    }
}

fn words(difference: &Difference) -> String {
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
        let of_live = format!("of {} live sessions {} end", difference.live_sessions, difference.ends);
        text += &format!("Applies to {}: {of_live}.\n", whom(&difference.applies));
    }
    for warning in &difference.warnings {
        text += &format!("Warning: {warning}\n");
    }
    text
}

fn whom(applies: &str) -> &str {
    match applies {
        "new" => "new sessions only",
        "next_refresh" => "live sessions, at their next refresh",
        "now" => "live sessions, at once",
        other => other,
    }
}
