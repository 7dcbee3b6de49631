//! The one error of a store.

use std::fmt;

/// The store could not do it now. Whether a write took effect is not known unless the verb says so; nothing is wrong with
/// the request, and the caller must answer 503, never a refusal.
#[derive(Clone, Debug)]
pub struct Unavailable {
    /// For the operator: what failed. Holds no secret and no user data.
    pub context: String,
}

impl Unavailable {
    /// An outage with its context.
    pub fn new(context: impl fmt::Display) -> Self {
        Self { context: context.to_string() }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store is unavailable: {}", self.context)
    }
}

impl std::error::Error for Unavailable {}
