//! `tenure backup create|verify|restore`.

mod create;
mod restore;
mod verify;

mod outcome;

mod lost;
mod revoked;

mod words;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use tenure_sqlite::backup::BackupError;

use crate::output::{Fault, Output};

#[derive(Subcommand)]
pub enum BackupCommand {
    /// Back up a store into one file, while its server runs or not.
    Create(create::Create),
    /// Check a backup without restoring it: every byte, every count, and whether a key ring opens it.
    Verify(verify::Verify),
    /// Make a store of a backup; its server must not run.
    Restore(restore::Restore),
}

/// Which store.
#[derive(Args)]
struct Place {
    /// The folder of the server's store, in which that is tenure.db.
    #[arg(long, default_value = "tenure-data")]
    data_dir: PathBuf,
    /// A store elsewhere: sqlite:PATH, as in the configuration.
    #[arg(long)]
    store: Option<String>,
}

impl Place {
    /// The store's file.
    fn database(&self) -> Result<PathBuf, Fault> {
        let Some(store) = &self.store else { return Ok(self.data_dir.join("tenure.db")) };
        match store.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(PathBuf::from(path)),
            _ => Err(Fault::failed("--store must be sqlite:PATH")),
        }
    }
}

pub fn run(command: BackupCommand, output: Output) -> Result<(), Fault> {
    match command {
        BackupCommand::Create(create) => create::run(&create, output),
        BackupCommand::Verify(verify) => verify::run(&verify, output),
        BackupCommand::Restore(restore) => restore::run(&restore, output),
    }
}

/// The folder that `file` is in.
fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(".".as_ref())
}

fn failed(error: BackupError) -> Fault {
    Fault::failed(error)
}
