//! `tenure config check|dump|schema`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::config::{Config, KEYS, schema};
use crate::output::{Fault, Output};

#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Say whether the configuration can be used.
    Check(File),
    /// Print the configuration in force, without secrets.
    Dump(File),
    /// Print the JSON Schema of the configuration.
    Schema,
}

#[derive(Args)]
pub struct File {
    /// The configuration file.
    #[arg(long)]
    config: Option<PathBuf>,
}

pub fn run(command: ConfigCommand, output: Output) -> Result<(), Fault> {
    match command {
        ConfigCommand::Schema => output.say(&schema(), |schema| format!("{schema:#}")),
        ConfigCommand::Check(file) => {
            Config::load(file.config.as_deref(), &[]).map_err(Fault::failed)?;
            output.say(&json!({"ok": true}), |_| "Every value of the configuration can be used. Whether the store, the key ring and the addresses are right: tenure doctor \
                 --config.".to_owned())
        }
        ConfigCommand::Dump(file) => {
            let (_, mut table) = Config::load(file.config.as_deref(), &[]).map_err(Fault::failed)?;
            for key in KEYS.iter().filter(|key| key.secret) {
                if let Some(value) = table.get_mut(key.path) {
                    *value = toml::Value::String("(not shown)".to_owned());
                }
            }
            output.say(&table, |table| toml::to_string(table).unwrap_or_default())
        }
    }
}
