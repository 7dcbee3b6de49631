//! `tenure dev` on a folder of its own, and what one does with it.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use serde_json::{Value, json};

use super::ask::{Answer, ask};
use super::process::{Done, Server, run, tenure};
use super::random::{Random, fresh_seed};

/// A running development server.
pub struct Dev {
    pub server: Server,
    pub port: u16,
    pub ready: Value,
}

/// The tokens of a session.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub sid: String,
    pub refresh: String,
    pub auth: String,
}

/// A folder for a server's data, and one for what must not be in there.
pub struct Folder {
    root: tempfile::TempDir,
}

impl Folder {
    pub fn new() -> Self {
        Self { root: tempfile::tempdir().expect("a folder") }
    }

    pub fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    pub fn log(&self) -> PathBuf {
        self.root.path().join("log")
    }

    pub fn database(&self) -> PathBuf {
        self.data().join("tenure.db")
    }

    pub fn ring(&self) -> PathBuf {
        self.data().join("ring.toml")
    }

    /// A place outside the data.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Starts a server that logs everything worth a warning.
    pub fn dev(&self) -> Dev {
        self.dev_with(&[])
    }

    pub fn dev_with(&self, more: &[&str]) -> Dev {
        Dev::start(tenure(&arguments(&self.data(), more)), &self.log())
    }

    /// Starts a server that is expected to end by itself.
    pub fn refused(&self, more: &[&str]) -> Done {
        run(tenure(&arguments(&self.data(), more)))
    }

    /// Runs a command that speaks to the server of this folder.
    pub fn command(&self, words: &[&str]) -> Done {
        let data = self.data();
        let mut all = words.to_vec();
        all.extend(["--data-dir", text(&data)]);
        run(tenure(&all))
    }
}

/// What `dev --json` is started with, on free ports.
pub fn arguments<'a>(data: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["dev", "--json", "--data-dir", text(data)];
    if !more.contains(&"--listen") {
        all.extend(["--listen", "127.0.0.1:0"]);
    }
    if !more.iter().any(|word| word.contains("console")) {
        all.extend(["--console-listen", "127.0.0.1:0"]);
    }
    all.extend(more);
    all
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

impl Dev {
    /// Starts `command`, which prints the line of `dev --json`.
    pub fn start(command: Command, log: &Path) -> Self {
        let mut server = Server::spawn(command, log);
        let Some(line) = server.wait_for_line().map(str::to_owned) else {
            panic!("the server did not start");
        };
        let ready: Value = serde_json::from_str(&line).expect("one line of JSON");
        let port = ready["url"].as_str().and_then(|url| url.rsplit_once(':')?.1.parse().ok());
        Self { server, port: port.expect("a port"), ready }
    }

    pub fn api_key(&self) -> &str {
        self.ready["api_key"].as_str().expect("a key")
    }

    /// Sends a request below the demo app's issuer.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        ask(self.port, method, &format!("/v1/apps/demo{path}"), headers, body).expect("an answer")
    }

    /// The same with the development key.
    pub fn manage(&self, method: &str, path: &str, body: &str) -> Answer {
        self.ask(method, path, &[("Authorization", &format!("Bearer {}", self.api_key()))], body)
    }

    pub fn open(&self, user: &str) -> Tokens {
        tokens(&self.manage("POST", "/sessions", &json!({"user_id": user}).to_string()).expect(201))
    }

    /// Refreshes without a key.
    pub fn refresh(&self, token: &str) -> Answer {
        self.ask("POST", "/tokens", &[], &json!({"refresh_token": token}).to_string())
    }

    /// Refreshes with a key.
    pub fn refresh_with(&self, token: &str, key: &str) -> Answer {
        let body = json!({"refresh_token": token}).to_string();
        self.ask("POST", "/tokens", &[("Idempotency-Key", key)], &body)
    }

    pub fn sign_out(&self, token: &str) -> Answer {
        self.ask("DELETE", "/tokens", &[], &json!({"refresh_token": token}).to_string())
    }

    /// SIGTERM; the server must end well.
    pub fn stop(mut self) {
        let status: ExitStatus = self.server.terminate();
        assert_eq!(status.code(), Some(0), "{}", self.server.log());
    }
}

/// The tokens of an answer that carries some.
pub fn tokens(answer: &Answer) -> Tokens {
    let result = &answer.json()["auth_result"];
    let text =
        |name: &str| result[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer:?}")).to_owned();
    Tokens { sid: text("session_id"), refresh: text("refresh_token"), auth: text("auth_token") }
}

/// A port that nobody uses, and that the system does not hand out to clients: one that connects while the server is away
/// must not get it as its own.
pub fn port_of_ones_own() -> u16 {
    let mut random = Random::new(fresh_seed());
    loop {
        let port = u16::try_from(random.between(15_000, 30_000)).expect("a port");
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
