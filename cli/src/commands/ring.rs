//! `tenure ring`: the key ring's file. A running server takes a changed one over by itself; what would hurt users is asked of it
//! first.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use tenure_core::id::Kid;
use tenure_service::ring::{RingFile, RingSource};
use tenure_wire::ring::{RingKey, RingReport};

use crate::counts::count;
use crate::node;
use crate::output::{Fault, Output};
use crate::remote::Remote;
use crate::times::ago;

#[derive(Subcommand)]
pub enum RingCommand {
    /// Show the numbers and states of the keys, never the keys; and what running nodes hold, if a server answers.
    List(Asking),
    /// Make a ring with one fresh key where there is none.
    Create(InFolder),
    /// First phase: add a fresh key that is only recognised. Give the file to every node before the second.
    Add(InFolder),
    /// Second phase: new tokens are made under this key. Refused while a running node does not hold it.
    Activate(One),
    /// End every session whose newest token was made under this key; says how many there are, and asks.
    Retire(Retire),
}

#[derive(Args)]
pub struct File {
    /// The key ring's file; ring.toml in the server's folder when absent.
    #[arg(long)]
    ring_file: Option<PathBuf>,
}

impl File {
    /// The file, of a server whose folder is `folder`.
    fn path(&self, folder: Option<&Path>) -> PathBuf {
        let beside = || folder.unwrap_or("tenure-data".as_ref()).join("ring.toml");
        self.ring_file.clone().unwrap_or_else(beside)
    }
}

impl Asking {
    fn ring_file(&self) -> PathBuf {
        self.file.path(self.remote.folder())
    }
}

#[derive(Args)]
pub struct InFolder {
    #[command(flatten)]
    file: File,
    /// The folder of the server's store.
    #[arg(long, default_value = "tenure-data")]
    data_dir: PathBuf,
}

impl InFolder {
    fn ring_file(&self) -> PathBuf {
        self.file.path(Some(&self.data_dir))
    }
}

#[derive(Args)]
pub struct Asking {
    #[command(flatten)]
    file: File,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Args)]
pub struct One {
    /// The key's number.
    kid: u8,
    /// No server of this ring is running: do not ask one.
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    asking: Asking,
}

