//! `tenure session list|show|end`.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};
use tenure_core::time::Span;
use tenure_service::clock::{Clock as _, SystemClock};
use tenure_wire::session::{Session, SessionList};

use crate::config::span;
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
    /// Only those that ended for this reason.
    #[arg(long)]
    reason: Option<String>,
    /// Only those that were opened in the last, for instance, 2h or 7d.
    #[arg(long, value_parser = length)]
    opened_within: Option<Span>,
    /// Only those that ended in the last.
    #[arg(long, value_parser = length)]
    ended_within: Option<Span>,
    /// Only those whose user was not active for at least.
    #[arg(long, value_parser = length)]
    idle_for: Option<Span>,
    /// Only those whose refresh token this client holds.
    #[arg(long)]
    client: Option<String>,
    /// Only those whose deadlines come from this version of the settings.
    #[arg(long)]
    settings_version: Option<u32>,
    /// Go on after the page that ended with this cursor.
    #[arg(long)]
    cursor: Option<String>,
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
            let found: SessionList<Value> = list.remote.get(&list.path())?;
            output.say(&found, |found| {
                let more = found.next_cursor.as_ref().map(|cursor| format!("more: --cursor={cursor}"));
                let lines: String = found.sessions.iter().map(|session| line(session) + "\n").collect();
                lines + &more.unwrap_or_default()
            })
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

impl List {
    fn path(&self) -> String {
        let now = SystemClock::default().now();
        let before = |span: Option<Span>| span.map(|span| now.minus(span).secs().to_string());
        let mut path = format!("/v1/apps/{}/sessions?limit={}", escaped(&self.app), self.limit);
        for (name, value) in [
            ("user_id", self.user.clone()),
            ("status", self.status.clone()),
            ("reason", self.reason.clone()),
            ("created_from", before(self.opened_within)),
            ("ended_from", before(self.ended_within)),
            ("active_before", before(self.idle_for)),
            ("client_id", self.client.clone()),
            ("settings_version", self.settings_version.map(|version| version.to_string())),
            ("cursor", self.cursor.clone()),
        ] {
            if let Some(value) = value {
                path += &format!("&{name}={}", escaped(&value));
            }
        }
        path
    }
}

fn length(text: &str) -> Result<Span, &'static str> {
    span::parse(text).ok_or("write a length of time as 90s, 10m, 2h or 7d")
}

fn path(one: &One) -> String {
    format!("/v1/apps/{}/sessions/{}", escaped(&one.app), escaped(&one.session))
}

fn line(session: &Session<Value>) -> String {
    let reason = session.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{}  {}  {}{reason}  seq {}", session.session_id, session.user_id, session.status, session.seq)
}
