//! The contract for what races: families, the feed, and events.

use std::sync::Arc;

use async_trait::async_trait;
use tenure_core::change::Change;
use tenure_core::family::Family;
use tenure_core::id::FamilyId;
use tenure_core::open::Opening;
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;

use crate::{Announcement, Event, EventFilter, EventPage, FeedPage, Filter, Unavailable};

/// What became of an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenOutcome {
    /// The row and the ends that travel with it are durable.
    Opened,
    /// The user's number of un-ended rows is not what was expected, or one that was to end had ended: decide again.
    Stale,
    /// The id is taken: draw again.
    Taken,
}

/// Which sessions to end, and how.
#[derive(Clone, Debug)]
pub struct EndWhere {
    /// Of those that match, the ones that [`may return`](tenure_core::family::Family::may_return) end.
    pub filter: Filter,
    /// Only those that come after this one: where the commit before stopped. Without it each commit would look at all that have
    /// ended already.
    pub after: Option<FamilyId>,
    /// Why.
    pub reason: EndReason,
    /// When.
    pub at: Timestamp,
    /// Until when the feed must remember them.
    pub remember_until: Timestamp,
    /// Announced in the same commit, after the sessions: what reaches tokens that belong to no stored session.
    pub announce: Option<Announcement>,
    /// At most so many in this commit.
    pub max: u32,
}

/// What ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The sessions that this commit ended.
    pub families: Vec<FamilyId>,
    /// More such sessions match, or may: where the next commit goes on, as its `after`.
    pub next: Option<FamilyId>,
}

/// A stretch of sessions, from the newest to the oldest.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Start after this one; it need not exist any more.
    pub after: Option<FamilyId>,
    /// At most so many.
    pub limit: u32,
}

/// The sessions of a stretch.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Newest first.
    pub families: Vec<Arc<Family>>,
    /// More match, or may: where the next stretch goes on, as its `after`.
    pub next: Option<FamilyId>,
}

/// How many sessions a stretch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// So many match.
    pub sessions: u32,
    /// More may: where the next stretch goes on, as its `after`.
    pub next: Option<FamilyId>,
}

/// Up to where space is given back, for each kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// Families that were over before this moment.
    pub families: Timestamp,
    /// Feed entries that need not be remembered from this moment on.
    pub feed: Timestamp,
    /// Of those, the ones up to this number: somebody has yet to read the next one.
    pub feed_up_to: u64,
    /// Events from before this moment.
    pub events: Timestamp,
}

impl Horizon {
    /// The same moment for all.
    pub const fn at(moment: Timestamp) -> Self {
        Self { families: moment, feed: moment, feed_up_to: u64::MAX, events: moment }
    }
}

/// Families and what is said of them. Each verb is one atomic step; concurrent callers see it happen wholly or not at all.
/// An `Ok` of a write means that it is durable.
///
/// A verb that searches looks at a bounded number of rows: where hardly any of them match it stops early, with fewer than it was
/// asked for or none, and says in `next` or `looked_to` where to go on.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Everything that a decision may look at, in one consistent read that sees every write that was answered before.
    async fn load(&self, family: FamilyId) -> Result<Option<Arc<Family>>, Unavailable>;

    /// Applies `change` if its guard holds, and says whether it did. An end puts its entries into the feed in the same
    /// commit. Of many concurrent changes with the same guard, exactly one applies (replays excepted: all do).
    async fn commit(&self, change: &Change) -> Result<bool, Unavailable>;

    /// Adds a family and ends those that make room for it, all or nothing. Of many concurrent openings that expect the same
    /// number of rows of one user, exactly one applies.
    async fn open(&self, opening: &Opening) -> Result<OpenOutcome, Unavailable>;

    /// Ends sessions that match and may return, oldest first, with their feed entries, at most `max` in this commit. Every
    /// session that ends matches in that commit. A caller that goes on until there is no `next` has ended every one that was
    /// answered before the first was asked and matched until its turn; one that comes to match meanwhile may be missed, as if it
    /// had come afterwards. An announcement is made even when no session matches.
    async fn end_where(&self, end: &EndWhere) -> Result<Ended, Unavailable>;

    /// Sessions that match at `now`, newest first, a stretch at a time: a caller that goes on until there is no `next` has seen
    /// each that matched all the while. A session opened meanwhile may be missed; none is given twice.
    async fn list(&self, filter: &Filter, now: Timestamp, page: Page) -> Result<Listed, Unavailable>;

    /// How many sessions of a stretch match at `now`. Summed up over all stretches it is how many match, while none changes.
    async fn count(&self, filter: &Filter, now: Timestamp, page: Page) -> Result<Counted, Unavailable>;

    /// Feed entries after number `after`, at most `max`, in commit order without a gap.
    async fn feed(&self, after: u64, max: u32) -> Result<FeedPage, Unavailable>;

    /// Adds events; numbers rise in commit order.
    async fn append(&self, events: &[Event]) -> Result<(), Unavailable>;

    /// Events after number `after` that match, at most `max`, in order, in one consistent read. Whoever goes on after the last
    /// number of a page, or after its head where nothing matched, misses nothing.
    async fn events(&self, filter: &EventFilter, after: u64, max: u32) -> Result<EventPage, Unavailable>;

    /// Frees space up to `horizon`, at most `max` of each kind. Says how many it removed. No promise depends on it being
    /// called.
    async fn prune(&self, horizon: Horizon, max: u32) -> Result<u64, Unavailable>;
}
