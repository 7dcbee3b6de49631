//! Every limit of HTTP with its unit in its name.

use std::time::Duration;

/// A body of the client API and of OAuth, at most, in bytes.
pub const CLIENT_BODY_BYTES: usize = 16 * 1024;
/// Parameters of a form, at most.
pub const FORM_PARAMETERS: usize = 64;
/// A body of the management API, at most, in bytes.
pub const MANAGEMENT_BODY_BYTES: usize = 256 * 1024;
/// The head of a request, at most, in bytes; more is 431.
pub const HEAD_BYTES: usize = 32 * 1024;
/// Headers of a request, at most; more is 431.
pub const HEADERS: usize = 64;
/// Addresses whose failures are counted.
pub const ADDRESSES: usize = 100_000;
/// How long an answer of `/readyz` is given again.
pub const READY_FOR: Duration = Duration::from_secs(1);

/// A query of the console, at most, in bytes.
pub const QUERY_BYTES: usize = 1000;
/// Sessions in one export, at most.
pub const EXPORT_SESSIONS: usize = 100_000;
/// Sessions that an export reads at a time.
pub const EXPORT_PAGE: u32 = 500;

/// Event streams of this node that may be open at a time; more are 429.
pub const STREAMS: usize = 64;
/// Events that a stream reads, and sends, at a time.
pub const STREAM_PAGE: u32 = 100;
/// How long a stream rests after something has happened, so that what happens together is read together.
pub const STREAM_RESTS: Duration = Duration::from_millis(50);
/// How often a stream looks for what has happened on other nodes.
pub const STREAM_LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Readers of the revocation feed that this node keeps waiting at a time, as streams or long polls; more are 429.
pub const FEED_READERS: usize = 4000;
/// How long a long poll waits, at most.
pub const FEED_WAIT: Duration = Duration::from_secs(50);

/// What is read of what a webhook's receiver answers besides the head, at most, in bytes.
pub const WEBHOOK_ANSWER_BYTES: usize = 4 * 1024;
/// The head of that answer, at most, in bytes.
pub const WEBHOOK_HEAD_BYTES: usize = 16 * 1024;
/// Names of receivers that are resolved at once, at most: the system's resolver may take minutes, and each holds a thread.
pub const WEBHOOK_LOOKUPS_AT_ONCE: usize = 64;
/// Addresses of a receiver that are tried, at most.
pub const WEBHOOK_ADDRESSES: usize = 4;

/// How long a webhook's receiver may take; as values, so that a test need not be as patient as a server.
#[derive(Clone, Copy, Debug)]
pub struct CourierPatience {
    /// To take a connection, at each of its addresses.
    pub connect_time: Duration,
    /// From the name to the head of the answer.
    pub message_time: Duration,
    /// For what comes after the head.
    pub rest_time: Duration,
}

impl Default for CourierPatience {
    fn default() -> Self {
        Self {
            connect_time: Duration::from_secs(2),
            message_time: Duration::from_secs(5),
            rest_time: Duration::from_millis(500),
        }
    }
}

/// The limits that hold a slow client off; as values, so that a test need not be as patient as a server.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long the head of a request may take, from the moment that the connection is idle.
    pub head_time: Duration,
    /// How long the body of a request may take; longer is 408.
    pub body_time: Duration,
    /// How long a peer may take nothing of what is written to it; then it is given up.
    pub write_time: Duration,
    /// How often a stream on which nothing happens shows that it is alive.
    pub heartbeat_time: Duration,
    /// How often readers of the revocation feed are told that nothing is missing.
    pub feed_heartbeat_time: Duration,
    /// How long a request may take in all; longer is 503.
    pub request_time: Duration,
    /// Open connections of the network, at most, and as many of the owner; more wait.
    pub connections: usize,
    /// How long accepted requests may take to finish once the process was told to stop.
    pub drain_time: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(10),
            write_time: Duration::from_secs(30),
            heartbeat_time: Duration::from_secs(15),
            feed_heartbeat_time: Duration::from_secs(3),
            request_time: Duration::from_secs(60),
            connections: 10_000,
            drain_time: Duration::from_secs(10),
        }
    }
}
