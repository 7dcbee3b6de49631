//! Each kind of untidiness is found where it stands, and what only looks like it is not.

use super::check;
use crate::scratch::Scratch;

fn said(files: &[(&str, &str)]) -> Vec<String> {
    let scratch = Scratch::new(&[("Cargo.toml", "")]);
    for (file, text) in files {
        scratch.write(file, text);
    }
    check(scratch.root()).iter().map(ToString::to_string).collect()
}

#[test]
fn a_tidy_workspace_has_no_findings() {
    let readme = "# A `b` C!\n[x](a/b.rs) [y](#a-b-c) [z](docs/c.md#d-1) <https://x.y> [w](https://x.y)\n`a/b.rs` `no/b.rs`\n";
    let files = [
        ("README.md", readme),
        ("a/b.rs", "//! A sentence.\n"),
        ("docs/c.md", "# D\n## D\n```\n[no](no.md)\n```\n"),
    ];
    assert_eq!(said(&files), Vec::<String>::new());
}

#[test]
fn what_others_wrote_or_built_is_not_looked_at() {
    let leftover = concat!("// TO", "DO");
    assert_eq!(said(&[("target/a.rs", leftover), ("x/node_modules/b.js", leftover)]), Vec::<String>::new());
}

#[test]
fn the_shape_of_a_file() {
    assert!(said(&[("a.rs", "fn main() {}\n")])[0].starts_with("a.rs:1: opens without"));
    let long = "//! Long.\n".to_owned() + &"//\n".repeat(400);
    assert_eq!(said(&[("a.rs", &long)]), ["a.rs:401: 401 lines; at most 400"]);
    assert_eq!(
        said(&[("a.rs", "//! A.\n\tx\ny \n")]),
        ["a.rs:2: a tab", "a.rs:3: white space at the end of the line"]
    );
}

#[test]
fn half_of_the_source_is_short_and_tests_do_not_count() {
    let long = "//! Long.\n".to_owned() + &"//\n".repeat(199);
    let found = said(&[("a/src/lib.rs", &long), ("a/src/b.rs", &long), ("a/src/c.rs", "//! C.\n")]);
    assert_eq!(found, ["half of the source files have 200 lines or more; fewer than 150 are wanted"]);
    assert_eq!(said(&[("a/src/tests.rs", &long), ("a/tests/b.rs", &long)]), Vec::<String>::new());
}

#[test]
fn leftovers() {
    let text = concat!("a\nTO", "DO: b\nunimple", "mented!()\nmethoTO", "DOlogy\n");
    let lines: Vec<String> =
        said(&[("a.txt", text)]).iter().map(|s| s.split('`').next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["a.txt:2: ", "a.txt:3: "]);
}

#[test]
fn broken_links() {
    let page = "[a](no.md)\n[b](#nowhere)\n[c](b.md#nowhere)\n[d]: no.md\n`[e](no.md)`\n";
    assert_eq!(
        said(&[("docs/a.md", page), ("docs/b.md", "# B\n")]),
        [
            "docs/a.md:1: link to `no.md`: no such file",
            "docs/a.md:2: link to `#nowhere`: no such heading",
            "docs/a.md:3: link to `b.md#nowhere`: no such heading",
            "docs/a.md:4: link to `no.md`: no such file",
        ]
    );
}

#[test]
fn files_that_a_document_names() {
    assert_eq!(
        said(&[("a.md", "`docs/b.md` `c/d.rs`\n"), ("docs/e.md", "")]),
        ["a.md:1: `docs/b.md` is not there"]
    );
}

#[test]
fn every_dependency_has_a_reason_and_every_record_is_in_the_index() {
    let manifest =
        "[workspace.dependencies]\ntoml = \"1\"\naxum = { version = \"1\" }\nours = { path = \"ours\" }\n";
    let page = "docs/decisions/0001-dependencies.md";
    assert_eq!(
        said(&[("Cargo.toml", manifest), (page, "* `axum`: …\n")]),
        [
            "docs/decisions/0001-dependencies.md: `toml` has no reason here",
            "docs/decisions/README.md: `0001-dependencies.md` is not in the index",
        ]
    );
}

#[test]
fn a_lock_file_of_the_fuzz_targets_that_lags_behind() {
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
    let manifest = package("fuzz") + "[workspace]\n[dependencies]\nours = { path = \"../ours\" }\n";
    let (ours, lib) = (package("ours") + "[workspace]\n", "//! Ours.\n");
    let files = [
        ("fuzz/Cargo.toml", &manifest[..]),
        ("fuzz/src/lib.rs", lib),
        ("ours/Cargo.toml", &ours),
        ("ours/src/lib.rs", lib),
    ];
    let lock = |packages: &str| format!("# Made by cargo.\nversion = 4\n\n{packages}");
    let fuzz = "[[package]]\nname = \"fuzz\"\nversion = \"0.0.0\"\n";
    let fresh = lock(&format!(
        "{fuzz}dependencies = [\n \"ours\",\n]\n\n[[package]]\nname = \"ours\"\nversion = \"0.0.0\"\n"
    ));
    let with = |lock: &str| said(&[&files[..], &[("fuzz/Cargo.lock", lock)]].concat());
    assert_eq!(with(&fresh), Vec::<String>::new());
    let stale =
        "fuzz/Cargo.lock: is not up to date: cargo update --workspace --manifest-path fuzz/Cargo.toml";
    assert_eq!(with(&lock(fuzz)), [stale]);
}
