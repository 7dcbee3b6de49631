//! `vectors/` is what this crate writes, and says nothing twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tenure_vectors::{feed, tokens};

#[test]
fn the_files_are_those_that_are_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors");
    for (name, text) in tenure_vectors::files() {
        let committed = fs::read_to_string(folder.join(name)).unwrap();
        assert!(committed == text, "{name} is not what is written: cargo run -p tenure-vectors");
    }
}

#[test]
fn each_token_and_each_course_has_a_name_of_its_own() {
    let tokens: Vec<_> = tokens::all().into_iter().map(|case| case.name).collect();
    let courses: Vec<_> = feed::all().into_iter().map(|course| course.name).collect();
    for (names, at_least) in [(tokens, 450), (courses, 60)] {
        let is_of_kebab_case = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        for name in &names {
            assert!(name.bytes().all(is_of_kebab_case), "{name} is not in kebab case");
        }
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "a name is there twice");
        assert!(names.len() >= at_least, "only {} are left", names.len());
    }
}
