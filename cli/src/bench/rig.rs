//! What every benchmark stands on: a server under test in a folder of its own, and the ceiling of the same machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::http::Connection;
use super::load::{Pace, Seen, Window, drive};
use super::process::{Server, bytes_in};
use super::sessions::Repeater;
use crate::output::Fault;

/// How the server under test runs.
#[derive(Args)]
pub struct RigArguments {
    /// Keep-alive clients.
    #[arg(long, default_value_t = 64)]
    pub clients: usize,
    /// Threads of the server that serve requests. One beside a load generator on two cores serves as much as two, with a
    /// shorter tail.
    #[arg(long, default_value_t = 1)]
    worker_threads: usize,
    /// Where the store under test is kept; must not be there yet, is removed afterwards. Take a folder on the disk that is
    /// to be measured.
    #[arg(long, default_value = "tenure-bench-data")]
    data_dir: PathBuf,
}

impl RigArguments {
    /// A server that has other things to do than to answer.
    pub fn with_one_client(data_dir: PathBuf) -> Self {
        Self { clients: 1, worker_threads: 1, data_dir }
    }
}

/// The folder under test; removed when dropped.
pub struct Rig<'a> {
    arguments: &'a RigArguments,
}

impl<'a> Rig<'a> {
    /// Refuses a folder that is there already: it might be somebody's.
    pub fn new(arguments: &'a RigArguments) -> Result<Self, Fault> {
        if arguments.data_dir.exists() {
            return Err(Fault::failed(format!("{} is there already", arguments.data_dir.display())));
        }
        if arguments.clients == 0 {
            return Err(Fault::failed("there must be at least one client"));
        }
        Ok(Self { arguments })
    }

    /// Keep-alive clients.
    pub fn clients(&self) -> usize {
        self.arguments.clients
    }

    /// Starts the server; again after it was dropped: on what it left.
    pub fn start(&self, cached_sessions: usize) -> Result<Server, Fault> {
        let (threads, cached) = (self.arguments.worker_threads.to_string(), cached_sessions.to_string());
        let folder = self.arguments.data_dir.to_string_lossy();
        let mut words = vec![
            "dev",
            "--json",
            "--console-listen",
            "127.0.0.1:0",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "error",
        ];
        words.extend(["--data-dir", &folder, "--worker-threads", &threads, "--cached-sessions", &cached]);
        Server::start(&words)
    }

    /// What a handler that does nothing serves to as many clients.
    pub async fn ceiling(&self) -> Result<f64, Fault> {
        let server = Server::start(&["bench", "ceiling"])?;
        let mut clients = Vec::with_capacity(self.clients());
        for _ in 0..self.clients() {
            clients.push((Connection::open(server.address()?).await?, Repeater::new()));
        }
        let window = Window::after(Duration::from_millis(500), Duration::from_secs(3));
        let (Seen { rate, .. }, _) = drive(clients, window, Pace::Closed).await?;
        Ok(rate)
    }

    /// The size of the database itself once the log was written back: a checkpoint runs beside the load.
    pub async fn settled_bytes(&self) -> u64 {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let folder: &Path = &self.arguments.data_dir;
        let log = std::fs::metadata(folder.join("tenure.db-wal")).map_or(0, |metadata| metadata.len());
        bytes_in(folder).saturating_sub(log)
    }
}

impl Drop for Rig<'_> {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.arguments.data_dir);
    }
}
