//! Links between documents: each leads to a file that is there, and to a heading that it has.

use std::path::{Component, Path, PathBuf};

use super::markdown;
use crate::finding::Finding;

pub(super) fn check(root: &Path, file: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in markdown::lines(text) {
        let prose = markdown::without_code(line);
        for target in targets(&prose) {
            if let Some(why) = broken(root, file, text, target) {
                found.push(Finding::new(file, number, format!("link to `{target}`: {why}")));
            }
        }
    }
    found
}

/// Where the links of a line lead: `[…](target)`, `[…](target "title")`, `[…]: target`.
fn targets(line: &str) -> Vec<&str> {
    let inline = line.split("](").skip(1).map(|rest| rest.split(')').next().unwrap_or(rest));
    let reference = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target);
    let first_word = |target: &str| target.split_whitespace().next().is_some();
    inline
        .chain(reference)
        .filter(|t| first_word(t))
        .map(|t| t.split_whitespace().next().unwrap_or(t))
        .collect()
}

fn broken(root: &Path, file: &str, text: &str, target: &str) -> Option<String> {
    let target = target.trim_start_matches('<').trim_end_matches('>');
    if target.contains("://") || target.starts_with("mailto:") {
        return None; // whether others keep their pages is not ours to check
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let place = if path.is_empty() { PathBuf::from(file) } else { resolve(file, path)? };
    if !root.join(&place).exists() {
        return Some("no such file".to_owned());
    }
    if anchor.is_empty() || place.extension().is_none_or(|e| e != "md") {
        return None;
    }
    let there = match path.is_empty() {
        true => text.to_owned(),
        false => std::fs::read_to_string(root.join(&place)).unwrap_or_default(),
    };
    (!markdown::anchors(&there).iter().any(|a| a == anchor)).then(|| "no such heading".to_owned())
}

/// `path` as seen from `file`; `None` when it leaves the workspace.
fn resolve(file: &str, path: &str) -> Option<PathBuf> {
    let mut place = Path::new(file).parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(path.trim_start_matches('/')).components() {
        match part {
            Component::ParentDir if !place.pop() => return None,
            Component::Normal(name) => place.push(name),
            _ => {}
        }
    }
    Some(place)
}
