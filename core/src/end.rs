//! Ending a session on request: sign-out by whoever holds one of its tokens, or by an operator.

use crate::change::{Change, Scope};
use crate::family::Family;
use crate::id::{AppId, ClientId, FamilyId, Kid};
use crate::limits::VERIFIER_SKEW;
use crate::policy::Policy;
use crate::refusal::EndReason;
use crate::ring::KeyRing;
use crate::settings::bounds::AUTH_TOKEN_TTL_SECS;
use crate::time::{Span, Timestamp};

/// What signing out with a token that was made under `kid` changes, if anything. Any token of the family will do, current or
/// not: whoever wants a session to end may have it.
///
/// Nothing changes for a token of another app or client, of a bound session without its proof, of a session that is over,
/// or made under a retired key (such a key may be stolen, and must not be a way to sign others out).
pub fn sign_out(
    stored: Option<&Family>,
    kid: Kid,
    (app, client, proof): (&AppId, &ClientId, Option<&str>),
    ring: &KeyRing,
    policy: &Policy,
    now: Timestamp,
) -> Option<Change> {
    let family = stored?;
    let holder = family.app == *app
        && family.client == *client
        && family.confirmation.as_deref().is_none_or(|key| proof == Some(key));
    let open = family.over(now).is_none() && !ring.is_retired(kid);
    (holder && open).then(|| end(family.id, EndReason::User, policy, now))
}

/// The end of one session, whatever its counter is by then.
pub fn end(family: FamilyId, reason: EndReason, policy: &Policy, now: Timestamp) -> Change {
    Change::End {
        family,
        expected: None,
        scope: Scope::Session,
        reason,
        at: now,
        remember_until: now.plus(policy.longest_ttl).plus(VERIFIER_SKEW),
    }
}

/// An end that the store forgot when it went back in time, made again as it was. The feed remembers it for as long as an auth
/// token of the session can live under any settings.
pub fn end_again(family: FamilyId, reason: EndReason, at: Timestamp) -> Change {
    let longest = Span::from_secs(*AUTH_TOKEN_TTL_SECS.end());
    let remember_until = at.plus(longest).plus(VERIFIER_SKEW);
    Change::End { family, expected: None, scope: Scope::Session, reason, at, remember_until }
}
