//! `cargo xtask instructions`: what the processor does for each piece of the pure hot path is no more than was written down.
//!
//! callgrind counts instructions, so that a busy machine changes nothing. A count depends on the compiler and on the crates in
//! `Cargo.lock`; hardly on the machine, because valgrind shows no program the instructions for SHA and AVX-512.

mod table;

use std::path::Path;
use std::process::Command;

use crate::shell;
use crate::tools::VALGRIND;
use table::{Count, Table};

/// Two runs, of which the difference is counted: what comes before and after the rounds is in both.
const ROUNDS: [u32; 2] = [100, 300];
const FILE: &str = "benches/instructions.toml";
const HEADER: &str = "# Instructions of each piece of the pure hot path (benches/src/main.rs), as callgrind counts them on x86-64.\n\
                      # `cargo xtask instructions` compares with it, `--update` writes it.\n\n";

/// Counts every piece and compares; with `--update`, writes down what was counted.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), String> {
    let update = match args {
        [] => false,
        [only] if only == "--update" => true,
        _ => return Err("usage: cargo xtask instructions [--update]".to_owned()),
    };
    if !cfg!(target_arch = "x86_64") {
        println!("instructions: the table is of x86-64; nothing to compare here");
        return Ok(());
    }
    if !VALGRIND.is_there(root) {
        return Err("valgrind is missing: run `cargo xtask setup`".to_owned());
    }
    let counted = count_all(root)?;
    let compiler = shell::output(root, &["rustc", "--version"]).unwrap_or_default();
    let compiler = compiler.split(" (").next().unwrap_or_default().trim();
    let path = root.join(FILE);
    if update {
        let text = format!("{HEADER}{}", Table::written(compiler, &counted));
        return std::fs::write(path, text).map_err(|error| format!("{FILE}: {error}"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("{FILE}: {error}"))?;
    let table = Table::parse(&text).map_err(|why| format!("{FILE}: {why}"))?;
    let (lines, failed) = table.compare(&counted);
    println!("{lines}");
    if table.compiler != compiler {
        println!(
            "written down with {}, counted with {compiler}: that alone may be a difference",
            table.compiler
        );
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!(
        "instructions: {}; if that is what the change is worth, `cargo xtask instructions --update` writes it down",
        failed.join(", ")
    ))
}

fn count_all(root: &Path) -> Result<Vec<Count>, String> {
    shell::run(root, &["cargo", "build", "--release", "--quiet", "--package", "tenure-benches"], &[])?;
    // The program is wherever this target directory is.
    let run = ["cargo", "run", "--release", "--quiet", "--package", "tenure-benches"];
    let names = shell::output(root, &run).ok_or("the pieces could not be listed")?;
    let one = |name: &str| {
        let [few, many] = ROUNDS.map(|rounds| callgrind(root, name, rounds));
        let counted = many?.saturating_sub(few?) / u64::from(ROUNDS[1] - ROUNDS[0]);
        Ok(Count { name: name.to_owned(), counted })
    };
    names.lines().map(one).collect()
}

/// The instructions of a whole run.
fn callgrind(root: &Path, name: &str, rounds: u32) -> Result<u64, String> {
    let rounds = rounds.to_string();
    let valgrind = "valgrind --tool=callgrind --callgrind-out-file=/dev/null";
    // cargo starts the program through what this variable names, as it does for other processors.
    let output = Command::new("cargo")
        .args(["run", "--release", "--quiet", "--package", "tenure-benches", "--", name, &rounds])
        .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER", valgrind)
        .current_dir(root)
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split("Collected : ").nth(1));
    match collected.and_then(|number| number.trim().parse().ok()) {
        Some(number) if output.status.success() => Ok(number),
        _ => Err(format!("{name} could not be counted:\n{said}")),
    }
}
