//! Inside a crate: a module uses only the modules that the root file declares below it.

use std::collections::HashMap;
use std::path::Path;

use crate::finding::Finding;
use crate::rust::tree::{Module, modules};

pub(super) fn check(workspace: &Path, dir: &str) -> Vec<Finding> {
    ["lib.rs", "main.rs"].iter().flat_map(|root| below(workspace, &format!("{dir}/src/{root}"))).collect()
}

fn below(workspace: &Path, root_file: &str) -> Vec<Finding> {
    let modules = modules(workspace, root_file);
    let Some(root) = modules.first() else { return Vec::new() };
    let order = Order::of(root);
    let mut found = Vec::new();
    for module in &modules {
        for path in module.paths() {
            let (Some(from), Some(target)) = (path.module.first(), path.rooted()) else { continue };
            let Some(to) = target.first().and_then(|name| order.home(name)) else { continue };
            if order.upward(from, to) {
                let what = format!("`{from}` uses `{to}`, which {root_file} declares above it");
                found.push(Finding::new(module.file.as_str(), path.line, what));
            }
        }
    }
    found
}

/// What the root file declares, from the most to the least important.
struct Order {
    place: HashMap<String, usize>,
    /// Names that the root re-exports, with the module they come from.
    reexported: HashMap<String, String>,
}

impl Order {
    fn of(root: &Module) -> Self {
        let declared = root.declares().into_iter().filter_map(|(path, _)| <[String; 1]>::try_from(path).ok());
        let place: HashMap<String, usize> = declared.enumerate().map(|(at, [name])| (name, at)).collect();
        let mut reexported = HashMap::new();
        for path in root.paths().into_iter().filter(|p| p.module.is_empty()) {
            let target = path.rooted().unwrap_or_else(|| path.segments.clone());
            if let [home, .., name] = target.as_slice()
                && place.contains_key(home)
            {
                reexported.insert(path.alias.as_ref().unwrap_or(name).clone(), home.clone());
            }
        }
        Self { place, reexported }
    }

    /// The module behind `crate::name`; `None` for what the root itself defines, which is free to all.
    fn home<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        match self.place.contains_key(name) {
            true => Some(name),
            false => self.reexported.get(name).map(String::as_str),
        }
    }

    fn upward(&self, from: &str, to: &str) -> bool {
        matches!((self.place.get(from), self.place.get(to)), (Some(from), Some(to)) if to < from)
    }
}
