//! `cargo xtask fuzz`: each target under libFuzzer for a while. Installs nothing; says what is missing.
//!
//! Without a sanitizer: none of our code is unsafe, and with one a second holds a third of the inputs. Arithmetic that
//! overflows and assertions of the debug build are findings. `RUSTC_BOOTSTRAP=1 cargo fuzz run TARGET` has one.

use std::path::Path;

use crate::shell;
use crate::tools::{FUZZ, GXX};
use crate::workspace;

const SECONDS: u32 = 300;
/// An input that takes longer than this is a finding, in seconds.
const SLOW_SECONDS: u32 = 10;

/// Runs the targets named in `args`, or all of them, one after the other, each for `--seconds`.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<(), String> {
    let all = targets(root);
    let (chosen, seconds) = choose(&all, args)?;
    if !GXX.is_there(root) || !FUZZ.is_there(root) {
        return Err(format!(
            "libFuzzer needs g++ (Debian's package of that name) and cargo-fuzz: cargo install --locked {}",
            FUZZ.to_install().join(" ")
        ));
    }
    for target in chosen {
        println!("\n== {target}, for {seconds} s");
        one(root, target, seconds).map_err(|why| {
            format!(
                "{why}\nmend what the input above shows, and keep that input as a file in testing/fuzz/seeds/{target}"
            )
        })?;
    }
    println!("\nno finding");
    Ok(())
}

/// What it finds interesting stays in `fuzz/target`; the seeds are read and never written.
fn one(root: &Path, target: &str, seconds: u32) -> Result<(), String> {
    let made = ["corpus", "artifacts"].map(|kind| format!("fuzz/target/{kind}/{target}/"));
    for folder in &made {
        std::fs::create_dir_all(root.join(folder)).map_err(|error| format!("{folder}: {error}"))?;
    }
    let [corpus, artifacts] = made;
    let seeds = format!("testing/fuzz/seeds/{target}");
    let (time, slow) = (format!("-max_total_time={seconds}"), format!("-timeout={SLOW_SECONDS}"));
    let artifacts = format!("-artifact_prefix={artifacts}");
    let run = ["cargo", "fuzz", "run", "--sanitizer", "none", target, &corpus, &seeds, "--"];
    let options = [time.as_str(), &slow, &artifacts, "-print_final_stats=1"];
    shell::run(root, &[&run[..], &options].concat(), &[])
}

/// The targets that have a binary.
fn targets(root: &Path) -> Vec<String> {
    let files = workspace::files(&root.join("fuzz/fuzz_targets"));
    files.iter().filter_map(|file| file.strip_suffix(".rs")).map(str::to_owned).collect()
}

fn choose<'a>(all: &'a [String], args: &[String]) -> Result<(Vec<&'a str>, u32), String> {
    let (mut chosen, mut seconds) = (Vec::new(), SECONDS);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--seconds" {
            let given = args.next().and_then(|given| given.parse().ok()).filter(|given| *given > 0);
            seconds = given.ok_or("--seconds takes a whole number, at least 1")?;
            continue;
        }
        let known = all.iter().find(|target| *target == arg);
        let known = known.ok_or_else(|| format!("no target `{arg}`; there are: {}", all.join(", ")))?;
        chosen.push(known.as_str());
    }
    if chosen.is_empty() {
        chosen = all.iter().map(String::as_str).collect();
    }
    Ok((chosen, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_chosen_by_name_and_all_by_default() {
        let all = targets(&workspace::root());
        assert!(all.iter().any(|target| target == "jws"));
        let choose = |args: &[&str]| {
            let args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
            choose(&all, &args).map(|(chosen, seconds)| (chosen.len(), seconds))
        };
        assert_eq!(choose(&[]), Ok((all.len(), SECONDS)));
        assert_eq!(choose(&["jws", "--seconds", "5"]), Ok((1, 5)));
        assert!(choose(&["jwz"]).unwrap_err().contains("no target `jwz`"));
        assert!(choose(&["--seconds", "0"]).is_err());
    }
}
