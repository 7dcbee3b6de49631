//! Names that a crate's code must not contain: the clock, randomness and I/O in `core` above all.

use std::path::Path;

use super::table::Crate;
use crate::finding::Finding;
use crate::rust::tree::modules;

pub(super) fn check(workspace: &Path, krate: &Crate) -> Vec<Finding> {
    let mut found = Vec::new();
    for root in ["lib.rs", "main.rs"] {
        for module in modules(workspace, &format!("{}/src/{root}", krate.dir)) {
            for path in module.paths() {
                for name in krate.unspeakable.iter().filter(|name| says(&path.segments, name)) {
                    let what = format!(
                        "`{}`: {} must not know of `{name}`",
                        path.segments.join("::"),
                        krate.package
                    );
                    found.push(Finding::new(module.file.as_str(), path.line, what));
                }
            }
        }
    }
    found
}

/// Whether `name`, which may be a path, stands anywhere in `segments`.
fn says(segments: &[String], name: &str) -> bool {
    let wanted: Vec<&str> = name.split("::").collect();
    segments.windows(wanted.len()).any(|window| window.iter().zip(&wanted).all(|(have, want)| have == want))
}
