//! Upward imports are found, each where it stands; the workspace itself has none.

use super::check;
use super::table::{CRATES, IMPORTED_BY_NOBODY, Imports};
use crate::scratch::Scratch;
use crate::workspace;

const WORKSPACE: &str = "[workspace]\nmembers = [\"core\", \"store\", \"server\", \"cli\"]\n";

fn scratch() -> Scratch {
    let scratch = Scratch::new(&[
        ("Cargo.toml", WORKSPACE),
        ("core/Cargo.toml", "[dependencies]\nhmac.workspace = true\n[dev-dependencies]\nproptest = \"1\"\n"),
        ("core/src/lib.rs", "pub mod rules;\npub use rules::Rule;\nmod time;\n"),
        ("core/src/rules.rs", "use crate::time::Span;\nmod inner;\n"),
        ("core/src/rules/inner.rs", "use super::Rule;\nuse crate::Rule as R;\n"),
        ("core/src/time.rs", "#[cfg(test)]\nmod tests { use crate::rules::Rule; use std::env; }\n"),
        (
            "store/Cargo.toml",
            "[dependencies]\ntenure-core.workspace = true\n[dev-dependencies]\ntenure-store = { path = \".\" }\n",
        ),
        ("store/src/lib.rs", ""),
        ("server/Cargo.toml", "[dependencies]\naxum = \"1\"\n"),
        ("server/src/lib.rs", ""),
        ("cli/Cargo.toml", "[dependencies]\ntenure-store = { path = \"../store\" }\n"),
        ("cli/src/main.rs", "mod a;\nfn main() {}\n"),
    ]);
    assert_eq!(said(&scratch), Vec::<String>::new(), "the workspace that the tests start from is in order");
    scratch
}

fn said(scratch: &Scratch) -> Vec<String> {
    check(scratch.root()).iter().map(ToString::to_string).collect()
}

#[test]
fn an_upward_edge_between_crates_is_found() {
    let scratch = scratch();
    scratch
        .write("core/Cargo.toml", "[dependencies]\nhmac.workspace = true\ntenure-store.workspace = true\n");
    assert_eq!(
        said(&scratch),
        ["core/Cargo.toml:3: tenure-core (layer 0) -> tenure-store (layer 1): not in its line of the table"]
    );
}

#[test]
fn a_crate_of_others_that_must_not_be_known_is_found_under_any_name() {
    let scratch = scratch();
    scratch.write("core/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nlibc = \"1\"\n");
    scratch.write(
        "server/Cargo.toml",
        "[dependencies]\naxum = \"1\"\n\n[dependencies.db]\npackage = \"rusqlite\"\n",
    );
    assert_eq!(
        said(&scratch),
        [
            "core/Cargo.toml:2: tenure-core -> libc: tenure-core must not know of it",
            "server/Cargo.toml:4: tenure-server -> rusqlite: tenure-server must not know of it",
        ]
    );
}

#[test]
fn nobody_imports_the_binary_even_for_tests() {
    let scratch = scratch();
    scratch.write("server/Cargo.toml", "[dev-dependencies]\ntenure = { path = \"../cli\" }\n");
    assert_eq!(said(&scratch), ["server/Cargo.toml:2: tenure-server -> tenure: nobody imports it"]);
}

#[test]
fn a_crate_without_a_line_in_the_table_is_found() {
    let scratch = scratch();
    scratch.write("Cargo.toml", "[workspace]\nmembers = [\"core\", \"shiny\"]\n");
    assert!(said(&scratch)[0].contains("`shiny` has no line"), "{:?}", said(&scratch));
}

#[test]
fn an_upward_edge_inside_a_crate_is_found_however_it_is_written() {
    let upward = "`time` uses `rules`, which core/src/lib.rs declares above it";
    for line in [
        "use crate::rules::Rule;",
        "use crate::{rules::Rule};",
        "use crate::Rule;",
        "use super::rules;",
        "fn f() { crate::rules::decide() }",
        "mod deeper { use super::super::rules::Rule; }",
    ] {
        let scratch = scratch();
        scratch.write("core/src/time.rs", &format!("//! Time.\n{line}\n"));
        assert_eq!(said(&scratch), [format!("core/src/time.rs:2: {upward}")], "{line}");
    }
}

#[test]
fn an_ambient_clock_in_core_is_found_however_it_is_imported() {
    for (line, name) in [
        ("use std::time::SystemTime;", "SystemTime"),
        ("use std::time::{Duration, Instant};", "Instant"),
        ("use std::{env, fmt};", "std::env"),
        ("async fn f() {}", "async"),
        ("fn f() { ::getrandom::fill() }", "getrandom"),
    ] {
        let scratch = scratch();
        scratch.write("core/src/time.rs", &format!("// std::fs\n{line}\n"));
        let found = said(&scratch);
        assert_eq!(found.len(), 1, "{line}: {found:?}");
        assert!(
            found[0].starts_with("core/src/time.rs:2: ") && found[0].contains(&format!("`{name}`")),
            "{found:?}"
        );
    }
}

#[test]
fn the_table_itself_runs_downward() {
    for krate in CRATES {
        let Imports::Only(imports) = &krate.imports else { continue };
        for import in *imports {
            let imported =
                CRATES.iter().find(|k| k.package == *import).expect("imports name crates of the table");
            assert!(
                imported.layer < krate.layer && imported.layer < IMPORTED_BY_NOBODY,
                "{} -> {import}",
                krate.package
            );
        }
    }
}

#[test]
fn this_workspace_passes() {
    assert_eq!(check(&workspace::root()), []);
}
