//! `tenure doctor`: gathers what can be seen from here, then judges it, check by check.

mod checks;

mod gather;

mod facts;
mod finding;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use self::checks::CHECKS;
use self::finding::{Finding, Verdict};
use crate::output::{Fault, Output};
use crate::remote::Remote;

#[derive(Args)]
pub struct DoctorArguments {
    /// The server's configuration file: its folder, its key ring and its settings are looked at, too, and no server needs to
    /// run.
    #[arg(long, conflicts_with_all = ["server", "data_dir"])]
    config: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    healthy: bool,
    checks: Vec<Checked>,
}

#[derive(Serialize)]
struct Checked {
    check: &'static str,
    looks_at: &'static str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped_because: Option<String>,
    findings: Vec<Finding>,
}

/// Exit code 0: healthy; 1: findings, or it failed; 3: there is no server, and no configuration to look at without one.
pub fn run(arguments: DoctorArguments, output: Output) -> Result<(), Fault> {
    let facts = gather::facts(arguments.config.as_deref(), arguments.remote)?;
    let checks: Vec<Checked> = CHECKS
        .iter()
        .map(|check| match (check.judge)(&facts) {
            Verdict::Judged(findings) => {
                let state = if findings.is_empty() { "ok" } else { "found" };
                Checked {
                    check: check.name,
                    looks_at: check.looks_at,
                    state,
                    skipped_because: None,
                    findings,
                }
            }
            Verdict::Skipped(because) => Checked {
                check: check.name,
                looks_at: check.looks_at,
                state: "skipped",
                skipped_because: Some(because),
                findings: Vec::new(),
            },
        })
        .collect();
    let findings = checks.iter().map(|check| check.findings.len()).sum::<usize>();
    output.say(&Report { healthy: findings == 0, checks }, words)?;
    match findings {
        0 => Ok(()),
        1 => Err(Fault::failed("1 finding")),
        many => Err(Fault::failed(format!("{many} findings"))),
    }
}

fn words(report: &Report) -> String {
    let mut text = String::new();
    for check in &report.checks {
        let about = check.skipped_because.as_ref().map(|why| {
            // A reason is given once: when nobody answers, that is so for most checks.
            let first = report.checks.iter().find(|other| other.skipped_because.as_ref() == Some(why));
            match first.filter(|first| first.check != check.check) {
                Some(first) => format!(": as with {}", first.check),
                None => format!(": {why}"),
            }
        });
        let about = about.unwrap_or_default();
        text += &format!("{:<8} {:<14} {}{about}\n", check.state, check.check, check.looks_at);
        for finding in &check.findings {
            text += &format!(
                "         {}\n           why: {}\n           do:  {}\n",
                finding.what, finding.why, finding.what_to_do
            );
        }
    }
    text
}
