//! The reference store: everything in memory, one lock. It says what the contract means; nothing in it is durable.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tenure_core::change::{Change, Scope};
use tenure_core::family::{Family, State};
use tenure_core::id::FamilyId;
use tenure_core::time::Timestamp;

use crate::{Announcement, Entry, Filter, Kind, NumberedEvent, Record, Status, Subject, Unavailable};

mod directory;
mod sessions;

/// The in-memory store. Can be told to be out of order, and counts what is asked of it, for tests.
#[derive(Default)]
pub struct Memory {
    state: Mutex<Stored>,
    out_of_order: AtomicBool,
    loses_answers: AtomicBool,
    calls: AtomicU64,
}

#[derive(Default)]
struct Stored {
    families: BTreeMap<FamilyId, Arc<Family>>,
    feed: Vec<Entry>,
    feed_head: u64,
    events: Vec<NumberedEvent>,
    event_head: u64,
    records: BTreeMap<(Kind, String), Record>,
    high_water: Option<Timestamp>,
}

impl Memory {
    /// From now on every verb fails, or works again.
    pub fn set_out_of_order(&self, out_of_order: bool) {
        self.out_of_order.store(out_of_order, Ordering::SeqCst);
    }

    /// From now on a change is committed and its answer lost, or answered again.
    pub fn set_losing_answers(&self, losing: bool) {
        self.loses_answers.store(losing, Ordering::SeqCst);
    }

    /// How many verbs were called so far.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    /// Replaces a family's row with an older one, as a store that lost commits would.
    pub fn lose_commits_since(&self, row: Family) -> Result<(), Unavailable> {
        self.stored()?.families.insert(row.id, Arc::new(row));
        Ok(())
    }

    /// Loses a family altogether, as a store that lost its opening would.
    pub fn lose(&self, family: FamilyId) -> Result<(), Unavailable> {
        self.stored()?.families.remove(&family);
        Ok(())
    }

    fn stored(&self) -> Result<MutexGuard<'_, Stored>, Unavailable> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.out_of_order.load(Ordering::SeqCst) {
            return Err(Unavailable::new("told to be out of order"));
        }
        Ok(self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Lets others go on once, as a store on a disk would.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Stored {
    fn saw(&mut self, at: Timestamp) {
        self.high_water = self.high_water.max(Some(at));
    }

    fn commit(&mut self, change: &Change) -> bool {
        let Some(row) = self.families.get(&change.family()).filter(|row| change.applies_to(row)).cloned()
        else {
            return false;
        };
        self.families.insert(row.id, Arc::new(change.apply(&row)));
        match change {
            Change::Advance { head, .. } | Change::Reauthenticate { head, .. } => self.saw(head.rotated_at),
            Change::Active { at, .. } => self.saw(*at),
            Change::Replay { .. } | Change::Amend { .. } | Change::Exchange { .. } => {}
            Change::End { scope, at, remember_until, .. } => {
                self.saw(*at);
                self.announce(of_session(&row, *at, *remember_until));
                if *scope == Scope::User {
                    self.end_others_of_user(&row, change);
                }
            }
        }
        true
    }

    fn end_others_of_user(&mut self, row: &Family, change: &Change) {
        let Change::End { reason, at, remember_until, .. } = change else { return };
        let filter =
            Filter { status: Some(Status::MayReturn), ..Filter::of_user(row.app.clone(), row.user.clone()) };
        for other in self.matching(&filter, *at) {
            self.end(&other, State::Ended { at: *at, reason: *reason }, *remember_until);
        }
    }

    fn end(&mut self, row: &Family, state: State, remember_until: Timestamp) {
        let State::Ended { at, .. } = state else { return };
        self.families.insert(row.id, Arc::new(Family { state, ..row.clone() }));
        self.announce(of_session(row, at, remember_until));
    }

    fn announce(&mut self, announcement: Announcement) {
        self.feed_head += 1;
        self.feed.push(Entry { n: self.feed_head, announcement });
    }

    /// Newest first, those that come after `after`.
    fn newest(&self, filter: &Filter, now: Timestamp, after: Option<FamilyId>) -> Vec<Arc<Family>> {
        let rows = self.matching(filter, now).into_iter().rev();
        rows.filter(|row| after.is_none_or(|after| row.id < after)).collect()
    }

    /// Oldest first.
    fn matching(&self, filter: &Filter, now: Timestamp) -> Vec<Arc<Family>> {
        self.families.values().filter(|row| filter.matches(row, now)).cloned().collect()
    }
}

fn of_session(row: &Family, at: Timestamp, forget_after: Timestamp) -> Announcement {
    Announcement { app: row.app.clone(), subject: Subject::Session(row.id), at, forget_after }
}
