//! The rules of an auth token, 2 to 14 of `docs/reference/verifiers.md`, in their order; and the one after them that a route may add.

use tenure_jose::{Unverified, VerifyingKey};

use crate::claims::Claims;
use crate::limits::SKEW_SECS;
use crate::policy::Policy;
use crate::refusal::Refusal;

/// What `typ` may be (RFC 9068 §2.1); `application/` before either is taken, too.
const TYPES: [&str; 2] = ["JWT", "at+jwt"];

/// What a token must say to be accepted here.
#[derive(Clone)]
pub(crate) struct Expected {
    /// `iss`, exactly.
    pub(crate) issuer: String,
    /// One of `aud`.
    pub(crate) audience: String,
    /// Seconds after `exp` that are allowed for clocks.
    pub(crate) leeway_secs: i64,
}

impl Expected {
    /// Rules 2 to 5: what can be said before there is a key.
    pub(crate) fn parse<'t>(&self, token: &'t str) -> Result<Unverified<'t>, Refusal> {
        let unverified = Unverified::parse(token)?;
        if unverified.says_issuer(&self.issuer) { Ok(unverified) } else { Err(Refusal::WrongIssuer) }
    }

    /// Rules 7 to 14. `now` is Unix seconds.
    pub(crate) fn verify(
        &self,
        token: Unverified<'_>,
        key: &VerifyingKey,
        now: i64,
    ) -> Result<Claims, Refusal> {
        let claims = Claims::of_auth_token(token.verify(key, &TYPES)?.into_payload())?;
        self.is_for_us(&claims)?;
        self.is_timely(&claims, now)?;
        Ok(claims)
    }

    /// Rule 12.
    pub(crate) fn is_for_us(&self, claims: &Claims) -> Result<(), Refusal> {
        if claims.is_for(&self.audience) { Ok(()) } else { Err(Refusal::WrongAudience) }
    }

    /// Rules 13 and 14, again each time that a token comes.
    pub(crate) fn is_timely(&self, claims: &Claims, now: i64) -> Result<(), Refusal> {
        let latest = now.saturating_add(SKEW_SECS);
        if claims.issued_at() > latest || claims.not_before().is_some_and(|moment| moment > latest) {
            return Err(Refusal::NotYetValid);
        }
        self.is_unexpired(claims, now)
    }

    /// Rule 14 alone: when a session token began is the server's to say, by its own clock.
    pub(crate) fn is_unexpired(&self, claims: &Claims, now: i64) -> Result<(), Refusal> {
        if claims.expires_at().saturating_add(self.leeway_secs) <= now {
            return Err(Refusal::Expired);
        }
        Ok(())
    }
}

/// Rule 16: a sign-in as recent and as strong as the route asks for (RFC 9470 §3). A token that does not say is neither.
pub(crate) fn is_sign_in_enough(claims: &Claims, policy: &Policy, now: i64) -> Result<(), Refusal> {
    let recent = policy.max_age_secs().is_none_or(|most| {
        claims.authenticated_at().is_some_and(|then| now.saturating_sub(then) <= i64::from(most))
    });
    let wanted = policy.acr_values_wanted();
    let strong = wanted.is_empty() || claims.acr().is_some_and(|acr| wanted.iter().any(|one| one == acr));
    if recent && strong { Ok(()) } else { Err(Refusal::InsufficientUserAuthentication) }
}
