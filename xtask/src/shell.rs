//! Running other programs.

use std::path::Path;
use std::process::{Command, Stdio};

/// A command line and what it finds in its environment.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) words: &'static [&'static str],
    pub(crate) env: &'static [(&'static str, &'static str)],
}

impl Line {
    /// As one would type it.
    pub(crate) fn typed(&self) -> String {
        let env = self.env.iter().map(|(key, value)| format!("{key}='{value}'"));
        env.chain(self.words.iter().map(|w| (*w).to_owned())).collect::<Vec<_>>().join(" ")
    }
}

/// Runs `words` in `dir` with our output; `Err` names the command.
pub(crate) fn run(dir: &Path, words: &[&str], env: &[(&str, &str)]) -> Result<(), String> {
    let status = command(dir, words).envs(env.iter().copied()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` failed: {status}", words.join(" "))),
        Err(why) => Err(format!("`{}` could not start: {why}", words.join(" "))),
    }
}

/// What `words` prints; `None` when it cannot start or fails.
pub(crate) fn output(dir: &Path, words: &[&str]) -> Option<String> {
    let output = command(dir, words).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn command(dir: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(dir).stdin(Stdio::null());
    // `cargo run` tells us about our own package; handed on, that would make build scripts believe that something changed.
    for (key, _) in std::env::vars_os() {
        let key = key.to_string_lossy().into_owned();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_NAME", "CARGO_CRATE_NAME"]
            .iter()
            .any(|p| key.starts_with(p))
        {
            command.env_remove(key);
        }
    }
    command
}