#[derive(Args)]
pub struct Retire {
    #[command(flatten)]
    one: One,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

pub fn run(command: RingCommand, output: Output) -> Result<(), Fault> {
    let (path, changed) = match command {
        RingCommand::List(asking) => return list(&asking, output),
        RingCommand::Create(place) => {
            let path = place.ring_file();
            if path.exists() {
                return Err(Fault::failed(format!("{} is there already", path.display())));
            }
            (path, RingFile::with_key(&node::random()?))
        }
        RingCommand::Add(place) => {
            let path = place.ring_file();
            let mut ring = read(&path)?;
            ring.add(&node::random()?).map_err(Fault::failed)?;
            (path, ring)
        }
        RingCommand::Activate(one) => {
            let path = one.asking.ring_file();
            let mut ring = read(&path)?;
            ring.activate(Kid(one.kid)).map_err(Fault::failed)?;
            if let Some(report) = asked(&one)? {
                held_everywhere(one.kid, &report)?;
            }
            (path, ring)
        }
        RingCommand::Retire(Retire { one, yes }) => {
            let path = one.asking.ring_file();
            let mut ring = read(&path)?;
            ring.retire(Kid(one.kid)).map_err(Fault::failed)?;
            let report = asked(&one)?;
            if let Some(report) = &report {
                active_nowhere(one.kid, report)?;
            }
            output.confirm(&cost(one.kid, report.as_ref()), yes)?;
            (path, ring)
        }
    };
    changed.write(&path).map_err(Fault::failed)?;
    say(&changed, None, output)
}

fn read(path: &Path) -> Result<RingFile, Fault> {
    RingSource::File(path.to_owned()).read().map_err(Fault::failed)
}

/// What the running server says, unless there is none.
fn asked(one: &One) -> Result<Option<RingReport>, Fault> {
    if one.offline {
        return Ok(None);
    }
    let report = one.asking.remote.get("/v1/ring");
    report.map(Some).map_err(|fault| {
        fault.with(
            "Nothing was changed: a running node has to be asked first (--data-dir or --server). If none runs, say --offline.",
        )
    })
}

/// Refuses to activate a key that a running node would not recognise.
fn held_everywhere(kid: u8, report: &RingReport) -> Result<(), Fault> {
    let says = match find(kid, report) {
        None => format!("node {:?} does not hold key {kid} yet", report.node),
        Some(key) if key.not_held_by.is_empty() => return Ok(()),
        Some(key) => {
            format!(
                "not every running node holds key {kid} yet: it is missing on {}",
                quoted(&key.not_held_by)
            )
        }
    };
    let problem = report.problem.as_ref().map(|problem| format!(" It says: {problem}.")).unwrap_or_default();
    Err(Fault::refused(format!(
        "{says}.{problem} Nothing was changed: give the ring with the key to every node, and activate it when all of them \
         hold it; they take a changed file over within seconds"
    )))
}

/// Refuses to retire a key under which a running node still makes tokens.
fn active_nowhere(kid: u8, report: &RingReport) -> Result<(), Fault> {
    match find(kid, report) {
        Some(key) if !key.active_at.is_empty() => Err(Fault::refused(format!(
            "key {kid} is still active at {}. Nothing was changed: give the ring in which another key is active to every node \
             first",
            quoted(&key.active_at)
        ))),
        _ => Ok(()),
    }
}

/// Names of nodes among words.
fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

fn find(kid: u8, report: &RingReport) -> Option<&RingKey> {
    report.keys.iter().find(|key| key.kid == kid)
}

fn cost(kid: u8, report: Option<&RingReport>) -> String {
    let ends = match report.and_then(|report| find(kid, report)) {
        Some(key) => format!("ends {}: those", sessions(key)),
        None => "ends every session".to_owned(),
    };
    format!(
        "Retiring key {kid} {ends} whose newest token was made under it. Their users have to sign in again; sessions move to the \
         active key by themselves when they refresh. It cannot be undone."
    )
}

fn sessions(key: &RingKey) -> String {
    match (key.sessions.unwrap_or(0), key.sessions_is_bound) {
        (sessions, false) => count(sessions, "session"),
        (sessions, true) => format!("at least {}", count(sessions, "session")),
    }
}

/// The file, and what a server says if one answers.
fn list(asking: &Asking, output: Output) -> Result<(), Fault> {
    let ring = read(&asking.ring_file())?;
    say(&ring, asking.remote.get("/v1/ring").ok().as_ref(), output)
}

fn say(ring: &RingFile, running: Option<&RingReport>, output: Output) -> Result<(), Fault> {
    let keys: Vec<_> = ring.states().map(|(kid, state)| json!({"kid": kid.0, "state": state})).collect();
    output.say(&json!({"keys": keys, "running": running}), |_| {
        let lines: String = ring.states().map(|(kid, state)| format!("key {kid}  {state}\n")).collect();
        lines + &running.map_or("A running server takes the file over within seconds.".to_owned(), words)
    })
}

fn words(report: &RingReport) -> String {
    let mut words = format!("Node {:?} holds:\n", report.node);
    for key in &report.keys {
        words += &format!("  key {}  {}  first seen {}", key.kid, key.state, ago(key.first_seen_at));
        words += &key.sessions.map_or("\n".to_owned(), |_| format!(", {}\n", sessions(key)));
    }
    for node in report.nodes.iter().filter(|node| node.node != report.node) {
        let keys: Vec<_> = node.keys.iter().map(|key| format!("{} {}", key.kid, key.state)).collect();
        words += &format!("Node {:?}, seen {}, holds: {}\n", node.node, ago(node.seen_at), keys.join(", "));
    }
    words + &report.problem.as_ref().map(|problem| format!("Not taken over: {problem}.")).unwrap_or_default()
}
