//! `cargo xtask purity`: `core` depends on nothing that could read a clock, draw randomness or do I/O.

use std::path::Path;

use crate::finding::Finding;
use crate::shell;

/// Every crate that `core` may pull in, at any depth.
///
/// A new name here is a decision: read what the crate can reach before adding it.
const PURE: &[&str] = &[
    "tenure-core", //
    // What the tag, the digests and the keys are made with.
    "base64ct",
    "hmac",
    "sha2",
    "subtle",
    "zeroize",
    // Their parts.
    "block-buffer",
    "cfg-if",
    "cmov",
    "const-oid",
    "crypto-common",
    "ctutils",
    "digest",
    "hybrid-array",
    "typenum",
    // Asks the processor what it can do. On some targets it asks through libc, for that alone.
    "cpufeatures",
    "libc",
    // `#[derive(Zeroize)]`: run by the compiler, not by us.
    "zeroize_derive",
    "proc-macro2",
    "quote",
    "syn",
    "unicode-ident",
];

/// Every crate below `core` that is not on the list.
pub(crate) fn check(root: &Path) -> Vec<Finding> {
    let words = ["cargo", "tree", "-p", "tenure-core", "-e", "normal", "--prefix", "none"];
    match shell::output(root, &words) {
        Some(tree) => strangers(&tree),
        None => vec![Finding::new("core/Cargo.toml", 0, format!("`{}` failed", words.join(" ")))],
    }
}

fn strangers(tree: &str) -> Vec<Finding> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    let strangers = names.filter(|name| !PURE.contains(name));
    let what =
        |name| format!("tenure-core pulls in `{name}`, which is not on the list in xtask/src/purity.rs");
    strangers.map(|name| Finding::new("core/Cargo.toml", 0, what(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_below_core_is_named() {
        let found = strangers("tenure-core v0.1.0 (/x)\nhmac v0.13.0\ngetrandom v0.4.3\nhmac v0.13.0 (*)\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("`getrandom`"), "{}", found[0].what);
    }
}
