//! `tenure bench`: what this machine serves, and what it could serve at best, in one run.

mod ceiling;
mod http;
mod load;
mod open;
mod process;
mod refresh;
mod revoke;
mod rig;
mod scale;
mod sessions;
mod verify;

use clap::Subcommand;

use crate::output::{Fault, Output};

#[derive(Subcommand)]
pub enum BenchCommand {
    /// Durable, rotating refreshes over HTTP, beside the ceiling of a handler that does nothing.
    Refresh(refresh::RefreshArguments),
    /// Durable openings of sessions over HTTP, beside the same ceiling.
    Open(open::OpenArguments),
    /// What many sessions cost: the rate of refreshes, storage, memory, the start, lists, and ending all of a user's.
    Scale(scale::ScaleArguments),
    /// How soon those who follow the revocation feed hear of an end, and what their number costs those who refresh.
    Revoke(revoke::RevokeArguments),
    /// What it costs a service to verify auth tokens, for the first time and again, and what it remembers of a flood of them.
    Verify(verify::VerifyArguments),
    /// The handler that does nothing: a server that `refresh` starts for itself.
    #[command(hide = true)]
    Ceiling,
}

pub fn run(command: BenchCommand, output: Output) -> Result<(), Fault> {
    match command {
        BenchCommand::Refresh(arguments) => refresh::run(arguments, output),
        BenchCommand::Open(arguments) => open::run(arguments, output),
        BenchCommand::Scale(arguments) => scale::run(arguments, output),
        BenchCommand::Revoke(arguments) => revoke::run(arguments, output),
        BenchCommand::Verify(arguments) => verify::run(arguments, output),
        BenchCommand::Ceiling => ceiling::run(),
    }
}

/// The load generator runs on one thread.
fn block_on<T>(measured: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(Fault::failed)?.block_on(measured)
}
