//! `tenure api-key create|list|revoke`.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};
use tenure_wire::app::{ApiKey, ApiKeyList, NewApiKey};

use crate::output::{Fault, Output};
use crate::remote::{Remote, escaped};

#[derive(Subcommand)]
pub enum ApiKeyCommand {
    /// Make a key; it is shown this once.
    Create(Create),
    /// List the keys that reach an app, without their secrets.
    List(Of),
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
            let key: NewApiKey = create.of.remote.call(Method::POST, &path(&create.of), Some(&body))?;
            output.say(&key, |key| key.api_key.clone())
        }
        ApiKeyCommand::List(of) => {
            let list: ApiKeyList = of.remote.get(&path(&of))?;
            output.say(&list, |list| list.api_keys.iter().map(|key| line(key) + "\n").collect())
        }
        ApiKeyCommand::Revoke(revoke) => {
            let path = format!("{}/{}", path(&revoke.of), escaped(&revoke.id));
            let _: Value = revoke.of.remote.call(Method::DELETE, &path, None)?;
            output.say(&json!({"revoked": revoke.id}), |_| format!("{} is refused from now on.", revoke.id))
        }
    }
}

fn path(of: &Of) -> String {
    format!("/v1/apps/{}/api-keys", escaped(&of.app))
}

fn line(key: &ApiKey) -> String {
    format!("{}  {}  {}  {}", key.id, key.role, key.app_id.as_deref().unwrap_or("every app"), key.name)
}
