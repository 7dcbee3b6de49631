//! `cargo xtask layers`: imports run downward only, between crates and inside a crate.

mod between;
mod inside;

mod ambient;

mod table;

use std::path::Path;

use crate::finding::Finding;

/// Every import that runs upward, and every name that a crate must not know.
pub(crate) fn check(workspace: &Path) -> Vec<Finding> {
    let mut found = between::check(workspace);
    for krate in table::CRATES.iter().filter(|k| workspace.join(k.dir).join("Cargo.toml").is_file()) {
        found.extend(inside::check(workspace, krate.dir));
        found.extend(ambient::check(workspace, krate));
    }
    found
}

#[cfg(test)]
mod tests;
