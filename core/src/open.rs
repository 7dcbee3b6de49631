//! Opening a session: its first row, its first token, and what has to end for it.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::digest::Salt;
use crate::family::{Family, Head, Retries, State};
use crate::handoff::HandoffCode;
use crate::id::{AppId, ClientId, Edition, FamilyId, Kid, Seq, UserId};
use crate::limits::VERIFIER_SKEW;
use crate::policy::Policy;
use crate::ring::KeyRing;
use crate::settings::OnLimit;
use crate::time::Timestamp;
use crate::token::RefreshToken;

/// Who signed in, and what their session is to carry.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Where.
    pub app: AppId,
    /// Who.
    pub user: UserId,
    /// The client that will hold the refresh token.
    pub client: ClientId,
    /// When they proved who they are.
    pub authenticated_at: Timestamp,
    /// The key that must prove possession at each refresh, if any.
    pub confirmation: Option<Arc<str>>,
    /// Of the device, encoded by the caller.
    pub device: Option<Arc<str>>,
    /// Claims of the auth tokens, encoded by the caller.
    pub claims: Option<Arc<str>>,
}

/// Fresh random bytes for one opening.
pub struct Entropy {
    /// For the session's id.
    pub family: [u8; 12],
    /// For its first token.
    pub secret: Zeroizing<[u8; 32]>,
    /// For its first row.
    pub salt: Salt,
}

/// What to commit: the new row, and the ends that make room for it, at once or not at all.
pub struct Opening {
    /// The new row.
    pub family: Family,
    /// The sessions that end for it, with reason `ended_by_limit`.
    pub ends: Vec<FamilyId>,
    /// How many rows of this user in this app must still be un-ended for this to apply; `None` where no limit is set.
    pub expected: Option<u32>,
    /// Until when the revocation feed must remember the ends.
    pub remember_until: Timestamp,
}

/// The user has as many live sessions as they may, and the app denies more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitReached;

/// Decides an opening. `rows` are all rows of the user in the app that have not ended, needed only where
/// `policy.max_sessions` is set; those whose deadlines have passed do not count against the limit.
///
/// Refuses when the limit is reached and the app says `deny`.
pub fn open(
    new: NewSession,
    rows: &[Arc<Family>],
    policy: &Policy,
    ring: &KeyRing,
    now: Timestamp,
    entropy: &Entropy,
) -> Result<(Opening, RefreshToken), LimitReached> {
    let id = FamilyId::new(now, entropy.family);
    let token = RefreshToken::mint(ring.active(), id, Seq::FIRST, &entropy.secret);
    Ok((opening(new, rows, policy, now, (&token, ring.active().0, entropy.salt))?, token))
}

/// The same for a session whose first token nobody gets: whoever brings the code has brought that token.
pub fn open_for_handoff(
    new: NewSession,
    rows: &[Arc<Family>],
    policy: &Policy,
    ring: &KeyRing,
    now: Timestamp,
    entropy: &Entropy,
) -> Result<(Opening, RefreshToken, HandoffCode), LimitReached> {
    let key = ring.active();
    let code = HandoffCode::new(key, FamilyId::new(now, entropy.family), &entropy.secret);
    let token = code.first_token(key);
    Ok((opening(new, rows, policy, now, (&token, key.0, entropy.salt))?, token, code))
}

fn opening(
    new: NewSession,
    rows: &[Arc<Family>],
    policy: &Policy,
    now: Timestamp,
    (token, kid, salt): (&RefreshToken, Kid, Salt),
) -> Result<Opening, LimitReached> {
    let ends = make_room(rows, policy, now)?;
    let family = Family {
        id: token.family(),
        app: new.app,
        user: new.user,
        client: new.client,
        head: Head {
            seq: Seq::FIRST,
            kid,
            current: token.digest(),
            previous: None,
            attempt: None,
            previous_attempt: None,
            salt,
            rotated_at: now,
            retries: Retries::default(),
        },
        created_at: now,
        authenticated_at: new.authenticated_at,
        life: policy.life_of_new(now),
        state: State::Live,
        confirmation: new.confirmation,
        device: new.device,
        claims: new.claims,
        edition: Edition::FIRST,
        session_token: None,
    };
    Ok(Opening {
        family,
        ends,
        expected: policy.max_sessions.map(|_| rows.len() as u32),
        remember_until: now.plus(policy.longest_ttl).plus(VERIFIER_SKEW),
    })
}

fn make_room(rows: &[Arc<Family>], policy: &Policy, now: Timestamp) -> Result<Vec<FamilyId>, LimitReached> {
    let Some(max) = policy.max_sessions else { return Ok(Vec::new()) };
    let mut live: Vec<_> = rows.iter().filter(|row| row.over(now).is_none()).collect();
    let excess = (live.len() + 1).saturating_sub(usize::from(max));
    if excess > 0 && policy.on_limit == OnLimit::Deny {
        return Err(LimitReached);
    }
    live.sort_by_key(|row| (row.created_at, row.id));
    Ok(live[..excess.min(live.len())].iter().map(|row| row.id).collect())
}
