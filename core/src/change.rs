//! What a decision asks a store to commit: one guarded write each.

use std::sync::Arc;

use crate::family::{Family, Head, Life, Seen, State};
use crate::id::{Edition, FamilyId, Seq};
use crate::refusal::EndReason;
use crate::session_token::Kept;
use crate::time::Timestamp;

/// A change to one family. It applies only while its guard holds; otherwise nothing is written and the caller decides
/// again on what is stored now.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new current token (rows 3, 6 and 8). Guard: live, same `seq`, same edition.
    Advance {
        /// The family.
        family: FamilyId,
        /// What the decision saw.
        expected: Seen,
        /// The new head.
        head: Head,
        /// The new deadlines; activity that came in meanwhile stays.
        life: Life,
    },
    /// The current token is handed out again (rows 4 and 5): one more retry, nothing else. Guard: live, same `seq`, same
    /// edition.
    Replay {
        /// The family.
        family: FamilyId,
        /// What the decision saw.
        expected: Seen,
    },
    /// The user proved anew who they are: a new current token, and the next edition. Guard: live, same `seq`, same edition.
    Reauthenticate {
        /// The family.
        family: FamilyId,
        /// What the decision saw.
        expected: Seen,
        /// The new head.
        head: Head,
        /// The new deadlines.
        life: Life,
        /// When the user proved it.
        authenticated_at: Timestamp,
        /// The new claims.
        claims: Option<Arc<str>>,
    },
    /// Other claims, and the next edition; the token stays. Guard: live, same edition.
    Amend {
        /// The family.
        family: FamilyId,
        /// The edition that the decision saw.
        expected: Edition,
        /// The new claims.
        claims: Option<Arc<str>>,
    },
    /// A session token, in the place of the one before. Guard: live, and the one that is kept is not newer.
    Exchange {
        /// The family.
        family: FamilyId,
        /// What is kept of it.
        token: Kept,
    },
    /// The user was active. Guard: live. Of two such moments the later one counts, whichever comes last.
    Active {
        /// The family.
        family: FamilyId,
        /// When.
        at: Timestamp,
    },
    /// The end. Guard: live, and `seq` still is `expected` where that is given.
    End {
        /// The family.
        family: FamilyId,
        /// The counter that the decision saw, when the end rests on it.
        expected: Option<Seq>,
        /// What ends.
        scope: Scope,
        /// Why.
        reason: EndReason,
        /// When.
        at: Timestamp,
        /// Until when the revocation feed must remember it: no auth token of it is valid after that.
        remember_until: Timestamp,
    },
}

/// What an end takes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The session.
    Session,
    /// Every live session of its user in its app.
    User,
}

impl Change {
    /// The family it guards.
    pub fn family(&self) -> FamilyId {
        match self {
            Self::Advance { family, .. }
            | Self::Replay { family, .. }
            | Self::Reauthenticate { family, .. }
            | Self::Amend { family, .. }
            | Self::Exchange { family, .. }
            | Self::Active { family, .. }
            | Self::End { family, .. } => *family,
        }
    }

    /// Whether its guard holds for `row`.
    pub fn applies_to(&self, row: &Family) -> bool {
        let as_seen = match self {
            Self::Advance { expected, .. }
            | Self::Replay { expected, .. }
            | Self::Reauthenticate { expected, .. } => row.seen() == *expected,
            Self::Amend { expected, .. } => row.edition == *expected,
            Self::Exchange { token, .. } => {
                row.session_token.is_none_or(|kept| kept.made_in_second <= token.made_in_second)
            }
            Self::Active { .. } => true,
            Self::End { expected, .. } => expected.is_none_or(|seq| row.head.seq == seq),
        };
        row.id == self.family() && row.state == State::Live && as_seen
    }

    /// `row` as it stands once the change is committed. The reference for what every store must do.
    pub fn apply(&self, row: &Family) -> Family {
        let mut row = row.clone();
        match self {
            Self::Advance { head, life, .. } => {
                row.head = head.clone();
                row.life = later(*life, &row);
            }
            Self::Replay { .. } => row.head.retries = row.head.retries.again(),
            Self::Reauthenticate { head, life, authenticated_at, claims, .. } => {
                row.head = head.clone();
                row.life = later(*life, &row);
                row.authenticated_at = *authenticated_at;
                row.claims = claims.clone();
                row.edition = row.edition.next();
            }
            Self::Amend { claims, .. } => {
                row.claims = claims.clone();
                row.edition = row.edition.next();
            }
            Self::Exchange { token, .. } => row.session_token = Some(*token),
            Self::Active { at, .. } => row.life.active_at = row.life.active_at.max(*at),
            Self::End { reason, at, .. } => row.state = State::Ended { at: *at, reason: *reason },
        }
        row
    }
}

/// Deadlines that were decided on a row whose user may have been active since: that is not taken back.
fn later(life: Life, row: &Family) -> Life {
    Life { active_at: life.active_at.max(row.life.active_at), ..life }
}
