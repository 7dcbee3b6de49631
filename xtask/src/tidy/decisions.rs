//! Decisions: every dependency has its reason on the page about dependencies, and every record is in the index.

use std::path::Path;

use crate::finding::Finding;
use crate::workspace;

const DEPENDENCIES: &str = "docs/decisions/0001-dependencies.md";
const FOLDER: &str = "docs/decisions/";
const INDEX: &str = "docs/decisions/README.md";

pub(super) fn check(root: &Path) -> Vec<Finding> {
    let mut found = reasons(root);
    let index = workspace::text(root, INDEX).unwrap_or_default();
    for file in workspace::files(root) {
        let Some(name) = file.strip_prefix(FOLDER) else { continue };
        if name != "README.md" && !index.contains(&format!("]({name})")) {
            found.push(Finding::new(INDEX, 0, format!("`{name}` is not in the index")));
        }
    }
    found
}

fn reasons(root: &Path) -> Vec<Finding> {
    let manifest = match workspace::toml(root, "Cargo.toml") {
        Ok(manifest) => manifest,
        Err(why) => return vec![Finding::new("", 0, why)],
    };
    let listed = manifest.get("workspace").and_then(|w| w.get("dependencies")).and_then(|d| d.as_table());
    let theirs =
        listed.into_iter().flatten().filter(|(_, value)| value.get("path").is_none()).map(|(name, _)| name);
    let page = workspace::text(root, DEPENDENCIES).unwrap_or_default();
    let unnamed = theirs.filter(|name| !page.contains(&format!("`{name}`")));
    unnamed.map(|name| Finding::new(DEPENDENCIES, 0, format!("`{name}` has no reason here"))).collect()
}
