//! The shape of a Rust file: it opens with a sentence, is short, and has no stray white space.

use crate::finding::Finding;

/// A file of this many lines is about more than one thing.
const LINES_MAX: usize = 400;
/// Half of all source files are shorter than this.
const LINES_MEDIAN: usize = 150;

pub(super) fn check(file: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    if !text.starts_with("//! ") {
        found.push(Finding::new(file, 1, "opens without a `//!` sentence that says what the file is about"));
    }
    let lines = text.lines().count();
    if lines > LINES_MAX {
        found.push(Finding::new(file, lines, format!("{lines} lines; at most {LINES_MAX}")));
    }
    for (at, line) in text.lines().enumerate() {
        if line.contains('\t') {
            found.push(Finding::new(file, at + 1, "a tab"));
        }
        if line.ends_with(char::is_whitespace) {
            found.push(Finding::new(file, at + 1, "white space at the end of the line"));
        }
    }
    found
}

/// The length of a file that counts for the median: tests may be long tables.
pub(super) fn counted(file: &str, text: &str) -> Option<usize> {
    let is_test = file.split('/').any(|part| part == "tests" || part == "tests.rs");
    (file.contains("src/") && !is_test).then(|| text.lines().count())
}

pub(super) fn median(mut lengths: Vec<usize>) -> Option<Finding> {
    lengths.sort_unstable();
    let median = *lengths.get(lengths.len() / 2)?;
    let what = || {
        format!("half of the source files have {median} lines or more; fewer than {LINES_MEDIAN} are wanted")
    };
    (median >= LINES_MEDIAN).then(|| Finding::new("", 0, what()))
}
