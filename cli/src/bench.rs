//! `tenure bench`: what this machine serves, and what it could serve at best, in one run.

mod ceiling;
mod http;
mod load;
mod process;
mod refresh;
mod sessions;

use clap::Subcommand;

use crate::output::{Fault, Output};

#[derive(Subcommand)]
pub enum BenchCommand {
    /// Durable, rotating refreshes over HTTP, beside the ceiling of a handler that does nothing.
    Refresh(refresh::RefreshArguments),
    /// The handler that does nothing: a server that `refresh` starts for itself.
    #[command(hide = true)]
    Ceiling,
}

pub fn run(command: BenchCommand, output: Output) -> Result<(), Fault> {
    match command {
        BenchCommand::Refresh(arguments) => refresh::run(arguments, output),
        BenchCommand::Ceiling => ceiling::run(),
    }
}
