//! The steps of `cargo xtask ci`, as data, in their order. A new check is a new line here.

use std::path::Path;

use crate::finding::Finding;
use crate::shell::Line;
use crate::tools::{CHROMIUM, CLIPPY, DENY, GCC, NEXTEST, NODE, NPM, PYTHON, RUSTFMT, Tool, VALGRIND};
use crate::{layers, purity, requirements, tidy};

/// One step.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) run: Run,
    pub(super) needs: &'static [&'static Tool],
    /// Left out by `--quick`.
    pub(super) slow: bool,
}

/// What a step does.
pub(super) enum Run {
    /// A command of ours with findings, which is also `cargo xtask <name of the step>`.
    Check(fn(&Path) -> Vec<Finding>),
    /// A command line.
    Line(Line),
    /// A command line that needs a target of the toolchain, and is skipped without it.
    OnTarget(&'static str, Line),
    /// A command line that needs what `setup` puts into this folder, and is skipped while there is no such folder.
    InFolder(&'static str, Line),
}

impl Run {
    /// What to type to do only this.
    pub(super) fn typed(&self, name: &str) -> String {
        match self {
            Run::Check(_) => format!("cargo xtask {name}"),
            Run::Line(line) | Run::OnTarget(_, line) | Run::InFolder(_, line) => line.typed(),
        }
    }
}

pub(super) const STEPS: &[Step] = &[
    step("format", line(&["cargo", "fmt", "--all", "--check"]), &[&RUSTFMT]),
    step("layers", Run::Check(layers::check), &[]),
    step("tidy", Run::Check(tidy::check), &[]),
    step(
        "clippy",
        line(&["cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        &[&CLIPPY, &GCC],
    ),
    step(
        "doc",
        with(&[("RUSTDOCFLAGS", "-D warnings")], &["cargo", "doc", "--no-deps", "--workspace"]),
        &[&GCC],
    ),
    step(
        "test",
        // Snapshots that differ fail; they are never written here.
        with(&[("INSTA_UPDATE", "no")], &["cargo", "nextest", "run", "--workspace", "--profile", "ci"]),
        &[&NEXTEST, &GCC],
    ),
    step("doctest", line(&["cargo", "test", "--doc", "--workspace"]), &[&GCC]),
    slow(step(
        "traces",
        line(&[
            "cargo",
            "nextest",
            "run",
            "--package",
            "tenure",
            "--package",
            "tenure-server",
            "--features",
            "tenure/otel",
            "trace",
        ]),
        &[&NEXTEST, &GCC],
    )),
    step("purity", Run::Check(purity::check), &[]),
    step("wasm", Run::OnTarget(WASM, words(&["cargo", "build", "-p", "tenure-core", "--target", WASM])), &[]),
    step("requirements", Run::Check(requirements::check), &[]),
    step("deny", line(&["cargo", "deny", "check", "bans", "licenses", "sources"]), &[&DENY]),
    step("sdk-js", Run::InFolder("sdk/js", words(&["bash", "sdk/js/run.sh"])), &[&NODE, &NPM]),
    slow(step("instructions", line(&["cargo", "xtask", "instructions"]), &[&VALGRIND, &GCC])),
    slow(step(
        "interop",
        Run::InFolder("testing/interop", words(&["bash", "testing/interop/run.sh"])),
        &[&NODE, &NPM, &PYTHON, &GCC],
    )),
    slow(step("example-axum", line(&["bash", "examples/axum/run.sh"]), &[&NODE, &GCC])),
    slow(step(
        "example-express",
        Run::InFolder("examples/express", words(&["bash", "examples/express/run.sh"])),
        &[&NODE, &NPM, &GCC],
    )),
    slow(step(
        "example-fastapi",
        Run::InFolder("examples/fastapi", words(&["bash", "examples/fastapi/run.sh"])),
        &[&PYTHON, &NODE, &GCC],
    )),
    slow(step(
        "schemathesis",
        Run::InFolder("testing/schemathesis", words(&["bash", "testing/schemathesis/run.sh"])),
        &[&PYTHON, &NODE, &GCC],
    )),
    slow(step(
        "python",
        Run::InFolder("sdk/python", words(&["bash", "sdk/python/run.sh"])),
        &[&PYTHON, &NODE, &GCC],
    )),
    slow(step(
        "verifiers",
        Run::InFolder("sdk/python", words(&["bash", "testing/verifiers/run.sh"])),
        &[&NODE, &NPM, &PYTHON, &GCC],
    )),
    slow(step(
        "browser",
        Run::InFolder("testing/browser", words(&["bash", "testing/browser/run.sh"])),
        &[&NODE, &NPM, &CHROMIUM, &GCC],
    )),
];

const WASM: &str = "wasm32-unknown-unknown";

const fn step(name: &'static str, run: Run, needs: &'static [&'static Tool]) -> Step {
    Step { name, run, needs, slow: false }
}

const fn slow(step: Step) -> Step {
    Step { slow: true, ..step }
}

const fn words(words: &'static [&'static str]) -> Line {
    Line { words, env: &[] }
}

const fn line(all: &'static [&'static str]) -> Run {
    Run::Line(words(all))
}

const fn with(env: &'static [(&'static str, &'static str)], words: &'static [&'static str]) -> Run {
    Run::Line(Line { words, env })
}
