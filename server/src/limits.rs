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
/// How long clients may keep keys and metadata, in seconds.
pub const JWKS_MAX_AGE_SECS: u32 = 600;

/// The limits that hold a slow client off; as values, so that a test need not be as patient as a server.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long the head of a request may take, from the moment that the connection is idle.
    pub head_time: Duration,
    /// How long the body of a request may take; longer is 408.
    pub body_time: Duration,
    /// How long a peer may take nothing of what is written to it; then it is given up.
    pub write_time: Duration,
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
            request_time: Duration::from_secs(60),
            connections: 10_000,
            drain_time: Duration::from_secs(10),
        }
    }
}
