//! Between crates: each manifest depends only on what the table allows.

use std::path::Path;

use super::table::{CRATES, Crate, Externals, IMPORTED_BY_NOBODY, Imports};
use crate::finding::Finding;
use crate::workspace;

pub(super) fn check(root: &Path) -> Vec<Finding> {
    let members = match workspace::members(root) {
        Ok(members) => members,
        Err(why) => return vec![Finding::new("", 0, why)],
    };
    members.iter().flat_map(|dir| member(root, dir)).collect()
}

fn member(root: &Path, dir: &str) -> Vec<Finding> {
    let file = format!("{dir}/Cargo.toml");
    let Some(krate) = CRATES.iter().find(|k| k.dir == dir) else {
        let what = format!("`{dir}` has no line in xtask/src/layers/table.rs: which layer is it in?");
        return vec![Finding::new("Cargo.toml", 0, what)];
    };
    let manifest = match workspace::toml(root, &file) {
        Ok(manifest) => manifest,
        Err(why) => return vec![Finding::new(file, 0, why)],
    };
    let text = workspace::text(root, &file).unwrap_or_default();
    let refused = dependencies(&manifest).into_iter().filter_map(|d| Some((refuse(krate, &d)?, d)));
    refused.map(|(why, d)| Finding::new(file.as_str(), line_of(&text, &d.key), why)).collect()
}

/// One line of a manifest's dependencies.
struct Dependency {
    key: String,
    package: String,
    for_tests: bool,
}

/// All dependencies, those of single targets and of the build script included.
fn dependencies(manifest: &toml::Table) -> Vec<Dependency> {
    let targets = manifest.get("target").and_then(|t| t.as_table()).into_iter().flat_map(|t| t.values());
    let tables = targets.filter_map(|t| t.as_table()).chain([manifest]);
    let mut found = Vec::new();
    for table in tables {
        for (section, for_tests) in
            [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
        {
            let Some(listed) = table.get(section).and_then(|d| d.as_table()) else { continue };
            found.extend(listed.iter().map(|(key, value)| Dependency {
                key: key.clone(),
                package: value.get("package").and_then(|p| p.as_str()).unwrap_or(key).to_owned(),
                for_tests,
            }));
        }
    }
    found
}

fn refuse(krate: &Crate, dependency: &Dependency) -> Option<String> {
    let (name, package) = (dependency.package.as_str(), krate.package);
    match CRATES.iter().find(|k| k.package == name) {
        // A crate may import itself for its tests, to turn a feature on.
        Some(_) if dependency.for_tests && name == package => None,
        Some(imported) if imported.layer >= IMPORTED_BY_NOBODY => {
            Some(format!("{package} -> {name}: nobody imports it"))
        }
        _ if dependency.for_tests => None,
        Some(imported) => {
            let allowed = match &krate.imports {
                Imports::Only(names) => names.contains(&name),
                Imports::Anything => true,
            };
            (!allowed).then(|| {
                format!(
                    "{package} (layer {}) -> {name} (layer {}): not in its line of the table",
                    krate.layer, imported.layer
                )
            })
        }
        None => {
            let allowed = match &krate.externals {
                Externals::Only(names) => names.contains(&name),
                Externals::Except(banned) => !banned.iter().any(|names| names.contains(&name)),
                Externals::Anything => true,
            };
            (!allowed).then(|| format!("{package} -> {name}: {package} must not know of it"))
        }
    }
}

/// Where the manifest says `key = …`, `key.workspace = …` or `[dependencies.key]`.
fn line_of(text: &str, key: &str) -> usize {
    let names_it = |line: &str| match line.trim().strip_prefix(key) {
        Some(rest) => rest.trim_start().starts_with(['=', '.']),
        None => line.trim().ends_with(&format!(".{key}]")),
    };
    text.lines().position(names_it).map_or(0, |at| at + 1)
}
