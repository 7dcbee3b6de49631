//! The fuzz targets' lock file is a second one, which no build of the workspace brings up to date.

use std::path::Path;

use crate::finding::Finding;
use crate::shell;

const LOCK: &str = "fuzz/Cargo.lock";
const MANIFEST: &str = "fuzz/Cargo.toml";

pub(super) fn check(root: &Path) -> Option<Finding> {
    if !root.join(MANIFEST).exists() {
        return None;
    }
    let words = ["cargo", "metadata", "--locked", "--format-version", "1", "--manifest-path", MANIFEST];
    let mend = format!("is not up to date: cargo update --workspace --manifest-path {MANIFEST}");
    shell::output(root, &words).is_none().then(|| Finding::new(LOCK, 0, mend))
}
