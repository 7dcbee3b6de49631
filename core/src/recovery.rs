//! What becomes of whatever a store that went back in time does not know.

use crate::family::Family;
use crate::id::FamilyId;
use crate::ring::KeyRing;
use crate::time::Timestamp;

/// When tokens ahead of the store are adopted (row 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Never: the normal state.
    Closed,
    /// Not yet: the store was restored, and no operator has said yet what is to become of what it lost. Until then nobody is
    /// told anything final about that: the wrong backup may have been taken, and the right store may still come.
    Awaited {
        /// Families made from this moment on may be lost.
        since: Timestamp,
    },
    /// The store lost commits and an operator, a restore or a fail-over said so.
    Open {
        /// When recovery was opened: only rows written before it can be behind.
        opened_at: Timestamp,
        /// By how many tokens a client may be ahead.
        ahead: u32,
    },
}

impl Recovery {
    /// Whether `family`, which is not stored, may be one that the store lost and that may come back with it.
    pub fn may_bring_back(&self, family: FamilyId) -> bool {
        matches!(self, Self::Awaited { since } if family.made_in_second() >= since.secs())
    }

    /// Whether what is stored of `family` may come to be another: it looks idle, or as if its key had been retired under it,
    /// and the store may have lost that it was used since.
    pub fn may_revise(&self, family: &Family, ring: &KeyRing, now: Timestamp) -> bool {
        let Self::Awaited { since } = self else { return false };
        family.may_return(now)
            && family.unusable(ring, now).is_some()
            && family.life.idle_end().is_none_or(|end| end >= *since)
    }
}
