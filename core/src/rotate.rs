//! What a presented refresh token means: the only place that branches about it.
//!
//! The rows named in comments are those of the table in `docs/concepts/rotation.md`.

use crate::change::{Change, Scope};
use crate::digest::{Attempt, Salt};
use crate::family::{Family, Head, Life, Retries};
use crate::id::{AppId, ClientId, Seq};
use crate::limits::{CLOCK_BEHIND, HANDOFF_LIFE, REPLAYED_ROTATIONS, REPLAYS_OF_ONE_ROTATION, VERIFIER_SKEW};
use crate::policy::{Activity, Policy};
use crate::refusal::{EndReason, Refusal};
use crate::ring::KeyRing;
use crate::settings::{LostResponse, ReuseDetection};
use crate::time::{Span, Timestamp};
use crate::token::{AuthenticToken, RefreshToken};

pub use crate::recovery::Recovery;

/// Who presents a token, and with what.
pub struct Presented<'a> {
    /// The token, its tag checked.
    pub token: &'a AuthenticToken,
    /// The attempt that this presentation is, when it carries an `Idempotency-Key`.
    pub attempt: Option<Attempt>,
    /// The app at whose address it was presented.
    pub app: &'a AppId,
    /// The client that presents it, authenticated as that client must be.
    pub client: &'a ClientId,
    /// The key of which the caller proved possession (RFC 7638 thumbprint), if any.
    pub proof: Option<&'a str>,
    /// What the client says of its user.
    pub activity: Activity,
    /// How the caller came to it.
    pub via: Via,
}

/// How the caller came to the token that it presents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// It holds the token, or its browser does; then it may say which number it believes it to have (`Tenure-Seq`).
    Holding {
        /// That number.
        seq: Option<Seq>,
    },
    /// It brought the one-time code that stands for the session's first token.
    Handoff,
}

/// Everything that a decision needs besides what is stored and what was presented.
pub struct Circumstances<'a> {
    /// The app's policy.
    pub policy: &'a Policy,
    /// The key ring.
    pub ring: &'a KeyRing,
    /// Whether recovery is open.
    pub recovery: Recovery,
    /// The moment.
    pub now: Timestamp,
    /// 16 fresh random bytes.
    pub salt: Salt,
}

/// Which row of the table serves the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Served {
    /// Row 3.
    Rotated,
    /// Rows 4 and 5.
    Replayed,
    /// Row 6.
    Reissued,
    /// Row 8.
    FastForwarded,
}

/// Something that the operator should hear of, whatever the caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// Replays of one rotation, or rotations with replays, beyond what lost answers explain.
    RetryPattern,
    /// A client is ahead of the store.
    OutOfSync,
    /// A client ahead of the store was adopted.
    FastForward,
    /// A reuse that ended nothing, because the app only observes.
    ReuseObserved,
}

/// What to do. Nothing is served, and nothing is ended, unless the change is committed; when its guard no longer holds,
/// decide again on what is stored now.
pub enum Decision {
    /// Commit, then hand out `token` and sign an auth token.
    Serve {
        /// By which row.
        served: Served,
        /// The guarded write.
        change: Change,
        /// The successor.
        token: RefreshToken,
        /// For the operator.
        notice: Option<Notice>,
    },
    /// Commit the end, then refuse.
    End {
        /// The guarded write.
        change: Change,
        /// What the caller is told.
        refusal: Refusal,
    },
    /// Refuse; nothing changes.
    Refuse {
        /// What the caller is told.
        refusal: Refusal,
        /// For the operator.
        notice: Option<Notice>,
    },
}

/// Decides what a presented token means for `stored`, in the order of `docs/concepts/rotation.md`: tag (the type proves
/// it), client, sender constraint, state of the family, counter. A caller that fails one of the first three changes nothing.
pub fn decide(stored: Option<&Family>, presented: &Presented<'_>, c: &Circumstances<'_>) -> Decision {
    let Some(family) = stored else { return unknown(presented, c) };
    if let Some(refusal) = not_the_holder(family, presented) {
        return refuse(refusal);
    }
    match family.unusable(c.ring, c.now) {
        Some(_) if family.may_return(c.now) && is_ahead(family, presented.token, c.ring) => {
            ahead(family, presented, c) // the row is older than its token: what it says of idleness and keys is out of date
        }
        Some(refusal) => refuse(refusal), // rows 1 and 2
        None => by_counter(family, presented, c),
    }
}

