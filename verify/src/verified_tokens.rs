//! Auth tokens that were verified, so that they need no second look at their signature.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use crate::claims::Claims;
use crate::limits::REMEMBERED_TOKENS;

/// What is remembered. A token is found by a hash that is keyed at random, and a compare of all of it; what was not verified
/// never gets in, so that whoever makes tokens up fills nothing.
pub(crate) struct VerifiedTokens {
    tokens: Cache<Text<Box<str>>, Arc<Claims>>,
}

/// A token's text. Only its end is hashed: that is of the signature, which nobody chooses.
#[derive(PartialEq, Eq)]
struct Text<T>(T);

/// How much of it is, in bytes.
const HASHED_BYTES: usize = 32;

impl VerifiedTokens {
    pub(crate) fn new() -> Self {
        VerifiedTokens { tokens: Cache::new(REMEMBERED_TOKENS) }
    }

    pub(crate) fn find(&self, token: &str) -> Option<Arc<Claims>> {
        self.tokens.get(&Text(token))
    }

    pub(crate) fn remember(&self, token: &str, verified: &Arc<Claims>) {
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
