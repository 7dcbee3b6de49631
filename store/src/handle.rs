//! The store as the service holds it: outcomes that prove what was committed.

use std::ops::Deref;
use std::sync::Arc;

use tenure_core::change::Change;
use tenure_core::family::{Family, State};
use tenure_core::open::Opening;

use crate::{Backend, OpenOutcome, Unavailable};

/// Proof that a family stands as it says in the store, durably: only a commit makes one, and only with one is an auth
/// token signed.
#[derive(Clone, Debug)]
pub struct Receipt {
    family: Arc<Family>,
}

impl Receipt {
    /// The family as committed.
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

/// A backend, with the two verbs whose outcome is a proof wrapped. Everything else is the backend's own.
#[derive(Clone)]
pub struct Store {
    backend: Arc<dyn Backend>,
}

impl Store {
    /// Wraps a backend.
    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend }
    }

    /// Commits `change`, which was decided on `seen`. When the backend's answer is lost, the row is read again: one with the
    /// salt that was proposed is ours, and the change is as committed as with an answer.
    pub async fn commit(&self, seen: &Family, change: &Change) -> Result<Committed, Unavailable> {
        match self.backend.commit(change).await {
            Ok(false) => Ok(Committed::Stale),
            Ok(true) => Ok(match change {
                Change::End { .. } => Committed::Ended,
                Change::Amend { .. } => Committed::Amended,
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
        Ok(match self.backend.open(opening).await? {
            OpenOutcome::Opened => Opened::Opened(Receipt { family: Arc::new(opening.family.clone()) }),
            OpenOutcome::Stale => Opened::Stale,
            OpenOutcome::Taken => Opened::Taken,
        })
    }
}

impl Deref for Store {
    type Target = dyn Backend;

    fn deref(&self) -> &Self::Target {
        &*self.backend
    }
}
