//! The servers that a benchmark starts: processes of this same binary.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::output::Fault;

/// Clock ticks a second, as Linux counts the processor time of a process.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    ready: Value,
}

impl Server {
    /// Starts this binary with `arguments` and waits for its line of JSON.
    pub fn start(arguments: &[&str]) -> Result<Self, Fault> {
        let binary = std::env::current_exe().map_err(Fault::failed)?;
        let mut command = Command::new(binary);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(Fault::failed)?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(Fault::failed)?;
        }
        let ready =
            serde_json::from_str(&line).map_err(|_| Fault::failed("the server under test did not start"))?;
        Ok(Self { child, ready })
    }

    /// What it said when it was ready.
    pub fn says(&self, key: &str) -> &str {
        self.ready[key].as_str().unwrap_or_default()
    }

    /// Where it listens.
    pub fn address(&self) -> Result<SocketAddr, Fault> {
        let port = self.says("url").rsplit(':').next().and_then(|port| port.parse().ok());
        Ok(SocketAddr::from(([127, 0, 0, 1], port.ok_or_else(|| Fault::failed("a server without a port"))?)))
    }

    /// Processor time that it has used, in seconds.
    pub fn processor_seconds(&self) -> f64 {
        processor_seconds(&format!("/proc/{}/stat", self.child.id()))
    }

    /// Memory that it holds, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        resident_bytes(&format!("/proc/{}/status", self.child.id()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time that this process has used, in seconds.
pub fn own_processor_seconds() -> f64 {
    processor_seconds("/proc/self/stat")
}

/// Memory that this process holds, in bytes.
pub fn own_resident_bytes() -> u64 {
    resident_bytes("/proc/self/status")
}

fn resident_bytes(path: &str) -> u64 {
    let status = std::fs::read_to_string(path).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
}

fn processor_seconds(path: &str) -> f64 {
    let stat = std::fs::read_to_string(path).unwrap_or_default();
    // The name of the process, in parentheses, may hold anything: count from behind it.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_PER_SECOND
}

/// Bytes of all files in `folder`.
pub fn bytes_in(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).filter(std::fs::Metadata::is_file).map(|m| m.len()).sum()
}
