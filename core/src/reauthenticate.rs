//! Re-authentication: the user has proved anew who they are, and the session goes on from there with another refresh token.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::change::Change;
use crate::digest::{Attempt, Salt};
use crate::family::{Family, Head, Life};
use crate::policy::Policy;
use crate::refusal::{EndReason, Refusal};
use crate::ring::KeyRing;
use crate::time::Timestamp;
use crate::token::RefreshToken;

/// What the application says of the sign-in.
pub struct Proof {
    /// When the user proved who they are.
    pub authenticated_at: Timestamp,
    /// The session's claims from now on, encoded by the caller: how it was proved is among them.
    pub claims: Option<Arc<str>>,
}

/// Fresh random bytes for one re-authentication.
pub struct Entropy {
    /// For the new token.
    pub secret: Zeroizing<[u8; 32]>,
    /// For the row.
    pub salt: Salt,
}

/// Why nothing is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRenewed {
    /// The session is over.
    Over(Refusal),
    /// The proof is older than the one that the session rests on already.
    OlderProof,
}

/// What re-authenticating `family` changes, and its new refresh token (ASVS 7.2.4).
///
/// Whoever holds an older token gets nothing for it from now on, and ends nothing with it either while the new one is unused:
/// the page may refresh at the same moment, and its backend may ask twice. Afterwards the replaced token counts as one that was
/// used at that moment.
///
/// It is activity, at the moment of the proof. It never puts off the absolute end (R5), and takes deadlines over that a change
/// of settings has shortened.
pub fn reauthenticate(
    family: &Family,
    proof: Proof,
    policy: &Policy,
    ring: &KeyRing,
    now: Timestamp,
    entropy: &Entropy,
) -> Result<(Change, RefreshToken), NotRenewed> {
    if let Some(refusal) = family.unusable(ring, now) {
        return Err(NotRenewed::Over(refusal));
    }
    let life = policy.life_at_refresh(family);
    if life.expired(now).is_some() {
        return Err(NotRenewed::Over(Refusal::Ended(EndReason::Settings)));
    }
    // The application says it in seconds, and may have said it by a clock that was ahead.
    if proof.authenticated_at.secs() < family.authenticated_at.min(now).secs() {
        return Err(NotRenewed::OlderProof);
    }
    let before = &family.head;
    let (kid, key) = ring.active();
    let seq = before.seq.next();
    let token = RefreshToken::mint((kid, key), family.id, seq, &entropy.secret);
    let head = Head {
        seq,
        kid,
        current: token.digest(),
        previous: None,
        attempt: Some(Attempt::replacing(before.current)),
        previous_attempt: before.attempt,
        salt: entropy.salt,
        rotated_at: now,
        retries: before.retries.rotated(),
    };
    let change = Change::Reauthenticate {
        family: family.id,
        expected: family.seen(),
        head,
        life: Life { active_at: life.active_at.max(proof.authenticated_at.min(now)), ..life },
        authenticated_at: proof.authenticated_at,
        claims: proof.claims,
    };
    Ok((change, token))
}
