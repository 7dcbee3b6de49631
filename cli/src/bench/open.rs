//! `tenure bench open`.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::http::Connection;
use super::load::{Pace, Window, drive};
use super::rig::{Rig, RigArguments};
use super::sessions::Opener;
use crate::output::{Fault, Output};

#[derive(Args)]
pub struct OpenArguments {
    #[command(flatten)]
    rig: RigArguments,
    /// How long openings are counted.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Openings a second that are due whether or not the server keeps up (an open loop); without it each client waits for its
    /// answer (a closed loop).
    #[arg(long)]
    rate: Option<u32>,
}

/// What one run saw.
#[derive(Serialize)]
struct Report {
    clients: usize,
    seconds: u64,
    due_per_second: Option<u32>,
    ceiling_per_second: f64,
    openings_per_second: f64,
    percent_of_ceiling: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    failures: u64,
}

pub fn run(arguments: OpenArguments, output: Output) -> Result<(), Fault> {
    output.say(&super::block_on(measure(&arguments))?, words)
}

async fn measure(arguments: &OpenArguments) -> Result<Report, Fault> {
    let rig = Rig::new(&arguments.rig)?;
    let before = rig.ceiling().await?;
    let server = rig.start(10_000)?;
    let mut clients = Vec::with_capacity(rig.clients());
    for number in 0..rig.clients() {
        clients.push((Connection::open(server.address()?).await?, Opener::new(&server, number)));
    }
    let window = Window::after(Duration::from_secs(1), Duration::from_secs(arguments.seconds));
    let pace = arguments.rate.map_or(Pace::Closed, Pace::Open);
    let (seen, _) = drive(clients, window, pace).await?;
    drop(server);
    let ceiling = (before + rig.ceiling().await?) / 2.0;
    Ok(Report {
        clients: rig.clients(),
        seconds: arguments.seconds,
        due_per_second: arguments.rate,
        ceiling_per_second: ceiling.round(),
        openings_per_second: seen.rate.round(),
        percent_of_ceiling: (seen.rate / ceiling * 1000.0).round() / 10.0,
        p50_ms: seen.millis(0.5),
        p99_ms: seen.millis(0.99),
        p999_ms: seen.millis(0.999),
        failures: seen.failures,
    })
}

fn words(r: &Report) -> String {
    let due =
        r.due_per_second.map_or("each waits for its answer".into(), |rate| format!("{rate} due a second"));
    format!(
        "{} clients ({due}), {} s; every session is on disk before it is answered

  ceiling (a handler that does nothing)  {:>9.0} /s
  durable openings                       {:>9.0} /s   {:.1} % of the ceiling
  latency                                p50 {:.2} ms   p99 {:.2} ms   p99.9 {:.2} ms
  answers that were not 201              {:>9}",
        r.clients,
        r.seconds,
        r.ceiling_per_second,
        r.openings_per_second,
        r.percent_of_ceiling,
        r.p50_ms,
        r.p99_ms,
        r.p999_ms,
        r.failures
    )
}
