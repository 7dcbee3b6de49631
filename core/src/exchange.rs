//! The opaque token of a session: what handing one out changes, what a presented one is worth, and what its use says of the user.

use crate::change::Change;
use crate::family::{Family, Life};
use crate::id::AppId;
use crate::limits::{ACTIVITY_STEP_LONGEST, ACTIVITY_STEPS};
use crate::policy::{Activity, Policy};
use crate::recovery::Recovery;
use crate::refusal::{EndReason, Refusal};
use crate::ring::KeyRing;
use crate::session_token::SessionToken;
use crate::time::{Span, Timestamp};

/// What giving `family` a session token changes, and the token. It takes the place of the one that the session had.
///
/// Refuses, with the reason, a session that is over, also by deadlines that a change of settings has shortened; and one whose
/// tokens are bound to a key, since this one would not be.
pub fn exchange(
    family: &Family,
    policy: &Policy,
    ring: &KeyRing,
    now: Timestamp,
    secret: &[u8; 32],
) -> Result<(Change, SessionToken), Refusal> {
    if let Some(refusal) = family.unusable(ring, now) {
        return Err(refusal);
    }
    if policy.life_at_refresh(family).expired(now).is_some() {
        return Err(Refusal::Ended(EndReason::Settings));
    }
    if family.confirmation.is_some() {
        return Err(Refusal::BindingFailed);
    }
    // Never older than the one that it replaces, by whosever clock: the newest is the one that counts.
    let before = family.session_token.map_or(0, |kept| kept.made_in_second);
    let second = u32::try_from(now.secs()).unwrap_or(u32::MAX).max(before);
    let token = SessionToken::mint(ring.active(), family.id, second, secret);
    Ok((Change::Exchange { family: family.id, token: token.kept() }, token))
}

/// What a presented session token is worth.
#[derive(Clone, Debug, PartialEq)]
pub enum Worth {
    /// It stands for the session, which may live as long as this says.
    Good(Life),
    /// The store lost it, and recovery is open: commit, and judge again on what is stored then.
    Adopt(Change),
    /// Nothing, and why. [`Refusal::OutOfSync`] is no verdict: the store may have lost it.
    Nothing(Refusal),
}

/// What `token`, presented at `app`, is worth at `now`. Rests on `stored` alone, which must have been read for this.
pub fn judge(
    stored: Option<&Family>,
    token: &SessionToken,
    app: &AppId,
    (policy, ring): (&Policy, &KeyRing),
    recovery: Recovery,
    now: Timestamp,
) -> Worth {
    let Some(family) = stored else { return Worth::Nothing(Refusal::Unknown) };
    if family.app != *app {
        return Worth::Nothing(Refusal::WrongClient);
    }
    let retired = ring.is_retired(token.kid()).then_some(Refusal::Ended(EndReason::KeyRetired));
    if let Some(refusal) = family.unusable(ring, now).or(retired) {
        return Worth::Nothing(refusal);
    }
    let life = policy.life_at_refresh(family);
    if let Some(refusal) = life.expired(now) {
        let undecided = recovery.may_revise(&Family { life, ..family.clone() }, ring, now);
        return Worth::Nothing(if undecided { Refusal::OutOfSync } else { refusal });
    }
    if family.session_token == Some(token.kept()) {
        return Worth::Good(life);
    }
    let kept = family.session_token.map(|kept| kept.made_in_second);
    let is_newer = kept.is_none_or(|kept| kept < token.kept().made_in_second);
    match recovery {
        Recovery::Awaited { since } if token.made_at().secs() >= since.secs() => {
            Worth::Nothing(Refusal::OutOfSync)
        }
        Recovery::Open { opened_at, .. } if is_newer && token.made_at() <= opened_at => {
            Worth::Adopt(Change::Exchange { family: family.id, token: token.kept() })
        }
        _ => Worth::Nothing(Refusal::Unknown),
    }
}

/// What the use of the session's token changes: it is put down that the user was active, as far as `said` shows that and the
/// setting counts it. Only in steps, a twentieth of the idle time-out and an hour at most: a session is checked far more often
/// than it is opened, and must not cost a write each time.
pub fn used(family: &Family, life: &Life, said: Activity, policy: &Policy, now: Timestamp) -> Option<Change> {
    let at = said.counted_at(now, policy.idle_counts)?;
    let step = life.idle_timeout.map_or(ACTIVITY_STEP_LONGEST, |idle| {
        Span::from_millis(idle.millis() / ACTIVITY_STEPS).min(ACTIVITY_STEP_LONGEST)
    });
    (at.since(life.active_at) > step).then_some(Change::Active { family: family.id, at })
}
