//! The contract of a store, the in-memory reference that defines it, and the suite that every backend runs.
//!
//! A store decides nothing. It keeps families and records, applies a change exactly while its guard holds, and answers
//! only when what it answers is durable. *Not found* is `Option`, losing a race is an outcome, and the one error is
//! [`Unavailable`]: the caller can tell "no" from "not now", and so can its clients.

#[cfg(feature = "conformance")]
#[allow(missing_docs, clippy::unwrap_used)]
pub mod conformance;

pub mod memory;

mod handle;
pub use handle::{Committed, Opened, Receipt, Store};

mod sessions;
pub use sessions::{Counted, EndWhere, Ended, Horizon, Listed, OpenOutcome, Page, Sessions};

mod directory;
pub use directory::{Directory, Expected, Kind, Record, Write, Written};

mod backup;
pub use backup::{Backups, Manifest, NotMade};

mod feed;
pub use feed::{Announcement, Entry, FeedPage, Subject};

mod event;
pub use event::{Event, EventFilter, EventPage, NumberedEvent};

mod figures;
pub use figures::{Disk, Figures, Spread, SpreadCounter};

mod filter;
pub use filter::{Filter, Status};

mod unavailable;
pub use unavailable::Unavailable;

/// What a backend is: all contracts at once.
pub trait Backend: Sessions + Directory + Backups {}

impl<T: Sessions + Directory + Backups> Backend for T {}
