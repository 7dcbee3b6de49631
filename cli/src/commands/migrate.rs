//! `tenure migrate`: offline, or before a new binary serves.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::config::Config;
use crate::node;
use crate::output::{Fault, Output};

#[derive(Args)]
pub struct MigrateArguments {
    /// The configuration file.
    #[arg(long)]
    config: Option<PathBuf>,
    /// In place of the configuration's store: sqlite:PATH.
    #[arg(long)]
    store: Option<String>,
}

pub fn run(arguments: MigrateArguments, output: Output) -> Result<(), Fault> {
    // The store alone is wanted: where clients reach the server does not matter here.
    let mut flags = vec![("public_url", "https://localhost".to_owned())];
    flags.extend(arguments.store.map(|store| ("store", store)));
    let (config, _) = Config::load(arguments.config.as_deref(), &flags).map_err(Fault::failed)?;
    let path = config.sqlite_path().map_err(Fault::failed)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        node::make_private(folder)?;
    }
    node::open_sqlite(&path, true)?;
    output.say(&json!({"ok": true}), |_| format!("{} has the schema of this binary.", path.display()))
}
