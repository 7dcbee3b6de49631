//! The rules as the checker sees them: read, decide, commit. A mutant replaces one of the three.

use tenure_core::change::Change;
use tenure_core::family::Family;
use tenure_core::ring::KeyRing;
use tenure_core::rotate::{Circumstances, Decision};
use tenure_core::time::Timestamp;
use tenure_core::token::AuthenticToken;

use crate::common::Asking;

/// What is checked. As it stands it is the real thing.
pub(crate) trait Rule {
    /// Text to token: the tag is checked here.
    fn read(&self, text: &str, ring: &KeyRing) -> Option<AuthenticToken> {
        AuthenticToken::authenticate(text, ring).ok()
    }

    /// The verdict.
    fn decide(&self, row: &Family, asking: &Asking<'_>, c: &Circumstances<'_>) -> Decision {
        asking.decide(Some(row), c)
    }

    /// The row after the change, or nothing where its guard does not hold.
    fn commit(&self, change: &Change, row: &Family, _now: Timestamp) -> Option<Family> {
        change.applies_to(row).then(|| change.apply(row))
    }
}

/// The rules of the crate.
pub(crate) struct TheRules;

impl Rule for TheRules {}
