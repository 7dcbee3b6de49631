//! The revocation feed: what ended, in the order in which it was committed.

use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::time::Timestamp;

/// Whose auth tokens an announcement refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Those of one session, whenever they were issued.
    Session(FamilyId),
    /// Those of a user in the app that were issued at or before the announcement.
    User(UserId),
    /// Those of the whole app that were issued at or before the announcement.
    App,
    /// Those signed by a key that must no longer be trusted (its JWK thumbprint).
    SigningKey(String),
}

/// An end, as verifiers hear of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The app.
    pub app: AppId,
    /// Whose tokens.
    pub subject: Subject,
    /// When it was said.
    pub at: Timestamp,
    /// No token that it refuses is valid after this: it may be forgotten.
    pub forget_after: Timestamp,
}

/// An announcement with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Gap-free, in commit order, from 1.
    pub n: u64,
    /// What was announced.
    pub announcement: Announcement,
}

/// A stretch of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPage {
    /// Which store this is; another value means that numbers start anew.
    pub incarnation: u64,
    /// The entries after the one asked for, in order.
    pub entries: Vec<Entry>,
    /// The number of the last entry that is committed.
    pub head: u64,
    /// The first number that is still kept; a reader that needs an earlier one has fallen behind.
    pub retained_from: u64,
}
