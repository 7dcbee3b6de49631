//! Files that a document names as code, such as `core/src/lib.rs`: a code map is only of use while it is true.

use std::path::Path;

use super::markdown;
use crate::finding::Finding;

const KINDS: &[&str] = &["rs", "md", "toml", "sql", "json", "txt", "sh", "js", "mjs", "py"];

pub(super) fn check(root: &Path, file: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in markdown::lines(text) {
        let names = markdown::pieces(line).filter(|(code, _)| *code).map(|(_, piece)| piece);
        for name in names.filter(|name| is_ours(root, name) && !root.join(name).exists()) {
            found.push(Finding::new(file, number, format!("`{name}` is not there")));
        }
    }
    found
}

/// Looks like a path from the root of the workspace: the first folder is there, and the name ends as ours do.
fn is_ours(root: &Path, name: &str) -> bool {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'));
    let folder = name.split_once('/').map_or("", |(folder, _)| folder);
    let kind = name.rsplit_once('.').map_or("", |(_, kind)| kind);
    plain
        && KINDS.contains(&kind)
        && !folder.starts_with('.')
        && !folder.is_empty()
        && root.join(folder).is_dir()
}
