//! What a check says.

use serde::Serialize;

/// Something that is set up wrong: one line each of what, why it matters, and what to do.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Finding {
    pub what: String,
    pub why: &'static str,
    #[serde(rename = "do")]
    pub what_to_do: String,
}

/// The outcome of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It could look; nothing found is healthy.
    Judged(Vec<Finding>),
    /// It could not look, and why.
    Skipped(String),
}

impl Finding {
    pub fn new(what: impl Into<String>, why: &'static str, what_to_do: impl Into<String>) -> Self {
        Self { what: what.into(), why, what_to_do: what_to_do.into() }
    }
}

impl Verdict {
    /// Could not look.
    pub fn skipped(why: impl Into<String>) -> Self {
        Self::Skipped(why.into())
    }
}
