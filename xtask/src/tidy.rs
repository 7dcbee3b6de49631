//! `cargo xtask tidy`: files are small, open with a sentence, and hold no leftovers; what documents name exists; locks are fresh.

mod leftovers;
mod shape;

mod links;
mod named_files;

mod decisions;
mod fuzz_lock;

mod markdown;

use std::path::Path;

use crate::finding::Finding;
use crate::workspace;

/// Everything that is untidy.
pub(crate) fn check(root: &Path) -> Vec<Finding> {
    let files = workspace::files(root);
    let mut found = decisions::check(root);
    found.extend(fuzz_lock::check(root));
    let mut lengths = Vec::new();
    for file in &files {
        let Some(text) = workspace::text(root, file) else { continue };
        found.extend(leftovers::check(file, &text));
        if file.ends_with(".rs") {
            found.extend(shape::check(file, &text));
            lengths.extend(shape::counted(file, &text));
        }
        if file.ends_with(".md") {
            found.extend(links::check(root, file, &text));
            found.extend(named_files::check(root, file, &text));
        }
    }
    found.extend(shape::median(lengths));
    found
}

#[cfg(test)]
mod tests;
