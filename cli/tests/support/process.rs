//! Running the binary: a command to its end, or a server until it is told to stop.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// A command that runs longer than this hangs.
const LONGEST: Duration = Duration::from_secs(30);

/// The binary, without what this shell's environment would tell it, and without a terminal.
pub fn tenure(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
    command.args(arguments);
    bare(command)
}

/// `script`, run by `sh` with the binary as `$0` and `arguments` as `$@`.
pub fn through_sh(script: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_tenure")]).args(arguments);
    bare(command)
}

fn bare(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TENURE_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Done {
    /// The one line of JSON on standard output of a command that succeeded.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        assert_eq!(self.stdout.lines().count(), 1, "not one line: {self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What a command that failed with `code` said; it printed nothing on standard output.
    pub fn refusal(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        self.stderr.trim_end()
    }
}

/// Runs a command to its end. One that hangs is killed, which has no exit code.
pub fn run(mut command: Command) -> Done {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let pid = child.id();
    let mut err = child.stderr.take().expect("a pipe");
    let errors = thread::spawn(move || {
        let mut text = String::new();
        let _ = err.read_to_string(&mut text);
        text
    });
    let (ended, wait) = mpsc::channel();
    let waiting = thread::spawn(move || {
        let done = child.wait_with_output().expect("a child's end");
        let _ = ended.send(());
        done
    });
    if wait.recv_timeout(LONGEST).is_err() {
        signal("KILL", pid);
    }
    let done = waiting.join().expect("a child's end");
    Done {
        code: done.status.code(),
        stdout: String::from_utf8(done.stdout).expect("text"),
        stderr: errors.join().expect("a reader"),
    }
}

/// Sends a signal by its name.
pub fn signal(name: &str, pid: u32) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status();
    assert!(sent.is_ok_and(|status| status.success()), "kill -{name} {pid}");
}

/// A server that runs. Killed when it is dropped.
pub struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    log: PathBuf,
    first_line: String,
}

impl Server {
    /// Starts a server; its standard error is appended to `log`. Returns at once.
    pub fn spawn(mut command: Command, log: &Path) -> Self {
        let file = File::options().create(true).append(true).open(log).expect("a log");
        command.stdout(Stdio::piped()).stderr(file);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, stdout, log: log.to_owned(), first_line: String::new() }
    }

    /// Waits for the first line on standard output; `None` when the process ended without one.
    pub fn wait_for_line(&mut self) -> Option<&str> {
        let read = self.stdout.read_line(&mut self.first_line).expect("a pipe");
        (read > 0).then_some(self.first_line.as_str())
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has said on standard error.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn signal(&self, name: &str) {
        signal(name, self.child.id());
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// SIGTERM, and waits for the end.
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }

    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("a child's end")
    }

    /// Everything on standard output after the first line; waits for the end of the process.
    pub fn rest_of_stdout(&mut self) -> String {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("a pipe");
        rest
    }
}

impl Drop for Server {
    #[allow(clippy::print_stderr)] // Beside the failure of a test.
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            eprintln!("--- the server said:\n{}", self.log());
        }
    }
}
