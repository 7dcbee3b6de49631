//! What a person would want to read later, in order.

use tenure_core::id::AppId;
use tenure_core::time::Timestamp;

/// Something that happened. The store reads nothing but the app and the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// In which app; `None` is the installation.
    pub app: Option<AppId>,
    /// What, as the service encodes it.
    pub body: String,
}

/// An event with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedEvent {
    /// Rising in commit order.
    pub n: u64,
    /// What happened.
    pub event: Event,
}
