//! `tenure session list|show|end`.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};
use tenure_wire::session::{Session, SessionList};

use crate::output::{Fault, Output};
use crate::remote::{Remote, escaped};

#[derive(Subcommand)]
pub enum SessionCommand {
    /// List sessions, newest first.
    List(List),
    /// Show one session.
    Show(One),
    /// End one session.
    End(One),
}

#[derive(Args)]
pub struct List {
    /// The app.
    #[arg(long)]
    app: String,
    /// Only this user's.
    #[arg(long)]
    user: Option<String>,
    /// Only those that are live, ended or expired.
    #[arg(long)]
    status: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Args)]
pub struct One {
    /// The session's id.
    session: String,
    /// The app.
    #[arg(long)]
    app: String,
    #[command(flatten)]
    remote: Remote,
}

pub fn run(command: SessionCommand, output: Output) -> Result<(), Fault> {
    match command {
        SessionCommand::List(list) => {
            let mut path = format!("/v1/apps/{}/sessions?limit={}", escaped(&list.app), list.limit);
            for (name, value) in [("user_id", &list.user), ("status", &list.status)] {
                if let Some(value) = value {
                    path += &format!("&{name}={}", escaped(value));
                }
            }
            let found: SessionList<Value> = list.remote.get(&path)?;
            output.say(&found, |found| found.sessions.iter().map(|session| line(session) + "\n").collect())
        }
        SessionCommand::Show(one) => {
            let session: Session<Value> = one.remote.get(&path(&one))?;
            output.say(&session, |session| serde_json::to_string_pretty(session).unwrap_or_default())
        }
        SessionCommand::End(one) => {
            let _: Value = one.remote.call(Method::DELETE, &path(&one), None)?;
            output.say(&json!({"ended": one.session}), |_| format!("{} has ended.", one.session))
        }
    }
}

fn path(one: &One) -> String {
    format!("/v1/apps/{}/sessions/{}", escaped(&one.app), escaped(&one.session))
}

fn line(session: &Session<Value>) -> String {
    let reason = session.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{}  {}  {}{reason}  seq {}", session.session_id, session.user_id, session.status, session.seq)
}
