//! `vectors/` is what this crate writes, and says nothing twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tenure_vectors::tokens;

#[test]
fn the_files_are_those_that_are_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors");
    for (name, text) in tenure_vectors::files() {
        let committed = fs::read_to_string(folder.join(name)).unwrap();
        assert!(committed == text, "{name} is not what is written: cargo run -p tenure-vectors");
    }
}

#[test]
fn each_token_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for case in tokens::all() {
        assert!(
            case.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{} is not in kebab case",
            case.name
        );
        assert!(names.insert(case.name.clone()), "{} is there twice", case.name);
    }
    assert!(names.len() > 400, "only {} tokens are left", names.len());
}
