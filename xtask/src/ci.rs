//! `cargo xtask ci`: every check, in order, up to the first failure. It checks and changes nothing; `setup` installs.

mod run_step;
mod steps;

use std::path::Path;
use std::time::Duration;

use run_step::Outcome;
use steps::{STEPS, Step};

/// Runs the steps named in `args`, or all of them; `--quick` leaves out the slow ones.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), String> {
    let chosen = choose(args)?;
    let mut summary = Vec::new();
    for step in chosen {
        println!("\n== {}: {}", step.name, step.run.typed(step.name));
        let (outcome, took) = timed(|| run_step::run(root, step));
        match outcome {
            Ok(Outcome::Passed) => summary.push(format!("{:<14} {:>7.1} s", step.name, took.as_secs_f64())),
            Ok(Outcome::Skipped(why)) => summary.push(format!("{:<14} skipped: {why}", step.name)),
            Err(why) => return Err(failure(step, &why, took)),
        }
    }
    println!("\n{}\nall passed", summary.join("\n"));
    Ok(())
}

fn choose(args: &[String]) -> Result<Vec<&'static Step>, String> {
    let quick = args.iter().any(|a| a == "--quick");
    let names: Vec<&String> = args.iter().filter(|a| *a != "--quick").collect();
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|s| s.name != **name)) {
        let known: Vec<&str> = STEPS.iter().map(|s| s.name).collect();
        return Err(format!("no step `{unknown}`; there are: {}", known.join(", ")));
    }
    let wanted = |s: &&Step| (names.is_empty() || names.iter().any(|n| *n == s.name)) && !(quick && s.slow);
    Ok(STEPS.iter().filter(wanted).collect())
}

fn failure(step: &Step, why: &str, took: Duration) -> String {
    let again = step.run.typed(step.name);
    format!("\n{why}\n`{}` failed after {:.1} s; to run it again: {again}", step.name, took.as_secs_f64())
}

/// How long a step takes is told to whoever waits for it; nothing is decided by it.
#[allow(clippy::disallowed_methods)]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = std::time::Instant::now();
    let result = work();
    (result, started.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(args: &[&str]) -> Result<Vec<&'static str>, String> {
        let args: Vec<String> = args.iter().map(|a| (*a).to_owned()).collect();
        Ok(choose(&args)?.iter().map(|s| s.name).collect())
    }

    #[test]
    fn all_steps_by_default_the_fast_ones_when_asked_and_single_ones_by_name() {
        let all = names(&[]).unwrap();
        let quick = names(&["--quick"]).unwrap();
        assert_eq!(all.len(), STEPS.len());
        assert!(all.contains(&"interop") && !quick.contains(&"interop") && quick.contains(&"test"));
        assert_eq!(names(&["layers", "tidy"]).unwrap(), ["layers", "tidy"]);
        assert!(names(&["lairs"]).unwrap_err().contains("no step `lairs`"));
    }

    #[test]
    fn a_failure_says_how_to_run_the_step_again() {
        let doc = STEPS.iter().find(|s| s.name == "doc").unwrap();
        let said = failure(doc, "broken link", Duration::from_secs(3));
        assert!(
            said.ends_with("run it again: RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --workspace"),
            "{said}"
        );
    }
}