fn unknown(presented: &Presented<'_>, c: &Circumstances<'_>) -> Decision {
    match c.recovery.may_bring_back(presented.token.family()) {
        true => Decision::Refuse { refusal: Refusal::OutOfSync, notice: Some(Notice::OutOfSync) }, // row 9
        false => refuse(Refusal::Unknown),                                                         // row 10
    }
}

/// Whether the store went back behind `token`: it was minted after the row's newest token, or is another one with the same
/// number, because the store gave the number out a second time. A key that was retired proves nothing.
pub fn is_ahead(family: &Family, token: &AuthenticToken, ring: &KeyRing) -> bool {
    token.seq() >= family.head.seq && !family.is_current(token) && !ring.is_retired(token.kid())
}

fn not_the_holder(family: &Family, presented: &Presented<'_>) -> Option<Refusal> {
    if family.app != *presented.app || family.client != *presented.client {
        return Some(Refusal::WrongClient);
    }
    match &family.confirmation {
        Some(key) if presented.proof != Some(key) => Some(Refusal::BindingFailed),
        _ => None,
    }
}

/// Rows 12 and 13: a token that is not the one that its client means, and a code that comes too late.
fn out_of_place(family: &Family, presented: &Presented<'_>, now: Timestamp) -> Option<Refusal> {
    match presented.via {
        Via::Holding { seq } if seq.is_some_and(|seq| seq != presented.token.seq()) => {
            Some(Refusal::Superseded)
        }
        Via::Handoff if now.since(family.created_at) > HANDOFF_LIFE => Some(Refusal::HandoffExpired),
        Via::Holding { .. } | Via::Handoff => None,
    }
}

fn by_counter(family: &Family, presented: &Presented<'_>, c: &Circumstances<'_>) -> Decision {
    if let Some(refusal) = out_of_place(family, presented, c.now) {
        return refuse(refusal);
    }
    let head = &family.head;
    let (token, attempt) = (presented.token, &presented.attempt);
    let one_time = presented.via == Via::Handoff; // A code is for one use: no leeway, no second successor.
    if family.is_current(token) {
        return rotate(family, presented, c); // row 3
    }
    if head.previous == Some(token.digest()) {
        let same_attempt = attempt.is_some() && *attempt == head.attempt;
        if same_attempt || (!one_time && within_leeway(head, c)) {
            return replay(family, presented, c); // rows 4 and 5
        }
        if !one_time && c.policy.lost_response == LostResponse::Reissue {
            return reissue(family, presented, c); // row 6
        }
    }
    let replaced = Some(Attempt::replacing(token.digest()));
    if (attempt.is_some() && *attempt == head.previous_attempt) || replaced == head.previous_attempt {
        return refuse(Refusal::Superseded); // row 7
    }
    if c.ring.is_retired(token.kid()) {
        // A retired key may be a stolen one. Rows 3 to 7 recognise a token by an HMAC of all of it; from
        // here on a tag alone would do, and under such a key it is evidence of nothing, not even of theft.
        return refuse(Refusal::Ended(EndReason::KeyRetired));
    }
    if is_ahead(family, token, c.ring) {
        return ahead(family, presented, c); // rows 8 and 9
    }
    if head.is_renewed() {
        // Whoever holds an older token was cut off by the re-authentication. An end would hit only the user, who has
        // just proved who they are.
        return refuse(Refusal::Superseded); // row 7
    }
    reuse(family, c) // row 11
}

fn rotate(family: &Family, presented: &Presented<'_>, c: &Circumstances<'_>) -> Decision {
    let before = Head { previous: Some(presented.token.digest()), ..family.head.clone() };
    advance(Served::Rotated, family, before, presented, c)
}

fn reissue(family: &Family, presented: &Presented<'_>, c: &Circumstances<'_>) -> Decision {
    advance(Served::Reissued, family, family.head.clone(), presented, c)
}

fn ahead(family: &Family, presented: &Presented<'_>, c: &Circumstances<'_>) -> Decision {
    let by = presented.token.seq().ahead_of(family.head.seq);
    match c.recovery {
        Recovery::Open { opened_at, ahead } if family.head.rotated_at < opened_at && by <= ahead => {
            let adopted = Head {
                seq: presented.token.seq(),
                previous: Some(presented.token.digest()),
                attempt: None,
                ..family.head.clone()
            };
            // The commits were lost before recovery was opened, and what they said of the user with them: at the latest
            // the user was active then.
            let active_at = family.life.active_at.max(opened_at.min(c.now));
            let family = Family { life: Life { active_at, ..family.life }, ..family.clone() };
            match family.life.expired(c.now) {
                Some(refusal) => refuse(refusal), // row 2
                None => advance(Served::FastForwarded, &family, adopted, presented, c),
            }
        }
        _ => Decision::Refuse { refusal: Refusal::OutOfSync, notice: Some(Notice::OutOfSync) },
    }
}

