//! `tenure tail`.

use clap::Args;
use jiff::Timestamp;
use serde_json::Value;
use tenure_wire::event::Event;

use crate::output::{Fault, Output};
use crate::remote::{Remote, escaped};

#[derive(Args)]
pub struct TailArguments {
    /// Only what happens in this app.
    #[arg(long)]
    app: Option<String>,
    /// Only this type of event.
    #[arg(long = "type")]
    kind: Option<String>,
    /// Only what happens to this user (with --app).
    #[arg(long, requires = "app")]
    user: Option<String>,
    /// Begin after the event with this number, 0 for all that are kept, instead of now.
    #[arg(long)]
    after: Option<u64>,
    #[command(flatten)]
    remote: Remote,
}

pub fn run(arguments: TailArguments, output: Output) -> Result<(), Fault> {
    let mut path = match &arguments.app {
        Some(app) => format!("/v1/apps/{}/events?", escaped(app)),
        None => "/v1/events?".to_owned(),
    };
    let after = arguments.after.map(|after| after.to_string());
    for (name, value) in [("type", arguments.kind), ("user_id", arguments.user), ("after", after)] {
        if let Some(value) = value {
            path += &format!("{name}={}&", escaped(&value));
        }
    }
    let path = path.trim_end_matches(['?', '&']);
    arguments.remote.follow(path, |data| match serde_json::from_str::<Event<Value>>(data) {
        Ok(event) => output.next(&event, line),
        Err(error) => {
            tracing::warn!(%error, "an event is not understood");
            true
        }
    })
}

fn line(event: &Event<Value>) -> String {
    let at = Timestamp::from_second(event.at).map(|at| at.to_string()).unwrap_or_default();
    let named =
        |name: &str, id: &Option<String>| id.as_ref().map(|id| format!("  {name} {id}")).unwrap_or_default();
    let app = event.app_id.as_deref().unwrap_or("-");
    let (user, session) = (named("user", &event.user_id), named("session", &event.session_id));
    format!("{at}  {app}  {}{user}{session}  {}", event.kind, event.detail)
}
