//! `tenure app export|diff|apply`: an app as a file says that it should be.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use http::Method;
use http::header::IF_MATCH;
use serde_json::{Value, json};
use tenure_service::apps::check_name;
use tenure_wire::app::{AppAnswer, AppList, ManagedApp};

use super::difference::{Difference, Shown, body, of_existing, of_new, settings_path, words};
use crate::app_file::AppFile;
use crate::output::{Fault, Output};
use crate::remote::{Remote, escaped};

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

fn compare(desired: &Desired) -> Result<(AppFile, Difference), Fault> {
    let file = read(&desired.file)?;
    file.name.as_deref().map_or(Ok(()), check_name).map_err(Fault::refused)?;
    let difference = match find(&desired.remote, &file.id)? {
        Some(app) => of_existing(&file, &app, &desired.applies, &desired.remote)?,
        None => of_new(&file, &desired.applies)?,
    };
    Ok((file, difference))
}
