//! Auth tokens that were verified, so that they need no second look at their signature.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use tenure_jose::VerifyingKey;

use crate::claims::Claims;
use crate::limits::REMEMBERED_TOKENS;

/// What is remembered. A token is found by a hash that is keyed at random, and a compare of all of it; what was not verified
/// never gets in, so that whoever makes tokens up fills nothing.
pub(crate) struct VerifiedTokens {
    tokens: Cache<Text<Box<str>>, Arc<VerifiedToken>>,
}

/// A token's text. Only its end is hashed: that is of the signature, which nobody chooses.
#[derive(PartialEq, Eq)]
struct Text<T>(T);

/// How much of it is, in bytes.
const HASHED_BYTES: usize = 32;

/// A token whose signature was good, and which was for us.
pub(crate) struct VerifiedToken {
    pub(crate) claims: Arc<Claims>,
    /// The key that it was verified with.
    pub(crate) key: Arc<VerifyingKey>,
    /// The key is among those in use.
    pub(crate) key_seen: SeenIn,
    /// The feed does not refuse it.
    pub(crate) feed_seen: SeenIn,
}

/// The last epoch in which something was seen to be so.
pub(crate) struct SeenIn(AtomicU64);

impl VerifiedTokens {
    pub(crate) fn new() -> Self {
        VerifiedTokens { tokens: Cache::new(REMEMBERED_TOKENS) }
    }

    pub(crate) fn find(&self, token: &str) -> Option<Arc<VerifiedToken>> {
        self.tokens.get(&Text(token))
    }

    pub(crate) fn remember(&self, token: &str, verified: &Arc<VerifiedToken>) {
        self.tokens.insert(Text(token.into()), verified.clone());
    }

    pub(crate) fn forget(&self, token: &str) {
        self.tokens.remove(&Text(token));
    }

    /// How many are remembered.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }
}

impl<T: AsRef<str>> Hash for Text<T> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let bytes = self.0.as_ref().as_bytes();
        hasher.write(&bytes[bytes.len().saturating_sub(HASHED_BYTES)..]);
    }
}

impl Equivalent<Text<Box<str>>> for Text<&str> {
    fn equivalent(&self, other: &Text<Box<str>>) -> bool {
        *self.0 == *other.0
    }
}

impl SeenIn {
    pub(crate) fn never() -> Self {
        SeenIn(AtomicU64::new(u64::MAX))
    }

    /// Whether it was seen in this epoch, or is by another look.
    pub(crate) fn holds(&self, epoch: u64, look: impl FnOnce() -> bool) -> bool {
        if self.0.load(Ordering::Relaxed) == epoch {
            return true;
        }
        let holds = look();
        if holds {
            self.0.store(epoch, Ordering::Relaxed);
        }
        holds
    }
}
