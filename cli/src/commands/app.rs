//! `tenure app create|list|export|diff|apply`.

mod desired;

mod difference;

use clap::{Args, Subcommand};
use http::Method;
use serde_json::json;
use tenure_wire::app::{AppAnswer, AppList, ManagedApp};

use crate::output::{Fault, Output};
use crate::remote::Remote;

#[derive(Subcommand)]
pub enum AppCommand {
    /// Create an app. Its refresh tokens are off until its session settings turn them on.
    Create(Create),
    /// List apps.
    List(Remote),
    /// Print an app as a file, with all its session settings.
    Export(desired::Export),
    /// Say what would change if the app became what a file says, and whom it would sign out. Changes nothing.
    Diff(desired::Diff),
    /// Make the app what a file says; create it where there is none.
    Apply(desired::Apply),
}

#[derive(Args)]
pub struct Create {
    /// What people see.
    name: String,
    /// 1 to 64 letters, digits, '-' or '_'; drawn when absent.
    #[arg(long)]
    id: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

pub fn run(command: AppCommand, output: Output) -> Result<(), Fault> {
    match command {
        AppCommand::Create(create) => {
            let body = json!({"id": create.id, "name": create.name});
            let answer: AppAnswer<ManagedApp> = create.remote.call(Method::POST, "/v1/apps", Some(&body))?;
            output.say(&answer, |answer| line(&answer.app))
        }
        AppCommand::Export(export) => desired::export(&export, output),
        AppCommand::Diff(diff) => desired::diff(&diff, output),
        AppCommand::Apply(apply) => desired::apply(&apply, output),
        AppCommand::List(remote) => {
            let list: AppList = remote.get("/v1/apps")?;
            output.list(&list, |list| list.apps.iter().map(line).collect(), "There is no app.")
        }
    }
}

fn line(app: &ManagedApp) -> String {
    let mode = if app.public.refresh_enabled { "refresh tokens on" } else { "stateless" };
    format!("{}  {}  {mode}  {}", app.public.id, app.public.name, app.public.issuer)
}
