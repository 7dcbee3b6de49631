//! Ending all sessions of a user who has many, while everybody else refreshes.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{HEAVY_USERS, heavy};
use crate::bench::http::Connection;
use crate::bench::load::{Client, Clients, Pace, Window, drive};
use crate::bench::process::Server;
use crate::bench::sessions::Refresher;
use crate::output::Fault;

/// How long the rate is taken before the first end, and between two.
const BEFORE: Duration = Duration::from_secs(2);
/// Longer than all ends and what is between them.
const WINDOW: Duration = Duration::from_secs(12);

#[derive(Serialize)]
pub(super) struct Ended {
    pub(super) slowest_ms: f64,
    pub(super) refreshes_before_per_second: f64,
    pub(super) refreshes_meanwhile_per_second: f64,
    pub(super) percent_meanwhile: f64,
}

/// Counts the answers of all clients.
pub(super) struct Counted {
    pub(super) inner: Refresher,
    answered: Rc<Cell<u64>>,
}

impl Client for Counted {
    fn request(&mut self) -> &[u8] {
        self.inner.request()
    }

    fn answered(&mut self, status: u16, body: &[u8]) -> Result<(), Fault> {
        self.answered.set(self.answered.get() + 1);
        self.inner.answered(status, body)
    }
}

pub(super) async fn measure(
    server: &Server,
    clients: Clients<Refresher>,
) -> Result<(Ended, Clients<Refresher>), Fault> {
    let (answered, clients) = counted(clients);
    let (driven, ended) =
        tokio::join!(drive(clients, Window::of(WINDOW), Pace::Closed), end_all(server, &answered));
    let clients = driven?.1.into_iter().map(|(connection, counted)| (connection, counted.inner)).collect();
    Ok((ended?, clients))
}

/// The same clients, with a count of what they were answered.
pub(super) fn counted(clients: Clients<Refresher>) -> (Rc<Cell<u64>>, Clients<Counted>) {
    let answered = Rc::new(Cell::new(0));
    let count = |(connection, inner)| (connection, Counted { inner, answered: answered.clone() });
    let clients = clients.into_iter().map(count).collect();
    (answered, clients)
}

#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
async fn end_all(server: &Server, answered: &Cell<u64>) -> Result<Ended, Fault> {
    let mut connection = Connection::open(server.address()?).await?;
    let (mut slowest, mut before, mut meanwhile) = (Duration::ZERO, (0, Duration::ZERO), (0, Duration::ZERO));
    for number in 0..HEAVY_USERS {
        let (from, counted) = (Instant::now(), answered.get());
        tokio::time::sleep(BEFORE).await;
        before = (before.0 + answered.get() - counted, before.1 + from.elapsed());
        let (from, counted) = (Instant::now(), answered.get());
        let answer = connection.exchange(request(server, &heavy(number)).as_bytes()).await?;
        if answer.status != 200 {
            return Err(Fault::failed(format!("the end of a user was answered with {}", answer.status)));
        }
        meanwhile = (meanwhile.0 + answered.get() - counted, meanwhile.1 + from.elapsed());
        slowest = slowest.max(from.elapsed());
    }
    let rate = |(count, time): (u64, Duration)| (count as f64 / time.as_secs_f64()).round();
    Ok(Ended {
        slowest_ms: (slowest.as_secs_f64() * 1e4).round() / 10.0,
        refreshes_before_per_second: rate(before),
        refreshes_meanwhile_per_second: rate(meanwhile),
        percent_meanwhile: (rate(meanwhile) / rate(before) * 1000.0).round() / 10.0,
    })
}

fn request(server: &Server, user: &str) -> String {
    format!(
        "DELETE /v1/apps/{}/users/{user}/tokens HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\r\n",
        server.says("app_id"),
        server.says("api_key")
    )
}
