//! Running one step: what it needs, what it does, what came of it.

use std::path::Path;

use super::steps::{Run, Step};
use crate::setup::folders;
use crate::shell::Line;
use crate::{finding, shell};

/// What came of a step that did not fail.
pub(super) enum Outcome {
    Passed,
    Skipped(String),
}

pub(super) fn run(root: &Path, step: &Step) -> Result<Outcome, String> {
    match &step.run {
        Run::OnTarget(target, _) if !is_installed(root, target) => {
            return Ok(skipped(format!("the target {target} is not installed")));
        }
        Run::InFolder(folder, _) if !root.join(folder).join("run.sh").is_file() => {
            return Ok(skipped(format!("there is no {folder}/run.sh")));
        }
        _ => {}
    }
    if let Some(tool) = step.needs.iter().find(|tool| !tool.is_there(root)) {
        return Err(format!("{} is missing: run `cargo xtask setup`", tool.name));
    }
    match &step.run {
        Run::Check(check) => finding::report(step.name, check(root))?,
        Run::Line(line) | Run::OnTarget(_, line) => start(root, line)?,
        Run::InFolder(folder, line) => {
            if !folders::ready(root, folder) {
                return Err(format!("what {folder} needs is missing or old: run `cargo xtask setup`"));
            }
            start(root, line)?;
        }
    }
    Ok(Outcome::Passed)
}

fn start(root: &Path, line: &Line) -> Result<(), String> {
    shell::run(root, line.words, line.env)
}

fn skipped(why: String) -> Outcome {
    println!("skipped: {why}");
    Outcome::Skipped(why)
}

/// Asked of the compiler, because a toolchain need not come from rustup.
fn is_installed(root: &Path, target: &str) -> bool {
    let sysroot = shell::output(root, &["rustc", "--print", "sysroot"]).unwrap_or_default();
    Path::new(sysroot.trim()).join("lib/rustlib").join(target).is_dir()
}
