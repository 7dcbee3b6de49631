//! `tenure session list|show|end|end-matching`.

mod words;

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};
use tenure_core::time::Span;
use tenure_service::clock::{Clock as _, SystemClock};
use tenure_service::lengths;
use tenure_wire::session::{Session, SessionFilter, SessionList};

use crate::counts::count;
use crate::output::{Fault, Output};
use crate::remote::{Remote, escaped};
use crate::times;

#[derive(Subcommand)]
pub enum SessionCommand {
    /// List sessions, newest first.
    List(List),
    /// Show one session.
    Show(One),
    /// End one session.
    End(One),
    /// End every live session that matches; says how many there are, and asks.
    EndMatching(EndMatching),
}

/// Which sessions. Everything that is given must match.
#[derive(Args)]
pub struct Which {
    /// The app.
    #[arg(long)]
    app: String,
    /// Only this user's.
    #[arg(long)]
    user: Option<String>,
    /// Only those that were opened in the last, for instance, 2h or 7d.
    #[arg(long, value_parser = length)]
    opened_within: Option<Span>,
    /// Only those that were opened before this moment: "2026-11-25 20:16:22 UTC", as tenure prints it, or RFC 3339.
    #[arg(long, value_parser = moment)]
    opened_before: Option<i64>,
    /// Only those whose user was not active for at least.
    #[arg(long, value_parser = length)]
    idle_for: Option<Span>,
    /// Only those whose refresh token this client holds.
    #[arg(long)]
    client: Option<String>,
    /// Only those whose deadlines come from this version of the settings.
    #[arg(long)]
    settings_version: Option<u32>,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Args)]
pub struct List {
    #[command(flatten)]
    which: Which,
    /// Only those that are live, ended or expired.
    #[arg(long)]
    status: Option<String>,
    /// Only those that ended for this reason.
    #[arg(long)]
    reason: Option<String>,
    /// Only those that ended in the last.
    #[arg(long, value_parser = length)]
    ended_within: Option<Span>,
    /// Go on after the page that ended with this cursor.
    #[arg(long)]
    cursor: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

#[derive(Args)]
pub struct EndMatching {
    #[command(flatten)]
    which: Which,
    /// Why, for the operators' log.
    #[arg(long)]
    why: Option<String>,
    /// Say how many it would end; end none.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
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
            let found: SessionList<Value> = list.which.remote.get(&list.path())?;
            let lines = |found: &SessionList<Value>| {
                let more = found.next_cursor.as_ref().map(|cursor| format!("more: --cursor={cursor}"));
                found.sessions.iter().map(words::line).chain(more).collect()
            };
            output.list(&found, lines, "No session matches.")
        }
        SessionCommand::Show(one) => {
            let session: Session<Value> = one.remote.get(&path(&one))?;
            output.say(&session, words::details)
        }
        SessionCommand::EndMatching(end) => end_matching(&end, output),
        SessionCommand::End(one) => {
            let _: Value = one.remote.call(Method::DELETE, &path(&one), None)?;
            output.say(&json!({"ended": one.session}), |_| format!("{} has ended.", one.session))
        }
    }
}

impl Which {
    /// What the API takes as its filter.
    fn filter(&self) -> SessionFilter {
        SessionFilter {
            user_id: self.user.clone(),
            created_from: before(self.opened_within),
            created_before: self.opened_before,
            active_before: before(self.idle_for),
            client_id: self.client.clone(),
            settings_version: self.settings_version,
            ..SessionFilter::default()
        }
    }
}

/// The moment that is so long ago, in Unix seconds.
fn before(span: Option<Span>) -> Option<i64> {
    span.map(|span| SystemClock::default().now().minus(span).secs())
}

impl List {
    fn path(&self) -> String {
        let filter = SessionFilter {
            status: self.status.clone(),
            reason: self.reason.clone(),
            ended_from: before(self.ended_within),
            ..self.which.filter()
        };
        let mut path = format!("/v1/apps/{}/sessions?limit={}", escaped(&self.which.app), self.limit);
        let given = serde_json::to_value(filter).unwrap_or_default();
        let given = given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        for (name, value) in given {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            path += &format!("&{name}={}", escaped(&text));
        }
        if let Some(cursor) = &self.cursor {
            path += &format!("&cursor={}", escaped(cursor));
        }
        path
    }
}

/// Counts first, by the same filter to the second: nobody ends more than they were told, save what comes to match meanwhile.
fn end_matching(end: &EndMatching, output: Output) -> Result<(), Fault> {
    let path = format!("/v1/apps/{}/sessions/end", escaped(&end.which.app));
    let filter = end.which.filter();
    let body = |dry_run| json!({"filter": &filter, "reason": end.why, "dry_run": dry_run});
    let counted: Value = end.which.remote.call(Method::POST, &path, Some(&body(true)))?;
    let sessions = |n: &Value| count(n.as_u64().unwrap_or_default(), "session");
    let would_end = |n: &Value| {
        let at_least = if n["would_end_is_bound"] == true { "at least " } else { "" };
        format!("{at_least}{}", sessions(&n["would_end"]))
    };
    if end.dry_run {
        return output.say(&counted, |n| format!("{} would end. None has.", would_end(n)));
    }
    let cost = format!("This ends {} of {}.", would_end(&counted), end.which.app);
    output.confirm(&cost, end.yes)?;
    let ended: Value = end.which.remote.call(Method::POST, &path, Some(&body(false)))?;
    output.say(&ended, |ended| format!("{} ended.", sessions(&ended["ended"])))
}

fn length(text: &str) -> Result<Span, &'static str> {
    lengths::parse(text).map(Span::from_secs).ok_or("write a length of time as 90s, 10m, 2h or 7d")
}

fn moment(text: &str) -> Result<i64, &'static str> {
    times::parse(text).ok_or("write a moment as \"2026-11-25 20:16:22 UTC\" or 2026-11-25T20:16:22Z")
}

fn path(one: &One) -> String {
    format!("/v1/apps/{}/sessions/{}", escaped(&one.app), escaped(&one.session))
}
