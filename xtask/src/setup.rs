//! `cargo xtask setup`: installs what a bare Debian with Rust lacks for `cargo xtask ci`, and nothing that is there.

pub(crate) mod folders;

use std::path::Path;

use crate::shell;
use crate::tools::{From, TOOLS, Tool};

/// Safe to run at any time; says what it does; fast when there is nothing to do.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let missing: Vec<&Tool> = TOOLS.iter().copied().filter(|tool| !tool.is_there(root)).collect();
    for tool in &missing {
        println!("setup: {} is missing", tool.name);
    }
    packages(root, &missing)?;
    for tool in &missing {
        match tool.from {
            From::Apt(_) => {}
            From::Rustup(component) => say_and_run(root, &["rustup", "component", "add", component], &[])?,
            From::Cargo(arguments) => {
                say_and_run(root, &[&["cargo", "install", "--locked"], arguments].concat(), FAST_INSTALL)?;
            }
        }
    }
    for folder in folders::FOLDERS {
        folders::fill(root, folder)?;
    }
    println!("setup: everything is there");
    Ok(())
}

/// These tools run for seconds and compile for minutes: what an optimizing build gains, it costs twice over.
const FAST_INSTALL: &[(&str, &str)] = &[
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
];

fn packages(root: &Path, missing: &[&Tool]) -> Result<(), String> {
    let names: Vec<&str> = missing
        .iter()
        .flat_map(|tool| match tool.from {
            From::Apt(packages) => packages,
            _ => &[],
        })
        .copied()
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    if shell::output(root, &["apt-get", "--version"]).is_none() {
        return Err(format!(
            "setup: no apt-get here; please install what these Debian packages hold: {}",
            names.join(" ")
        ));
    }
    let root_user = shell::output(root, &["id", "-u"]).is_some_and(|id| id.trim() == "0");
    let sudo: &[&str] = if root_user { &[] } else { &["sudo"] };
    let quiet: &[&str] = &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    say_and_run(root, &[sudo, quiet, &["update"]].concat(), &[])?;
    say_and_run(root, &[sudo, quiet, &["install", "-y", "--no-install-recommends"], &names].concat(), &[])
}

fn say_and_run(root: &Path, words: &[&str], env: &[(&str, &str)]) -> Result<(), String> {
    println!("setup: {}", words.join(" "));
    shell::run(root, words, env)
}
