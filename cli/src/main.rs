//! The `tenure` binary: development, production, and the commands that speak to a running server.

mod dev;
mod serve;

mod bench;
mod commands;
mod doctor;

mod remote;

mod node;

mod app_file;
mod log;
#[cfg(feature = "otel")]
mod traces;

mod config;
mod counts;
mod output;
mod spelling;
mod times;
mod web;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::output::{Fault, Output};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The session server that applications put behind their sign-in.
#[derive(Parser)]
#[command(name = "tenure", version, max_term_width = 100)]
struct Arguments {
    /// Print JSON and nothing else on standard output: one value, or for tail one a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve on this machine for development: no config, no account, a first session in seconds.
    Dev(dev::DevArguments),
    /// Serve in production.
    Serve(serve::ServeArguments),
    /// Check, show or describe the configuration.
    #[command(subcommand)]
    Config(commands::config::ConfigCommand),
    /// Bring the store to the schema of this binary.
    Migrate(commands::migrate::MigrateArguments),
    /// Look for what is set up wrong, and say what to do about it.
    Doctor(doctor::DoctorArguments),
    /// Ask a running server whether it can serve.
    Health(remote::Remote),
    /// Create and list apps; write them as files, and make them what a file says.
    #[command(subcommand)]
    App(commands::app::AppCommand),
    /// List, show and end sessions.
    #[command(subcommand)]
    Session(commands::session::SessionCommand),
    /// Create, list and revoke API keys.
    #[command(subcommand)]
    ApiKey(commands::api_key::ApiKeyCommand),
    /// Create, list, test and change webhooks.
    #[command(subcommand)]
    Webhook(commands::webhook::WebhookCommand),
    /// Let people into the console, list them, take them away.
    #[command(subcommand)]
    Admin(commands::admin::AdminCommand),
    /// List, rotate and retire an app's signing keys.
    #[command(subcommand)]
    Key(commands::key::KeyCommand),
    /// List, add, activate and retire keys of the key ring.
    #[command(subcommand)]
    Ring(commands::ring::RingCommand),
    /// Follow what happens, as it happens.
    Tail(commands::tail::TailArguments),
    /// Back up a store, check a backup, restore one.
    #[command(subcommand)]
    Backup(commands::backup::BackupCommand),
    /// Let clients that are ahead of a restored store go on, for a bounded time.
    Recover(commands::recover::RecoverArguments),
    /// Print the OpenAPI document of this version.
    Openapi,
    /// Print a script with which a shell completes this command line.
    Completion(commands::completion::CompletionArguments),
    /// Measure this machine.
    #[command(subcommand)]
    Bench(bench::BenchCommand),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return not_understood(&error),
    };
    let output = Output::new(arguments.json);
    match run(arguments.command, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => output.fault(&fault),
    }
}

/// Help and the version are what was asked for; all else is a wrong command line, said in the way that was asked for.
fn not_understood(error: &clap::Error) -> ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    if !error.use_stderr() || !json {
        error.exit();
    }
    let text = error.to_string();
    let says = text.trim().trim_start_matches("error: ");
    Output::new(true).fault(&Fault::usage(says.split("\n\nUsage").next().unwrap_or(says)))
}

fn run(command: Command, output: Output) -> Result<(), Fault> {
    match command {
        Command::Dev(arguments) => dev::run(arguments, output),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Config(command) => commands::config::run(command, output),
        Command::Migrate(arguments) => commands::migrate::run(arguments, output),
        Command::Doctor(arguments) => doctor::run(arguments, output),
        Command::Health(remote) => commands::health::run(&remote, output),
        Command::App(command) => commands::app::run(command, output),
        Command::Session(command) => commands::session::run(command, output),
        Command::ApiKey(command) => commands::api_key::run(command, output),
        Command::Webhook(command) => commands::webhook::run(command, output),
        Command::Admin(command) => commands::admin::run(command, output),
        Command::Key(command) => commands::key::run(command, output),
        Command::Ring(command) => commands::ring::run(command, output),
        Command::Tail(arguments) => commands::tail::run(arguments, output),
        Command::Backup(command) => commands::backup::run(command, output),
        Command::Recover(arguments) => commands::recover::run(arguments, output),
        Command::Openapi => commands::openapi::run(output),
        Command::Completion(arguments) => commands::completion::run(&arguments, Arguments::command(), output),
        Command::Bench(command) => bench::run(command, output),
    }
}
