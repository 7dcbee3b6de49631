//! A closed loop: each client sends its next request when it has the answer to the last.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::http::Connection;
use super::process::own_processor_seconds;
use crate::output::Fault;

/// The longest latency that is told apart, in microseconds: a minute.
const LONGEST_MICROS: u64 = 60_000_000;

/// What a closed loop saw.
pub struct Seen {
    /// Requests answered, a second.
    pub rate: f64,
    /// Latencies in microseconds.
    pub latencies: Histogram<u64>,
    /// Answers that were not 200.
    pub failures: u64,
    /// Processor time of the generator a request, in microseconds.
    pub generator_micros: f64,
}

/// One client: says what to send, and is shown what came back.
pub trait Client {
    /// The next request, whole.
    fn request(&mut self) -> &[u8];
    /// The answer to it.
    fn answered(&mut self, status: u16, body: &[u8]) -> Result<(), Fault>;
}

/// Lets every client go round for `time` after a warm-up that is not counted, and gives them back.
#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
pub async fn closed_loop<C: Client + 'static>(
    clients: Vec<(Connection, C)>,
    warm_up: Duration,
    time: Duration,
) -> Result<(Seen, Vec<(Connection, C)>), Fault> {
    let begin = std::time::Instant::now() + warm_up;
    let end = begin + time;
    let local = tokio::task::LocalSet::new();
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|(connection, client)| local.spawn_local(go_round(connection, client, begin, end)))
        .collect();
    local
        .run_until(async {
            tokio::time::sleep_until(begin.into()).await;
            let before = own_processor_seconds();
            let (mut latencies, mut failures, mut clients) =
                (histogram()?, 0, Vec::with_capacity(tasks.len()));
            for task in tasks {
                let (seen, failed, client) = task.await.map_err(Fault::failed)??;
                latencies.add(&seen).map_err(Fault::failed)?;
                failures += failed;
                clients.push(client);
            }
            let requests = latencies.len() as f64;
            let generator_micros = (own_processor_seconds() - before) * 1e6 / requests;
            Ok((Seen { rate: requests / time.as_secs_f64(), latencies, failures, generator_micros }, clients))
        })
        .await
}

#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
async fn go_round<C: Client>(
    mut connection: Connection,
    mut client: C,
    begin: std::time::Instant,
    end: std::time::Instant,
) -> Result<(Histogram<u64>, u64, (Connection, C)), Fault> {
    let (mut latencies, mut failures) = (histogram()?, 0);
    loop {
        let sent = std::time::Instant::now();
        let answer = connection.exchange(client.request()).await?;
        let received = std::time::Instant::now();
        client.answered(answer.status, answer.body)?;
        if received >= end {
            return Ok((latencies, failures, (connection, client)));
        }
        if received >= begin {
            latencies.saturating_record(received.duration_since(sent).as_micros() as u64);
            failures += u64::from(answer.status != 200);
        }
    }
}

fn histogram() -> Result<Histogram<u64>, Fault> {
    Histogram::new_with_bounds(1, LONGEST_MICROS, 3).map_err(Fault::failed)
}
