//! The files of the workspace, as every check sees them.

use std::fs;
use std::path::{Path, PathBuf};

/// What is built, downloaded or written at run time, wherever it lies: nobody committed it.
const NOT_OURS: &[&str] = &[
    ".git",
    "target",
    "node_modules",
    ".venv",
    ".hypothesis",
    ".schemathesis",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "tenure-data",
    "dist",
    "build",
];

/// The directory of the workspace that this program was built in.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Every file below `root`, as paths relative to it with `/`, sorted.
pub(crate) fn files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    walk(root, "", &mut found);
    found.sort();
    found
}

fn walk(dir: &Path, prefix: &str, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let relative = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) => {
                walk(&entry.path(), &relative, found)
            }
            Ok(kind) if kind.is_file() => found.push(relative),
            _ => {}
        }
    }
}

/// The text of a file; `None` when it is not there or not text.
pub(crate) fn text(root: &Path, file: &str) -> Option<String> {
    fs::read_to_string(root.join(file)).ok()
}

/// A TOML file, or what is wrong with it.
pub(crate) fn toml(root: &Path, file: &str) -> Result<toml::Table, String> {
    let text = text(root, file).ok_or_else(|| format!("{file} cannot be read"))?;
    text.parse().map_err(|e: toml::de::Error| format!("{file}: {}", e.message()))
}

/// The directories of the members, as the workspace's manifest names them.
pub(crate) fn members(root: &Path) -> Result<Vec<String>, String> {
    let manifest = toml(root, "Cargo.toml")?;
    let listed = manifest.get("workspace").and_then(|w| w.get("members")).and_then(|m| m.as_array());
    let listed = listed.ok_or("Cargo.toml: no workspace.members")?;
    Ok(listed.iter().filter_map(|m| m.as_str()).map(str::to_owned).collect())
}
