//! `tenure bench refresh`.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::load::{Clients, Pace, Seen, Window, drive};
use super::rig::{Rig, RigArguments};
use super::sessions::{Refresher, open, refreshers};
use crate::output::{Fault, Output};

#[derive(Args)]
pub struct RefreshArguments {
    #[command(flatten)]
    rig: RigArguments,
    /// Sessions, shared out among the clients.
    #[arg(long, default_value_t = 10_000)]
    sessions: usize,
    /// How long refreshes are counted.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Refreshes a second that are due whether or not the server keeps up (an open loop); without it each client waits for
    /// its answer (a closed loop).
    #[arg(long)]
    rate: Option<u32>,
}

/// What one run saw. Quote ratios: the machine is in both halves of them.
#[derive(Serialize)]
struct Report {
    clients: usize,
    sessions: usize,
    seconds: u64,
    due_per_second: Option<u32>,
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
    if arguments.sessions < arguments.rig.clients || arguments.seconds == 0 {
        return Err(Fault::failed("there must be at least one second, and one session a client"));
    }
    output.say(&super::block_on(measure(&arguments))?, words)
}

async fn measure(arguments: &RefreshArguments) -> Result<Report, Fault> {
    let rig = Rig::new(&arguments.rig)?;
    let before = rig.ceiling().await?;
    let server = rig.start(arguments.sessions.max(1000))?;
    let shares = open(&server, rig.clients(), 0..arguments.sessions).await?;
    let clients = go_round_twice(refreshers(&server, shares).await?, arguments.sessions).await?;
    let store_bytes_before = rig.settled_bytes().await;
    let used = server.processor_seconds();
    let pace = arguments.rate.map_or(Pace::Closed, Pace::Open);
    let (seen, _) = drive(clients, Window::of(Duration::from_secs(arguments.seconds)), pace).await?;
    let server_cpu = (server.processor_seconds() - used) * 1e6 / seen.latencies.len() as f64;
    let resident = server.resident_bytes();
    let store_bytes_after = rig.settled_bytes().await;
    drop(server);
    let ceiling = (before + rig.ceiling().await?) / 2.0;
    Ok(Report {
        clients: rig.clients(),
        sessions: arguments.sessions,
        seconds: arguments.seconds,
        due_per_second: arguments.rate,
        ceiling_per_second: ceiling.round(),
        refreshes_per_second: seen.rate.round(),
        percent_of_ceiling: (seen.rate / ceiling * 1000.0).round() / 10.0,
        p50_ms: seen.millis(0.5),
        p99_ms: seen.millis(0.99),
        p999_ms: seen.millis(0.999),
        failures: seen.failures,
        server_cpu_micros: server_cpu.round(),
        generator_cpu_micros: seen.generator_micros.round(),
        server_resident_mib: (resident as f64 / 1_048_576.0).round(),
        store_bytes_before,
        store_bytes_after,
    })
}

/// A row is as wide as it gets once its session was refreshed twice: only from then on may the store not grow.
async fn go_round_twice(
    mut clients: Clients<Refresher>,
    sessions: usize,
) -> Result<Clients<Refresher>, Fault> {
    let mut refreshed = 0;
    while refreshed < 3 * sessions as u64 {
        let (seen, back): (Seen, _) =
            drive(clients, Window::of(Duration::from_secs(1)), Pace::Closed).await?;
        refreshed += seen.latencies.len();
        clients = back;
    }
    Ok(clients)
}

fn words(r: &Report) -> String {
    let due =
        r.due_per_second.map_or("each waits for its answer".into(), |rate| format!("{rate} due a second"));
    format!(
        "{} clients ({due}), {} sessions, {} s; every refresh rotates and is on disk before it is answered

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
