//! What commands print, and how they end.

use std::fmt;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

/// Why a command failed. The exit code is stable: 1 it failed, 3 the server cannot be reached or cannot serve now, 4 the
/// request was refused, 2 the command line is wrong.
#[derive(Debug)]
pub struct Fault {
    code: u8,
    says: String,
}

impl Fault {
    /// It failed.
    pub fn failed(says: impl fmt::Display) -> Self {
        Self { code: 1, says: says.to_string() }
    }

    /// The server cannot be reached, or cannot serve now.
    pub fn unreachable(says: impl fmt::Display) -> Self {
        Self { code: 3, says: says.to_string() }
    }

    /// The command line is wrong.
    pub fn usage(says: impl fmt::Display) -> Self {
        Self { code: 2, says: says.to_string() }
    }

    /// Whether the same may work later.
    pub fn may_pass(&self) -> bool {
        self.code == 3
    }

    /// The server refused.
    pub fn refused(says: impl fmt::Display) -> Self {
        Self { code: 4, says: says.to_string() }
    }

    /// The same fault, with what to do about it.
    pub fn with(self, hint: &str) -> Self {
        let end = if self.says.ends_with(['.', '?', '!']) { "" } else { "." };
        Self { says: format!("{}{end} {hint}", self.says), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

/// How a command speaks.
#[derive(Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    /// JSON, or words.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints `value` as one line of JSON, or what `words` makes of it. A closed pipe is no fault.
    pub fn say<T: Serialize>(self, value: &T, words: impl FnOnce(&T) -> String) -> Result<(), Fault> {
        let text =
            if self.json { serde_json::to_string(value).map_err(Fault::failed)? } else { words(value) };
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
        Ok(())
    }

    /// Prints a list as [`say`](Self::say) does; in words one line each, and `none` where there is nothing to list.
    pub fn list<T: Serialize>(
        self,
        value: &T,
        lines: impl FnOnce(&T) -> Vec<String>,
        none: &str,
    ) -> Result<(), Fault> {
        self.say(value, |value| match lines(value) {
            lines if lines.is_empty() => none.to_owned(),
            lines => lines.join("\n"),
        })
    }

    /// Says what it costs, and goes on once the caller has agreed to that: with `yes`, or at the terminal. Without either it
    /// fails, and says so.
    pub fn confirm(self, cost: &str, yes: bool) -> Result<(), Fault> {
        if yes {
            let said = if self.json { Ok(()) } else { writeln!(std::io::stderr(), "{cost}") };
            return said.or(Ok(()));
        }
        if self.json || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(Fault::failed(format!("{cost}\nNothing was done: say --yes to go on")));
        }
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "{cost}\nGo on? [y/N] ").and_then(|()| err.flush());
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).map_err(Fault::failed)?;
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Fault::failed("nothing was done")),
        }
    }

    /// Prints one of many values as [`say`](Self::say) does. `false` when nobody reads any more.
    pub fn next<T: Serialize>(self, value: &T, words: impl FnOnce(&T) -> String) -> bool {
        let text = if self.json { serde_json::to_string(value).unwrap_or_default() } else { words(value) };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()).is_ok()
    }

    /// Says on standard error why the command failed.
    pub fn fault(self, fault: &Fault) -> ExitCode {
        let text = if self.json {
            json!({"error": fault.says}).to_string()
        } else {
            format!("tenure: {}", fault.says)
        };
        let _ = writeln!(std::io::stderr(), "{text}");
        ExitCode::from(fault.code)
    }
}
