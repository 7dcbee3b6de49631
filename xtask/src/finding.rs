//! What a check found wrong, and where.

use std::fmt;

/// One thing to change, at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Relative to the workspace; empty when no file is to blame.
    pub(crate) file: String,
    /// Counted from 1; 0 when the whole file is meant.
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl Finding {
    pub(crate) fn new(file: impl Into<String>, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.into(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file.as_str(), self.line) {
            ("", _) => write!(f, "{}", self.what),
            (file, 0) => write!(f, "{file}: {}", self.what),
            (file, line) => write!(f, "{file}:{line}: {}", self.what),
        }
    }
}

/// Prints every finding; `Ok` only when there is none.
pub(crate) fn report(check: &str, mut found: Vec<Finding>) -> Result<(), String> {
    if found.is_empty() {
        println!("{check}: nothing to say");
        return Ok(());
    }
    found.sort();
    found.dedup();
    for finding in &found {
        eprintln!("{finding}");
    }
    Err(format!("{check}: {} to change", found.len()))
}
