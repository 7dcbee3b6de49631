//! What every handler works with.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderMap;
use tenure_service::clock::VirtualClock;
use tenure_service::limits::{FAILURES_PER_MINUTE, Rate, retry_after};
use tenure_service::service::Service;
use tokio::sync::{Semaphore, watch};

use crate::address::{Peer, client_address};
use crate::answer::Failure;
use crate::connections::Connections;
use crate::courier::HttpCourier;
use crate::limits::{ADDRESSES, FEED_READERS, Patience, STREAMS};
use crate::measures::Measures;
use crate::tls::Tls;

/// How HTTP is served.
#[derive(Default)]
pub struct HttpOptions {
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether anybody may read `/metrics`.
    pub open_metrics: bool,
    /// How long clients may take.
    pub patience: Patience,
    /// TLS of our own, where no proxy brings it.
    pub tls: Option<Tls>,
    /// Where browsers reach the console, without a trailing slash; none where there is no console.
    pub console_url: Option<String>,
    /// Counts the connections that are open.
    pub connections: Connections,
    /// Carries test messages to webhooks.
    pub courier: HttpCourier,
    /// What there is in `dev` only.
    pub dev: Option<Dev>,
}

/// What a server has that is there to be tried: the playground, and time that can be moved.
pub struct Dev {
    /// Where this process listens.
    pub listen: SocketAddr,
    /// The clock that `POST /dev/clock` moves, with `--virtual-clock` only.
    pub virtual_clock: Option<Arc<VirtualClock>>,
}

/// Shared by all handlers.
#[derive(Clone)]
pub struct Http(Arc<Shared>);

/// See [`Http`].
pub struct Shared {
    /// What is served.
    pub service: Arc<Service>,
    /// How.
    pub options: HttpOptions,
    /// The last answer of `/readyz`: when, and what was wrong.
    pub(crate) ready: Mutex<Option<(Duration, Result<(), String>)>>,
    /// What was counted of requests.
    pub(crate) measures: Measures,
    /// Event streams that may yet be opened.
    pub(crate) streams: Arc<Semaphore>,
    /// Readers that may yet follow the revocation feed.
    pub(crate) feed_readers: Arc<Semaphore>,
    closing: watch::Sender<bool>,
    failures: Rate<IpAddr>,
}

impl Http {
    /// Serves `service`.
    pub fn new(service: Arc<Service>, options: HttpOptions) -> Self {
        let failures =
            Rate::new(FAILURES_PER_MINUTE, Duration::from_secs(60), FAILURES_PER_MINUTE, ADDRESSES);
        let (ready, measures) = (Mutex::new(None), Measures::default());
        let streams = Arc::new(Semaphore::new(STREAMS));
        let feed_readers = Arc::new(Semaphore::new(FEED_READERS));
        let closing = watch::Sender::new(false);
        let shared = Shared { service, options, ready, measures, streams, feed_readers, closing, failures };
        Self(Arc::new(shared))
    }

    /// Ends the answers that would go on for ever: this process is about to stop.
    pub fn close_streams(&self) {
        self.closing.send_replace(true);
    }

    /// Says when they are to end.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// Counts a failed guess against the address that it came from: `failure` as it is, or 429 when there were too many.
    pub(crate) fn guessed(&self, peer: Peer, headers: &HeaderMap, failure: Failure) -> Failure {
        let address = client_address(peer, headers, &self.options.trusted_proxies);
        let counted =
            address.map_or(Ok(()), |address| self.failures.count(&address, self.service.monotonic()));
        match counted {
            Ok(()) => failure,
            Err(wait) => Failure::too_many(retry_after(wait)),
        }
    }
}

impl Deref for Http {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
