//! Who carries messages: HTTP is not spoken in here.

use std::time::Duration;

use async_trait::async_trait;

use super::destination::Destination;
use super::reach::Reach;
use super::traffic::Outcome;

/// A message on its way: a POST with these headers and this body.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Where to.
    pub to: Destination,
    /// How far it may go: for every address that its host resolves to.
    pub reach: Reach,
    /// Headers beside those that every request has.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// What a receiver answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The status, as it is: a redirect was not followed.
    pub status: u16,
    /// How long it asks to be left alone.
    pub retry_after: Option<Duration>,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDelivered {
    /// What it counts as.
    pub outcome: Outcome,
    /// In words, without the path, which may hold a secret of the receiver's.
    pub says: String,
}

/// Carries messages to receivers.
#[async_trait]
pub trait Courier: Send + Sync + 'static {
    /// Carries `parcel` once and reads the head of the answer.
    ///
    /// Speaks only with an address that the parcel's reach admits, refuses a host that resolves to any other as well, and connects
    /// to the address that was checked. Follows no redirect and uses no proxy. Takes a bounded time, whatever the other side does.
    async fn deliver(&self, parcel: Parcel) -> Result<Answered, NotDelivered>;
}