/// A new current token derived from the presented one. `before` is the head as it is to be seen from there: its
/// `previous` is what the presented token is.
fn advance(
    served: Served,
    family: &Family,
    before: Head,
    presented: &Presented<'_>,
    c: &Circumstances<'_>,
) -> Decision {
    let mut life = c.policy.life_at_refresh(family);
    if life.expired(c.now).is_some() {
        return end(family, Scope::Session, EndReason::Settings, c); // shortened to less than it has lived
    }
    let seq: Seq = before.seq.next();
    let key = c.ring.active();
    let token = presented.token.successor(key, seq, &c.salt, presented.attempt.as_ref());
    // A reissue still answers the same token: the attempt before it stays the one before.
    let previous_attempt = if served == Served::Reissued { before.previous_attempt } else { before.attempt };
    if let Some(active_at) = presented.activity.counted_at(c.now, c.policy.idle_counts) {
        life.active_at = life.active_at.max(active_at);
    }
    let head = Head {
        seq,
        kid: key.0,
        current: token.digest(),
        previous: before.previous,
        attempt: presented.attempt,
        previous_attempt,
        salt: c.salt,
        rotated_at: c.now,
        retries: before.retries.rotated(),
    };
    let change = Change::Advance { family: family.id, expected: family.seen(), head, life };
    let notice = (served == Served::FastForwarded).then_some(Notice::FastForward);
    Decision::Serve { served, change, token, notice }
}

fn replay(family: &Family, presented: &Presented<'_>, c: &Circumstances<'_>) -> Decision {
    let head = &family.head;
    let Some(key) = c.ring.get(head.kid) else {
        // Another node rotated under a key that this one does not hold yet: not now, and no verdict.
        return Decision::Refuse { refusal: Refusal::OutOfSync, notice: Some(Notice::OutOfSync) };
    };
    if c.policy.life_at_refresh(family).expired(c.now).is_some() {
        return end(family, Scope::Session, EndReason::Settings, c); // shortened to less than it has lived
    }
    let token = presented.token.successor((head.kid, key), head.seq, &head.salt, head.attempt.as_ref());
    let notice = crosses_retry_pattern(head.retries).then_some(Notice::RetryPattern);
    let change = Change::Replay { family: family.id, expected: family.seen() };
    Decision::Serve { served: Served::Replayed, change, token, notice }
}

/// Whether one replay more crosses a threshold; true once per crossing.
fn crosses_retry_pattern(retries: Retries) -> bool {
    let after = retries.again();
    let first = retries.of_this_rotation() == 0;
    after.of_this_rotation() == REPLAYS_OF_ONE_ROTATION + 1
        || (first && after.replayed_rotations() >= REPLAYED_ROTATIONS)
}

/// Row 5: measured from the first use of the presented token, never sliding. A clock a little behind counts as zero.
fn within_leeway(head: &Head, c: &Circumstances<'_>) -> bool {
    let elapsed = c.now.since(head.rotated_at);
    let not_yet = Span::from_millis(-CLOCK_BEHIND.millis());
    c.policy.retry_leeway > Span::ZERO
        && elapsed >= not_yet
        && elapsed.max(Span::ZERO) <= c.policy.retry_leeway
}

fn reuse(family: &Family, c: &Circumstances<'_>) -> Decision {
    let refusal = Refusal::Ended(EndReason::Reused);
    match c.policy.reuse_detection {
        ReuseDetection::EndSession => end(family, Scope::Session, EndReason::Reused, c),
        ReuseDetection::EndUser => end(family, Scope::User, EndReason::Reused, c),
        ReuseDetection::Observe => Decision::Refuse { refusal, notice: Some(Notice::ReuseObserved) },
    }
}

fn end(family: &Family, scope: Scope, reason: EndReason, c: &Circumstances<'_>) -> Decision {
    let change = Change::End {
        family: family.id,
        expected: Some(family.head.seq),
        scope,
        reason,
        at: c.now,
        remember_until: c.now.plus(c.policy.longest_ttl).plus(VERIFIER_SKEW),
    };
    Decision::End { change, refusal: Refusal::Ended(reason) }
}

fn refuse(refusal: Refusal) -> Decision {
    Decision::Refuse { refusal, notice: None }
}
