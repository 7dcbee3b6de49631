//! Project automation: `cargo xtask` and a command, each one file of the same name.
#![allow(clippy::print_stdout, clippy::print_stderr)] // printing is what a command is for

mod ci;
mod fuzz;
mod instructions;
mod layers;
mod purity;
mod requirements;
mod setup;
mod tidy;

mod rust;

mod tools;

mod shell;

mod finding;
mod workspace;

#[cfg(test)]
mod scratch;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  setup               install what a bare Debian with Rust lacks for `ci`
  ci [--quick] [STEP…]  every check, in order, up to the first failure; --quick leaves out what takes minutes
  fuzz [TARGET…] [--seconds N]  each fuzz target under libFuzzer, 300 s if nothing else is said; needs cargo-fuzz
  instructions [--update]  what the processor does for the pure hot path, compared with what was written down
  layers              imports run downward only, between crates and inside a crate
  tidy                files are small, open with a sentence, hold no leftovers; links resolve
  purity              `core` depends on nothing that could read a clock, draw randomness or do I/O
  requirements        every requirement that applies has a test that carries its id
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.get(1..).unwrap_or_default();
    let outcome = match args.first().map(String::as_str) {
        Some("setup") => setup::run(&workspace::root()),
        Some("ci") => ci::run(&workspace::root(), rest),
        Some("fuzz") => fuzz::run(&workspace::root(), rest),
        Some("instructions") => instructions::run(&workspace::root(), rest),
        Some("layers") => finding::report("layers", layers::check(&workspace::root())),
        Some("tidy") => finding::report("tidy", tidy::check(&workspace::root())),
        Some("purity") => finding::report("purity", purity::check(&workspace::root())),
        Some("requirements") => finding::report("requirements", requirements::check(&workspace::root())),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{}", why.trim_end());
            ExitCode::FAILURE
        }
    }
}
