//! `tenure bench refresh`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::http::Connection;
use super::load::{Seen, closed_loop};
use super::process::{Server, bytes_in};
use super::sessions::{Refresher, Repeater, open};
use crate::output::{Fault, Output};

type Clients = Vec<(Connection, Refresher)>;

#[derive(Args)]
pub struct RefreshArguments {
    /// Keep-alive clients, each with its share of the sessions.
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Sessions.
    #[arg(long, default_value_t = 10_000)]
    sessions: usize,
    /// How long refreshes are counted.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Threads of the server that serve requests.
    #[arg(long, default_value_t = 2)]
    worker_threads: usize,
    /// Where the store under test is kept; must not be there yet, is removed afterwards. Take a folder on the disk that is
    /// to be measured.
    #[arg(long, default_value = "tenure-bench-data")]
    data_dir: PathBuf,
}

/// What one run saw. Quote ratios: the machine is in both halves of them.
#[derive(Serialize)]
struct Report {
    clients: usize,
    sessions: usize,
    seconds: u64,
    ceiling_per_second: f64,
    refreshes_per_second: f64,
    percent_of_ceiling: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    failures: u64,
    server_cpu_micros: f64,
    generator_cpu_micros: f64,
    server_resident_mib: f64,
    store_bytes_before: u64,
    store_bytes_after: u64,
}

pub fn run(arguments: RefreshArguments, output: Output) -> Result<(), Fault> {
    if arguments.data_dir.exists() {
        return Err(Fault::failed(format!("{} is there already", arguments.data_dir.display())));
    }
    if arguments.clients == 0 || arguments.sessions < arguments.clients || arguments.seconds == 0 {
        return Err(Fault::failed("there must be at least one client, one second, and one session a client"));
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::failed)?;
    let report = runtime.block_on(measure(&arguments));
    let _ = std::fs::remove_dir_all(&arguments.data_dir);
    output.say(&report?, words)
}

async fn measure(arguments: &RefreshArguments) -> Result<Report, Fault> {
    let seconds = arguments.seconds;
    let before = ceiling(arguments).await?;
    let (threads, cached) = (arguments.worker_threads.to_string(), arguments.sessions.max(1000).to_string());
    let folder = arguments.data_dir.to_string_lossy();
    let server = Server::start(&[
        "dev",
        "--json",
        "--listen",
        "127.0.0.1:0",
        "--log",
        "error",
        "--data-dir",
        &folder,
        "--worker-threads",
        &threads,
        "--cached-sessions",
        &cached,
    ])?;
    let shares = open(&server, arguments.clients, arguments.sessions).await?;
    let mut clients = Vec::with_capacity(arguments.clients);
    for (number, tokens) in shares.into_iter().enumerate() {
        let connection = Connection::open(server.address()?).await?;
        clients.push((connection, Refresher::new(server.says("app_id"), number, tokens)));
    }
    let clients = go_round_twice(clients, arguments.sessions).await?;
    let store_before = settled_bytes(&arguments.data_dir).await;
    let used = server.processor_seconds();
    let (seen, _) = closed_loop(clients, Duration::ZERO, Duration::from_secs(seconds)).await?;
    let server_cpu = (server.processor_seconds() - used) * 1e6 / seen.latencies.len() as f64;
    let resident = server.resident_bytes();
    let store_after = settled_bytes(&arguments.data_dir).await;
    drop(server);
    let after = ceiling(arguments).await?;
    Ok(report(
        arguments,
        (before.rate + after.rate) / 2.0,
        &seen,
        server_cpu,
        resident,
        (store_before, store_after),
    ))
}

/// A row is as wide as it gets once its session was refreshed twice: only from then on may the store not grow.
async fn go_round_twice(mut clients: Clients, sessions: usize) -> Result<Clients, Fault> {
    let mut refreshed = 0;
    while refreshed < 3 * sessions as u64 {
        let (seen, back) = closed_loop(clients, Duration::ZERO, Duration::from_secs(1)).await?;
        refreshed += seen.latencies.len();
        clients = back;
    }
    Ok(clients)
}

async fn ceiling(arguments: &RefreshArguments) -> Result<Seen, Fault> {
    let server = Server::start(&["bench", "ceiling"])?;
    let mut clients = Vec::with_capacity(arguments.clients);
    for _ in 0..arguments.clients {
        clients.push((Connection::open(server.address()?).await?, Repeater::new()));
    }
    closed_loop(clients, Duration::from_millis(500), Duration::from_secs(3)).await.map(|(seen, _)| seen)
}

/// The size of the database itself once the log was written back: a checkpoint runs beside the load.
async fn settled_bytes(folder: &Path) -> u64 {
    tokio::time::sleep(Duration::from_millis(1500)).await;
    bytes_in(folder).saturating_sub(wal_bytes(folder))
}

fn wal_bytes(folder: &Path) -> u64 {
    std::fs::metadata(folder.join("tenure.db-wal")).map_or(0, |metadata| metadata.len())
}

fn report(
    arguments: &RefreshArguments,
    ceiling: f64,
    seen: &Seen,
    server_cpu_micros: f64,
    resident: u64,
    (store_bytes_before, store_bytes_after): (u64, u64),
) -> Report {
    let millis = |quantile| seen.latencies.value_at_quantile(quantile) as f64 / 1000.0;
    Report {
        clients: arguments.clients,
        sessions: arguments.sessions,
        seconds: arguments.seconds,
        ceiling_per_second: ceiling.round(),
        refreshes_per_second: seen.rate.round(),
        percent_of_ceiling: (seen.rate / ceiling * 1000.0).round() / 10.0,
        p50_ms: millis(0.5),
        p99_ms: millis(0.99),
        p999_ms: millis(0.999),
        failures: seen.failures,
        server_cpu_micros: server_cpu_micros.round(),
        generator_cpu_micros: seen.generator_micros.round(),
        server_resident_mib: (resident as f64 / 1_048_576.0).round(),
        store_bytes_before,
        store_bytes_after,
    }
}

fn words(r: &Report) -> String {
    format!(
        "{} clients, {} sessions, {} s; every refresh rotates and is on disk before it is answered

  ceiling (a handler that does nothing)  {:>9.0} /s
  durable refreshes                      {:>9.0} /s   {:.1} % of the ceiling
  latency                                p50 {:.2} ms   p99 {:.2} ms   p99.9 {:.2} ms
  answers that were not 200              {:>9}
  processor a refresh                    server {:.0} µs   load generator {:.0} µs
  server's memory                        {:>9.0} MiB
  the store, without its log             {} bytes before, {} after",
        r.clients,
        r.sessions,
        r.seconds,
        r.ceiling_per_second,
        r.refreshes_per_second,
        r.percent_of_ceiling,
        r.p50_ms,
        r.p99_ms,
        r.p999_ms,
        r.failures,
        r.server_cpu_micros,
        r.generator_cpu_micros,
        r.server_resident_mib,
        r.store_bytes_before,
        r.store_bytes_after
    )
}
