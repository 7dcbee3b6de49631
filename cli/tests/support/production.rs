//! `tenure serve` with a configuration of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::ask::ask;
use super::dev::{Folder, port_of_ones_own, text};
use super::process::{Server, run, tenure};

/// A configuration, and the folder that it speaks of.
pub struct Production {
    pub folder: Folder,
    pub port: u16,
}

impl Production {
    pub fn new() -> Self {
        let (folder, port) = (Folder::new(), port_of_ones_own());
        fs::create_dir(folder.data()).expect("a folder");
        let this = Self { folder, port };
        this.configure("https://auth.example.com", "");
        this
    }

    /// Writes the configuration anew; `more` are further lines.
    pub fn configure(&self, public_url: &str, more: &str) {
        let config = format!(
            "public_url = '{public_url}'\nlisten = ['127.0.0.1:{}']\nconsole_listen = 'none'\nstore = 'sqlite:{}'\nring_file = '{}'\n{more}",
            self.port,
            text(&self.folder.database()),
            text(&self.ring()),
        );
        fs::write(self.config(), config).expect("a file");
    }

    pub fn config(&self) -> PathBuf {
        self.folder.beside("tenure.toml")
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let config = self.config();
        let mut all = words.to_vec();
        all.extend(["--config", text(&config)]);
        tenure(&all)
    }

    pub fn ring(&self) -> PathBuf {
        self.folder.beside("ring.toml")
    }

    pub fn make_ring(&self) {
        run(tenure(&["ring", "create", "--json", "--ring-file", text(&self.ring())])).json();
    }

    /// Starts a server, which must serve.
    pub fn start(&self, command: Command) -> Server {
        let mut server = Server::spawn(command, &self.folder.log());
        let ready = (0..400).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(25));
            server.has_ended()
                || ask(self.port, "GET", "/readyz", &[], "").is_ok_and(|answer| answer.status == 200)
        });
        assert!(ready && !server.has_ended(), "it does not serve");
        server
    }
}
