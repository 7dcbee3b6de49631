//! Readers of the revocation feed, each on a stream of its own, that note when they hear of an end.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::bench::http::find;
use crate::bench::load::histogram;
use crate::bench::process::Server;
use crate::output::Fault;

/// A session's id is so long.
const SID_BYTES: usize = 22;

/// What all of them heard.
pub struct Heard {
    /// When the end of each session was asked for.
    asked: HashMap<Vec<u8>, Instant>,
    /// From there to each reader's having read it, in microseconds.
    pub latencies: Histogram<u64>,
    /// Messages that were read whole.
    messages: usize,
}

/// Readers that are connected. Dropped, they hang up.
pub struct Readers {
    tasks: JoinSet<Result<(), Fault>>,
    heard: Rc<RefCell<Heard>>,
}

impl Readers {
    /// Connects `count` of them, and waits until each has read its snapshot. Must be called within a local set.
    pub async fn connect(server: &Server, count: usize) -> Result<Self, Fault> {
        let heard = Heard { asked: HashMap::new(), latencies: histogram()?, messages: 0 };
        let heard = Rc::new(RefCell::new(heard));
        let request = format!(
            "GET /v1/apps/{}/revocations HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\
             authorization: Bearer {}\r\n\r\n",
            server.says("app_id"),
            server.says("api_key")
        );
        let mut tasks = JoinSet::new();
        for _ in 0..count {
            let reader = follow(server.address()?, request.clone(), heard.clone());
            tasks.spawn_local(reader);
        }
        let mut readers = Self { tasks, heard };
        while readers.heard.borrow().messages < count {
            readers.check()?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(readers)
    }

    /// The end of `session` is asked for at `now`.
    pub fn asked(&self, session: &str, now: Instant) {
        self.heard.borrow_mut().asked.insert(session.as_bytes().to_vec(), now);
    }

    /// Fails with the first reader that failed.
    pub fn check(&mut self) -> Result<(), Fault> {
        match self.tasks.try_join_next() {
            Some(ended) => ended.map_err(Fault::failed)?.and(Err(Fault::failed("a reader's stream ended"))),
            None => Ok(()),
        }
    }

    /// What they have heard so far.
    pub fn latencies(&self) -> Histogram<u64> {
        self.heard.borrow().latencies.clone()
    }
}

async fn follow(address: SocketAddr, request: String, heard: Rc<RefCell<Heard>>) -> Result<(), Fault> {
    let mut stream = TcpStream::connect(address).await.map_err(Fault::unreachable)?;
    stream.write_all(request.as_bytes()).await.map_err(Fault::unreachable)?;
    let mut received = Vec::with_capacity(4096);
    while stream.read_buf(&mut received).await.map_err(Fault::unreachable)? > 0 {
        while let Some(end) = find(&received, b"\n\n") {
            heard.borrow_mut().read(&received[..end]);
            received.drain(..end + 2);
        }
    }
    Ok(())
}

impl Heard {
    #[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
    fn read(&mut self, mut block: &[u8]) {
        self.messages += usize::from(find(block, b"data: ").is_some());
        while let Some(at) = find(block, b"\"sid\":\"") {
            block = &block[at + 7..];
            if let Some(asked) = block.get(..SID_BYTES).and_then(|sid| self.asked.get(sid)) {
                self.latencies.saturating_record(Instant::now().duration_since(*asked).as_micros() as u64);
            }
        }
    }
}
