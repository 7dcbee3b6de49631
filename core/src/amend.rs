//! Amending a session: other claims in its auth tokens, from the next refresh on.

use std::sync::Arc;

use crate::change::Change;
use crate::family::Family;
use crate::refusal::Refusal;
use crate::ring::KeyRing;
use crate::time::Timestamp;

/// What giving `family` these claims changes: nothing but them. A refresh that was decided before is decided again, so that
/// once the change is committed no auth token is signed with the claims that it replaced.
///
/// Refuses, with the reason, a session that is over: nothing will be signed for it any more.
pub fn amend(
    family: &Family,
    claims: Option<Arc<str>>,
    ring: &KeyRing,
    now: Timestamp,
) -> Result<Change, Refusal> {
    match family.unusable(ring, now) {
        Some(refusal) => Err(refusal),
        None => Ok(with_claims(family, claims)),
    }
}

/// What putting something of our own beside the claims of `family` changes, when it was decided that it is served: the same, and
/// no verdict on the session.
pub fn annotate(family: &Family, claims: Arc<str>) -> Change {
    with_claims(family, Some(claims))
}

fn with_claims(family: &Family, claims: Option<Arc<str>>) -> Change {
    Change::Amend { family: family.id, expected: family.edition, claims }
}
