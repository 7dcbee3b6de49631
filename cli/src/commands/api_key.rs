//! `tenure api-key create|list|revoke`.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};
use tenure_wire::app::{ApiKey, ApiKeyList, AppList, NewApiKey};

use crate::output::{Fault, Output};
use crate::remote::{Remote, escaped};

#[derive(Subcommand)]
pub enum ApiKeyCommand {
    /// Make a key; it is shown this once.
    Create(Create),
    /// List the keys that reach an app, or all keys, without their secrets.
    List(List),
    /// Take a key back.
    Revoke(Revoke),
}

#[derive(Args)]
pub struct Of {
    /// The app.
    #[arg(long)]
    app: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Args)]
pub struct List {
    /// The app; every app when absent.
    #[arg(long)]
    app: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Args)]
pub struct Create {
    /// What operators see.
    name: String,
    /// admin, backend or verify.
    #[arg(long, default_value = "backend")]
    role: String,
    /// Reaches every app.
    #[arg(long)]
    all_apps: bool,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
pub struct Revoke {
    /// The key's id.
    id: String,
    #[command(flatten)]
    of: Of,
}

pub fn run(command: ApiKeyCommand, output: Output) -> Result<(), Fault> {
    match command {
        ApiKeyCommand::Create(create) => {
            let body = json!({"name": create.name, "role": create.role, "all_apps": create.all_apps});
            let key: NewApiKey = create.of.remote.call(Method::POST, &path(&create.of.app), Some(&body))?;
            output.say(&key, |key| key.api_key.clone())
        }
        ApiKeyCommand::List(list) => {
            let list = listed(&list)?;
            output.list(&list, |list| list.api_keys.iter().map(line).collect(), "There is no API key.")
        }
        ApiKeyCommand::Revoke(revoke) => {
            let path = format!("{}/{}", path(&revoke.of.app), escaped(&revoke.id));
            let _: Value = revoke.of.remote.call(Method::DELETE, &path, None)?;
            output.say(&json!({"revoked": revoke.id}), |_| format!("{} is refused from now on.", revoke.id))
        }
    }
}

/// A key that reaches every app is listed with each.
fn listed(list: &List) -> Result<ApiKeyList, Fault> {
    let apps = match &list.app {
        Some(app) => vec![app.clone()],
        None => list.remote.get::<AppList>("/v1/apps")?.apps.into_iter().map(|app| app.public.id).collect(),
    };
    let mut all = ApiKeyList { api_keys: Vec::new() };
    for app in apps {
        let of_app: ApiKeyList = list.remote.get(&path(&app))?;
        let new =
            of_app.api_keys.into_iter().filter(|key| all.api_keys.iter().all(|known| known.id != key.id));
        let new: Vec<_> = new.collect();
        all.api_keys.extend(new);
    }
    Ok(all)
}

fn path(app: &str) -> String {
    format!("/v1/apps/{}/api-keys", escaped(app))
}

fn line(key: &ApiKey) -> String {
    format!("{}  {}  {}  {}", key.id, key.role, key.app_id.as_deref().unwrap_or("every app"), key.name)
}
