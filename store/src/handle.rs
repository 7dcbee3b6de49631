//! The store as the service holds it: outcomes that prove what was committed.

use std::ops::Deref;
use std::sync::Arc;

use tenure_core::change::Change;
use tenure_core::family::{Family, State};
use tenure_core::open::Opening;
use tokio::sync::watch;

use crate::{Announcement, Backend, EndWhere, Ended, OpenOutcome, Unavailable, Write, Written};

/// Proof that a family stands as it says in the store, durably: only a commit makes one, and only with one is an auth
/// token signed.
#[derive(Clone, Debug)]
pub struct Receipt {
    family: Arc<Family>,
}

impl Receipt {
    /// The family as committed. The user may have been active later than it says: that is a commit of its own.
    pub fn family(&self) -> &Arc<Family> {
        &self.family
    }
}

/// What became of a change.
#[derive(Clone, Debug)]
pub enum Committed {
    /// It is durable, and the family may be issued for.
    Live(Receipt),
    /// It is durable, and the family has ended.
    Ended,
    /// It is durable. It rests on a part of the family only: how all of it stands is for a read to say.
    Amended,
    /// Its guard did not hold: nothing was written. Load and decide again.
    Stale,
}

/// What became of an opening.
#[derive(Clone, Debug)]
pub enum Opened {
    /// It is durable.
    Opened(Receipt),
    /// Somebody was faster: read and decide again.
    Stale,
    /// The id is taken: draw again.
    Taken,
}

/// A backend, with the verbs wrapped whose outcome is a proof, and those that announce something. Everything else is the
/// backend's own.
#[derive(Clone)]
pub struct Store {
    backend: Arc<dyn Backend>,
    announced: watch::Sender<()>,
}

impl Store {
    /// Wraps a backend.
    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend, announced: watch::Sender::new(()) }
    }

    /// Changes when a commit that was made through this handle may have put something into the feed. What others commit is for
    /// a read to find.
    pub fn announcements(&self) -> watch::Receiver<()> {
        self.announced.subscribe()
    }

    /// Commits `change`, which was decided on `seen`. When the backend's answer is lost, the row is read again: one with the
    /// salt that was proposed is ours, and the change is as committed as with an answer.
    pub async fn commit(&self, seen: &Family, change: &Change) -> Result<Committed, Unavailable> {
        let outcome = self.backend.commit(change).await;
        if matches!(change, Change::End { .. }) {
            self.announced.send_replace(());
        }
        match outcome {
            Ok(false) => Ok(Committed::Stale),
            Ok(true) => Ok(match change {
                Change::End { .. } => Committed::Ended,
                Change::Amend { .. } | Change::Exchange { .. } | Change::Active { .. } => Committed::Amended,
                Change::Advance { .. } | Change::Replay { .. } | Change::Reauthenticate { .. } => {
                    Committed::Live(Receipt { family: Arc::new(change.apply(seen)) })
                }
            }),
            Err(lost) => match self.ours(change).await {
                Some(family) => Ok(Committed::Live(Receipt { family })),
                None => Err(lost),
            },
        }
    }

    /// The row, if it lives and is what `change` made of it; its claims may be newer by now. Only a new current token can be
    /// told: its salt is drawn for it.
    async fn ours(&self, change: &Change) -> Option<Arc<Family>> {
        let (Change::Advance { family, head, .. } | Change::Reauthenticate { family, head, .. }) = change
        else {
            return None;
        };
        let row = self.backend.load(*family).await.ok()??;
        (row.state == State::Live && row.head.salt == head.salt).then_some(row)
    }

    /// Commits an opening.
    pub async fn open(&self, opening: &Opening) -> Result<Opened, Unavailable> {
        let outcome = self.backend.open(opening).await;
        if !opening.ends.is_empty() {
            self.announced.send_replace(());
        }
        Ok(match outcome? {
            OpenOutcome::Opened => Opened::Opened(Receipt { family: Arc::new(opening.family.clone()) }),
            OpenOutcome::Stale => Opened::Stale,
            OpenOutcome::Taken => Opened::Taken,
        })
    }

    /// Ends what matches: see [`Sessions::end_where`](crate::Sessions::end_where).
    pub async fn end_where(&self, end: &EndWhere) -> Result<Ended, Unavailable> {
        let outcome = self.backend.end_where(end).await;
        self.announced.send_replace(());
        outcome
    }

    /// Writes and announces: see [`Directory::write_announced`](crate::Directory::write_announced).
    pub async fn write_announced(
        &self,
        writes: &[Write],
        announcement: &Announcement,
    ) -> Result<Written, Unavailable> {
        let outcome = self.backend.write_announced(writes, announcement).await;
        self.announced.send_replace(());
        outcome
    }
}

impl Deref for Store {
    type Target = dyn Backend;

    fn deref(&self) -> &Self::Target {
        &*self.backend
    }
}
