//! Leftovers: notes to oneself, and calls that mean "not yet".

use crate::finding::Finding;

/// Spelled in pieces, so that this file does not find itself.
const CALLS: &[&str] = &[concat!("to", "do!("), concat!("unimple", "mented!("), concat!("db", "g!(")];
const WORDS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];

/// Written by tools, with digests that may spell anything.
const LOCK_FILES: &[&str] = &["Cargo.lock", "package-lock.json", "uv.lock", "poetry.lock"];

pub(super) fn check(file: &str, text: &str) -> Vec<Finding> {
    if LOCK_FILES.contains(&file.rsplit('/').next().unwrap_or(file)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let calls = CALLS.iter().filter(|call| line.contains(**call));
        let words =
            WORDS.iter().filter(|word| line.split(|c: char| !c.is_alphanumeric()).any(|part| part == **word));
        let all: Vec<&str> = calls.chain(words).copied().collect();
        found.extend(
            all.iter()
                .map(|what| Finding::new(file, at + 1, format!("`{what}`: do it, or list it as known"))),
        );
    }
    found
}
