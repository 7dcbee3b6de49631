//! `tenure completion bash|zsh|fish`.

use clap::{Args, Command, ValueEnum};
use clap_complete::Shell as Generated;

use crate::output::{Fault, Output};

#[derive(Args)]
pub struct CompletionArguments {
    /// The shell. Put what is printed where it looks: `tenure completion bash > /etc/bash_completion.d/tenure`.
    shell: Shell,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Completes what `command`, the whole command line, takes.
pub fn run(arguments: &CompletionArguments, mut command: Command, output: Output) -> Result<(), Fault> {
    let shell = match arguments.shell {
        Shell::Bash => Generated::Bash,
        Shell::Zsh => Generated::Zsh,
        Shell::Fish => Generated::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "tenure", &mut script);
    let script = String::from_utf8(script).map_err(Fault::failed)?;
    output.say(&script, String::clone)
}
