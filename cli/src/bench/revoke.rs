//! `tenure bench revoke`.

mod readers;

use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use tokio::task::LocalSet;
use tokio::time::{interval, sleep};

use super::http::Connection;
use super::load::{Clients, Pace, Seen, Window, drive};
use super::process::Server;
use super::rig::{Rig, RigArguments};
use super::sessions::{Refresher, open, open_ids, refreshers};
use crate::output::{Fault, Output};
use readers::Readers;

/// Refreshes before a rate is taken: streams that were just opened or closed have settled.
const WARM_UP: Duration = Duration::from_secs(1);
/// Rates with and without readers, in turn.
const PAIRS: usize = 2;
/// The last end has reached everybody after that.
const SETTLED: Duration = Duration::from_secs(2);

#[derive(Args)]
pub struct RevokeArguments {
    #[command(flatten)]
    rig: RigArguments,
    /// Readers of the feed, each on a connection of its own.
    #[arg(long, default_value_t = 1000)]
    readers: usize,
    /// Sessions that are ended.
    #[arg(long, default_value_t = 1000)]
    ends: usize,
    /// Ends a second.
    #[arg(long, default_value_t = 10)]
    rate: u32,
    /// Sessions that are refreshed, shared out among the clients.
    #[arg(long, default_value_t = 10_000)]
    sessions: usize,
    /// How long refreshes are counted each time.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

/// What one run saw. Quote ratios: the machine is in both halves of them.
#[derive(Serialize)]
struct Report {
    readers: usize,
    ends: usize,
    ends_per_second: u32,
    refreshes_per_second_without: f64,
    refreshes_per_second_with: f64,
    percent_kept: f64,
    refreshes_per_second_with_ends: f64,
    percent_kept_with_ends: f64,
    heard: u64,
    missed: u64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    slowest_ms: f64,
    server_resident_mib: f64,
}

pub fn run(arguments: RevokeArguments, output: Output) -> Result<(), Fault> {
    if arguments.readers == 0 || arguments.ends == 0 || arguments.rate == 0 || arguments.seconds == 0 {
        return Err(Fault::failed("there must be one reader, one end, one a second, and one second"));
    }
    crate::node::allow_many_files();
    output.say(&super::block_on(LocalSet::new().run_until(measure(&arguments)))?, words)
}

async fn measure(a: &RevokeArguments) -> Result<Report, Fault> {
    let rig = Rig::new(&a.rig)?;
    let server = rig.start(a.sessions.max(1000))?;
    let shares = open(&server, rig.clients(), 0..a.sessions).await?;
    let during =
        open_ids(&server, a.sessions..a.sessions + a.rate as usize * (a.seconds as usize + 2)).await?;
    let alone = open_ids(&server, 2 * a.sessions..2 * a.sessions + a.ends).await?;
    let mut clients = refreshers(&server, shares).await?;
    let (mut without, mut with) = (0.0, 0.0);
    for _ in 0..PAIRS {
        let rate;
        (rate, clients) = refreshes(clients, a.seconds).await?;
        without += rate / PAIRS as f64;
        let mut readers = Readers::connect(&server, a.readers).await?;
        let rate;
        (rate, clients) = refreshes(clients, a.seconds).await?;
        with += rate / PAIRS as f64;
        readers.check()?;
    }
    let mut readers = Readers::connect(&server, a.readers).await?;
    let ending = end_each(&server, &readers, &during, a.rate);
    let with_ends = tokio::select! {
        rate = refreshes(clients, a.seconds) => rate?.0,
        ended = ending => return Err(ended.err().unwrap_or_else(|| Fault::failed("too few sessions to end"))),
    };
    readers.check()?;
    drop(readers);
    let mut readers = Readers::connect(&server, a.readers).await?;
    end_each(&server, &readers, &alone, a.rate).await?;
    sleep(SETTLED).await;
    readers.check()?;
    let latencies = readers.latencies();
    let millis = |quantile: f64| latencies.value_at_quantile(quantile) as f64 / 1000.0;
    let percent = |rate: f64| (rate / without * 1000.0).round() / 10.0;
    Ok(Report {
        readers: a.readers,
        ends: a.ends,
        ends_per_second: a.rate,
        refreshes_per_second_without: without.round(),
        refreshes_per_second_with: with.round(),
        percent_kept: percent(with),
        refreshes_per_second_with_ends: with_ends.round(),
        percent_kept_with_ends: percent(with_ends),
        heard: latencies.len(),
        missed: (a.readers * a.ends) as u64 - latencies.len(),
        p50_ms: millis(0.5),
        p99_ms: millis(0.99),
        p999_ms: millis(0.999),
        slowest_ms: latencies.max() as f64 / 1000.0,
        server_resident_mib: (server.resident_bytes() as f64 / 1_048_576.0).round(),
    })
}

async fn refreshes(clients: Clients<Refresher>, seconds: u64) -> Result<(f64, Clients<Refresher>), Fault> {
    let window = Window::after(WARM_UP, Duration::from_secs(seconds));
    let (Seen { rate, .. }, clients) = drive(clients, window, Pace::Closed).await?;
    Ok((rate, clients))
}

/// Ends each of `sessions`, `rate` a second, whether or not the server keeps up.
#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
async fn end_each(server: &Server, readers: &Readers, sessions: &[String], rate: u32) -> Result<(), Fault> {
    let mut connection = Connection::open(server.address()?).await?;
    let mut due = interval(Duration::from_secs(1) / rate);
    for session in sessions {
        due.tick().await;
        let request = format!(
            "DELETE /v1/apps/{}/sessions/{session} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\r\n",
            server.says("app_id"),
            server.says("api_key")
        );
        readers.asked(session, Instant::now());
        let answer = connection.exchange(request.as_bytes()).await?;
        if answer.status != 200 {
            return Err(Fault::failed(format!("a session could not be ended: {}", answer.status)));
        }
    }
    Ok(())
}

fn words(r: &Report) -> String {
    format!(
        "{} readers of the revocation feed, {} sessions ended at {} a second

  durable refreshes, no reader           {:>9.0} /s
  … readers connected                    {:>9.0} /s   {:.1} %
  … and sessions ended meanwhile         {:>9.0} /s   {:.1} %
  from asking for an end to a reader's having read it, of {} ({} missed)
                                         p50 {:.2} ms   p99 {:.2} ms   p99.9 {:.2} ms   slowest {:.2} ms
  server's memory                        {:>9.0} MiB",
        r.readers,
        r.ends,
        r.ends_per_second,
        r.refreshes_per_second_without,
        r.refreshes_per_second_with,
        r.percent_kept,
        r.refreshes_per_second_with_ends,
        r.percent_kept_with_ends,
        r.heard,
        r.missed,
        r.p50_ms,
        r.p99_ms,
        r.p999_ms,
        r.slowest_ms,
        r.server_resident_mib
    )
}
