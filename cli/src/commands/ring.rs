//! `tenure ring`: the key ring's file. A running server reads it again on SIGHUP.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use tenure_core::id::Kid;
use tenure_service::ring::{RingFile, RingSource};

use crate::node;
use crate::output::{Fault, Output};

#[derive(Subcommand)]
pub enum RingCommand {
    /// Show the numbers and states of the keys, never the keys.
    List(File),
    /// Make a ring with one fresh key where there is none.
    Create(File),
    /// First phase: add a fresh key that is only recognised. Give the file to every node before the second.
    Add(File),
    /// Second phase: new tokens are made under this key.
    Activate(One),
    /// End every session whose newest token was made under this key.
    Retire(One),
}

#[derive(Args)]
pub struct File {
    /// The key ring's file.
    #[arg(long, default_value = "tenure-data/ring.toml")]
    ring_file: PathBuf,
}

#[derive(Args)]
pub struct One {
    /// The key's number.
    kid: u8,
    #[command(flatten)]
    file: File,
}

pub fn run(command: RingCommand, output: Output) -> Result<(), Fault> {
    let (path, changed) = match command {
        RingCommand::List(file) => return list(&read(&file.ring_file)?, output),
        RingCommand::Create(file) if file.ring_file.exists() => {
            return Err(Fault::failed(format!("{} is there already", file.ring_file.display())));
        }
        RingCommand::Create(file) => (file.ring_file, RingFile::with_key(&node::random()?)),
        RingCommand::Add(file) => {
            let mut ring = read(&file.ring_file)?;
            ring.add(&node::random()?).map_err(Fault::failed)?;
            (file.ring_file, ring)
        }
        RingCommand::Activate(one) => {
            let mut ring = read(&one.file.ring_file)?;
            ring.activate(Kid(one.kid)).map_err(Fault::failed)?;
            (one.file.ring_file, ring)
        }
        RingCommand::Retire(one) => {
            let mut ring = read(&one.file.ring_file)?;
            ring.retire(Kid(one.kid)).map_err(Fault::failed)?;
            (one.file.ring_file, ring)
        }
    };
    changed.write(&path).map_err(Fault::failed)?;
    list(&changed, output)
}

fn read(path: &Path) -> Result<RingFile, Fault> {
    RingSource::File(path.to_owned()).read().map_err(Fault::failed)
}

fn list(ring: &RingFile, output: Output) -> Result<(), Fault> {
    let keys: Vec<_> = ring.states().map(|(kid, state)| json!({"kid": kid.0, "state": state})).collect();
    output.say(&json!({"keys": keys}), |_| {
        ring.states().map(|(kid, state)| format!("key {kid}  {state}\n")).collect::<String>()
            + "A running server reads the ring again on SIGHUP."
    })
}
