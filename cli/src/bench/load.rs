//! Load: closed loops, in which a client sends its next request when it has the answer to the last, and open ones, in which
//! requests are due at a fixed rate whether or not the server keeps up.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::http::Connection;
use super::process::own_processor_seconds;
use crate::output::Fault;

/// The longest latency that is told apart, in microseconds: a minute.
const LONGEST_MICROS: u64 = 60_000_000;

/// What was seen.
pub struct Seen {
    /// Requests answered, a second.
    pub rate: f64,
    /// Latencies in microseconds.
    pub latencies: Histogram<u64>,
    /// Answers that were none of the expected ones.
    pub failures: u64,
    /// Processor time of the generator a request, in microseconds.
    pub generator_micros: f64,
}

impl Seen {
    /// The latency that this share of the requests did not exceed, in milliseconds.
    pub fn millis(&self, quantile: f64) -> f64 {
        self.latencies.value_at_quantile(quantile) as f64 / 1000.0
    }
}

/// One client: says what to send, and is shown what came back.
pub trait Client {
    /// The status of an answer that is none of its failures.
    const EXPECTED: u16 = 200;
    /// The next request, whole.
    fn request(&mut self) -> &[u8];
    /// The answer to it.
    fn answered(&mut self, status: u16, body: &[u8]) -> Result<(), Fault>;
}

/// Which answers count: those that come in it.
#[derive(Clone, Copy)]
pub struct Window {
    warm_up: Duration,
    time: Duration,
}

impl Window {
    /// After a warm-up that is not counted, for `time`.
    pub const fn after(warm_up: Duration, time: Duration) -> Self {
        Self { warm_up, time }
    }

    /// From the first request on.
    pub const fn of(time: Duration) -> Self {
        Self::after(Duration::ZERO, time)
    }
}

/// When requests are sent.
#[derive(Clone, Copy)]
pub enum Pace {
    /// As soon as the answer to the last is there.
    Closed,
    /// So many a second by all clients together, evenly. A client that is still waiting when a request of its is due sends it
    /// as soon as it can, and its latency counts from when it was due: a server that stalls is charged for everybody who
    /// waits. The generator's own lateness is not the server's.
    Open(u32),
}

/// Clients with their connections.
pub type Clients<C> = Vec<(Connection, C)>;

/// Lets every client go on through the window, and gives them back.
#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
pub async fn drive<C: Client + 'static>(
    clients: Clients<C>,
    window: Window,
    pace: Pace,
) -> Result<(Seen, Clients<C>), Fault> {
    let start = Instant::now();
    let begin = start + window.warm_up;
    let end = begin + window.time;
    let local = tokio::task::LocalSet::new();
    let count = clients.len() as u32;
    let tasks: Vec<_> = (0..)
        .zip(clients)
        .map(|(number, (connection, client))| {
            let due = Due::new(pace, start, number, count);
            local.spawn_local(go_round(connection, client, (begin, end), due))
        })
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
            let rate = requests / window.time.as_secs_f64();
            Ok((Seen { rate, latencies, failures, generator_micros }, clients))
        })
        .await
}

#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
async fn go_round<C: Client>(
    mut connection: Connection,
    mut client: C,
    (begin, end): (Instant, Instant),
    mut due: Due,
) -> Result<(Histogram<u64>, u64, (Connection, C)), Fault> {
    let (mut latencies, mut failures) = (histogram()?, 0);
    loop {
        let since = due.next().await;
        let answer = connection.exchange(client.request()).await?;
        let received = Instant::now();
        client.answered(answer.status, answer.body)?;
        if received >= end {
            return Ok((latencies, failures, (connection, client)));
        }
        if received >= begin {
            latencies.saturating_record(received.duration_since(since).as_micros() as u64);
            failures += u64::from(answer.status != C::EXPECTED);
        }
    }
}

/// When a client's next request is due.
struct Due(Option<(Instant, Duration)>);

impl Due {
    fn new(pace: Pace, start: Instant, number: u32, clients: u32) -> Self {
        let Pace::Open(rate) = pace else { return Self(None) };
        let between = Duration::from_secs(1) / rate.max(1);
        Self(Some((start + between * number, between * clients)))
    }

    /// Waits until a request is due, and says from when on its latency counts.
    #[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
    async fn next(&mut self) -> Instant {
        let Some((at, every)) = &mut self.0 else { return Instant::now() };
        let due = *at;
        *at += *every;
        if due <= Instant::now() {
            return due;
        }
        tokio::time::sleep_until(due.into()).await;
        Instant::now()
    }
}

pub fn histogram() -> Result<Histogram<u64>, Fault> {
    Histogram::new_with_bounds(1, LONGEST_MICROS, 3).map_err(Fault::failed)
}
