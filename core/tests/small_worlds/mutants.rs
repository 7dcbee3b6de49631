//! Rules that are wrong on purpose: each must be found out, or the checker checks nothing.

use tenure_core::change::Change;
use tenure_core::end::end;
use tenure_core::family::{Family, Head, State};
use tenure_core::policy::Policy;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::ring::KeyRing;
use tenure_core::rotate::{Circumstances, Decision, Recovery, Served};
use tenure_core::settings::LostResponse;
use tenure_core::time::{Span, Timestamp};
use tenure_core::token::AuthenticToken;

use crate::common::Asking;
use crate::desk::other_bit;
use crate::explore::Property::{self, P1, P2, P3, P4, P5, P6};
use crate::rule::Rule;

/// What is wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mutant {
    /// A retry within the leeway starts it anew.
    SlidingLeeway,
    /// The token before the previous one gets a successor too.
    TwoBackAccepted,
    /// The previous token is replayed whoever asks, however late.
    ReplayWithoutKey,
    /// The token before the previous one is answered although its successor was used.
    ReplayAfterUse,
    /// Reuse is refused, and nothing ends.
    ReuseEndsNothing,
    /// A late duplicate of our own counts as reuse (no row 7).
    DuplicateEnds,
    /// After a re-authentication an older token counts as reuse at once.
    ReplacedEnds,
    /// An `Idempotency-Key` makes no difference (no row 4).
    KeyIgnored,
    /// A token that is ahead of the store ends the session (no row 9).
    AheadEnds,
    /// A token with the number of the current one, but another, ends the session.
    SameNumberEnds,
    /// A row that looks idle is expired, however new the token is.
    IdleByTheRow,
    /// Open recovery makes no difference (no row 8).
    RecoveryIgnored,
    /// What a reissue replaced can still rotate.
    ReissueKeepsBoth,
    /// The end is not looked at.
    EndedForgotten,
    /// One bit of the tag is not compared.
    TagCheckedInPart,
    /// A retry gets a successor of its own.
    ReplayDrawsAnew,
    /// Changes are committed whatever is stored by then.
    CommitUnguarded,
}

/// Every mutant, and the property that it breaks.
pub(crate) const ALL: &[(Mutant, Property)] = &[
    (Mutant::SlidingLeeway, P2),
    (Mutant::TwoBackAccepted, P2),
    (Mutant::ReplayWithoutKey, P2),
    (Mutant::ReplayAfterUse, P2),
    (Mutant::ReuseEndsNothing, P2),
    (Mutant::DuplicateEnds, P1),
    (Mutant::ReplacedEnds, P1),
    (Mutant::KeyIgnored, P1),
    (Mutant::AheadEnds, P1),
    (Mutant::SameNumberEnds, P1),
    (Mutant::IdleByTheRow, P1),
    (Mutant::RecoveryIgnored, P1),
    (Mutant::ReissueKeepsBoth, P3),
    (Mutant::EndedForgotten, P4),
    (Mutant::TagCheckedInPart, P5),
    (Mutant::ReplayDrawsAnew, P6),
    (Mutant::CommitUnguarded, P4),
];

impl Rule for Mutant {
    fn read(&self, text: &str, ring: &KeyRing) -> Option<AuthenticToken> {
        let read = |text: &str| AuthenticToken::authenticate(text, ring).ok();
        match self {
            Self::TagCheckedInPart => read(text).or_else(|| read(&other_bit(text, text.len() - 1))),
            _ => read(text),
        }
    }

    fn decide(&self, row: &Family, asking: &Asking<'_>, c: &Circumstances<'_>) -> Decision {
        let right = asking.decide(Some(row), c);
        let (seq, of) = (row.head.seq, asking.token.seq());
        let reused = matches!(right, Decision::End { .. });
        let out_of_sync = matches!(right, Decision::Refuse { refusal: Refusal::OutOfSync, .. });
        let replayed = matches!(right, Decision::Serve { served: Served::Replayed, .. });
        let was_previous = row.head.previous == Some(asking.token.digest());
        match self {
            Self::TwoBackAccepted if reused && seq.ahead_of(of) == 2 => as_previous(row, asking, c, 0),
            Self::ReplayAfterUse if reused && seq.ahead_of(of) == 2 => as_previous(row, asking, c, 1),
            Self::ReplayWithoutKey if was_previous => as_previous(row, asking, c, 1),
            Self::ReplayDrawsAnew if replayed => as_previous(row, asking, c, 0),
            Self::ReuseEndsNothing if reused => {
                Decision::Refuse { refusal: Refusal::Ended(EndReason::Reused), notice: None }
            }
            Self::DuplicateEnds => on(row, Head { previous_attempt: None, ..row.head.clone() }, asking, c),
            Self::ReplacedEnds if row.head.is_renewed() && seq > of => ended(row, c),
            Self::KeyIgnored => Asking { key: None, ..*asking }.decide(Some(row), c),
            Self::AheadEnds if out_of_sync => ended(row, c),
            Self::SameNumberEnds if out_of_sync && seq == of => ended(row, c),
            Self::IdleByTheRow => match row.over(c.now) {
                Some(refusal) => Decision::Refuse { refusal, notice: None },
                None => right,
            },
            Self::RecoveryIgnored => {
                asking.decide(Some(row), &Circumstances { recovery: Recovery::Closed, ..*c })
            }
            Self::ReissueKeepsBoth if reused && seq.ahead_of(of) == 1 && !was_previous => {
                let head = Head { seq: of, current: asking.token.digest(), ..row.head.clone() };
                on(row, head, asking, c)
            }
            Self::EndedForgotten => asking.decide(Some(&live(row)), c),
            _ => right,
        }
    }

    fn commit(&self, change: &Change, row: &Family, now: Timestamp) -> Option<Family> {
        match (self, change) {
            (Self::SlidingLeeway, Change::Replay { .. }) => {
                let mut after = change.apply(row);
                after.head.rotated_at = now;
                Some(after)
            }
            (Self::EndedForgotten, _) => Some(change.apply(&live(row))),
            (Self::CommitUnguarded | Self::ReissueKeepsBoth, _) => Some(change.apply(row)),
            _ => change.applies_to(row).then(|| change.apply(row)),
        }
    }
}

/// As if the presented token were the previous one, just used, with a leeway of so many seconds, or else a reissue.
fn as_previous(row: &Family, asking: &Asking<'_>, c: &Circumstances<'_>, leeway: i64) -> Decision {
    let policy = Policy {
        retry_leeway: Span::from_secs(leeway),
        lost_response: LostResponse::Reissue,
        ..c.policy.clone()
    };
    let head = Head {
        previous: Some(asking.token.digest()),
        rotated_at: c.now,
        attempt: row.head.attempt.filter(|_| leeway > 0),
        ..row.head.clone()
    };
    on(row, head, asking, &Circumstances { policy: &policy, ..*c })
}

fn on(row: &Family, head: Head, asking: &Asking<'_>, c: &Circumstances<'_>) -> Decision {
    asking.decide(Some(&Family { head, ..row.clone() }), c)
}

fn live(row: &Family) -> Family {
    Family { state: State::Live, ..row.clone() }
}

fn ended(row: &Family, c: &Circumstances<'_>) -> Decision {
    let change = end(row.id, EndReason::Reused, c.policy, c.now);
    Decision::End { change, refusal: Refusal::Ended(EndReason::Reused) }
}
