//! The README is run, and the page on session tokens: every command, and what they say that it prints.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const TENURE: &str = env!("CARGO_BIN_EXE_tenure");

const README: &str = "README.md";

/// A block of a page: what to run, and what it prints, if the page says so.
struct Step {
    commands: String,
    prints: Option<String>,
}

/// A server that is stopped when the test is over.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_first_session_goes_as_the_readme_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let steps = steps(README, "## A first session");
    let (banner_step, walk) = steps.split_first().expect("the command that starts it");
    assert_eq!(banner_step.commands.trim(), "cargo run --release -- dev");
    let (server, banner) = dev(folder.path());
    let url = between(&banner, "ready at ", "\n");
    let expected = printed_block(README, "## A first session").replace("http://localhost:7800", url);
    assert_prints("tenure dev", &expected, &banner);

    let key = between(&banner, "API key   ", "\n");
    let prelude = format!("set -u\nISS={url}/v1/apps/demo\nKEY={key}\n");
    let given = walk.first().expect("where ISS and KEY are set");
    assert!(given.commands.starts_with("ISS=http://localhost:7800/v1/apps/demo\nKEY=tk_"));
    let script: String =
        walk[1..].iter().map(|step| format!("{}\nprintf '\\036'\n", step.commands)).collect();
    let output = bash(folder.path(), &(prelude + &script));
    let outputs: Vec<_> = output.split('\u{1e}').collect();
    assert!(walk.len() > 7, "the README lost its walk");
    for (step, printed) in walk[1..].iter().zip(outputs) {
        if let Some(expected) = &step.prints {
            assert_prints(&step.commands, expected, printed);
        }
    }
    drop(server);
}

#[test]
fn session_tokens_go_as_their_page_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, banner) = dev(folder.path());
    let (url, key) = (between(&banner, "ready at ", "\n"), between(&banner, "API key   ", "\n"));
    let page = "docs/concepts/opaque-tokens.md";
    let walk: Vec<_> = ["## How to get one", "## How to check one", "## How it ends"]
        .iter()
        .flat_map(|title| steps(page, title))
        .collect();
    assert_eq!(walk.len(), 3, "{page} lost its walk");
    let script: String = walk.iter().map(|step| format!("{}\nprintf '\\036'\n", step.commands)).collect();
    let output = bash(folder.path(), &format!("set -u\nISS={url}/v1/apps/demo\nKEY={key}\n{script}"));
    for (step, printed) in walk.iter().zip(output.split('\u{1e}')) {
        assert_prints(&step.commands, step.prints.as_deref().unwrap_or_default(), printed);
    }
    drop(server);
}

#[test]
fn production_starts_as_the_readme_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let shown = between(&section(README, "## In production"), "```toml\n", "```").to_owned();
    let of_this_test = "listen = [\"127.0.0.1:0\"]\nconsole_listen = \"127.0.0.1:0\"\n";
    let config = shown.replace("/etc/tenure/ring.toml", "ring.toml") + of_this_test;
    std::fs::write(folder.path().join("tenure.toml"), config).expect("a configuration");
    let steps = steps(README, "## In production");
    let commands = steps[0].commands.replace("/etc/tenure/ring.toml", "ring.toml");
    let (prepare, serve) = commands.trim().rsplit_once('\n').expect("three commands");
    bash(folder.path(), &format!("set -e\ntenure() {{ {TENURE} \"$@\"; }}\n{prepare}\n"));
    assert_eq!(serve, "tenure serve --config tenure.toml");
    let mut command = Command::new(TENURE);
    command.args(["serve", "--config", "tenure.toml"]).current_dir(folder.path()).stderr(Stdio::piped());
    let mut server = Running(command.spawn().expect("a server"));
    let mut log = BufReader::new(server.0.stderr.take().expect("a log"));
    let mut line = String::new();
    log.read_line(&mut line).expect("a line");
    assert!(line.contains("serving"), "{line}");
    let first_app = format!("set -e\ntenure() {{ {TENURE} \"$@\"; }}\n{}", steps[1].commands);
    let printed = bash(folder.path(), &first_app);
    let lines: Vec<_> = printed.lines().collect();
    assert!(
        lines.len() == 2 && lines[0].starts_with("shop  The shop") && lines[1].starts_with("tk_"),
        "{printed}"
    );
}

fn section(page: &str, title: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page);
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{page}: {error}"));
    let from = text.find(title).unwrap_or_else(|| panic!("no section {title}"));
    let rest = &text[from + title.len()..];
    rest[..rest.find("\n## ").unwrap_or(rest.len())].to_owned()
}

/// The blocks to run, each with the block of output that follows it at once.
fn steps(page: &str, title: &str) -> Vec<Step> {
    let section = section(page, title);
    let blocks = section.split("```sh\n").skip(1).map(|block| {
        let (commands, rest) = block.split_once("```").expect("the end of a block");
        let prints = rest.trim_start().strip_prefix("```text\n").and_then(|text| text.split_once("\n```"));
        Step { commands: commands.to_owned(), prints: prints.map(|(text, _)| text.to_owned()) }
    });
    blocks.collect()
}

/// The first block of output of a section.
fn printed_block(page: &str, title: &str) -> String {
    between(&section(page, title), "```text\n", "\n```").to_owned()
}

fn dev(folder: &Path) -> (Running, String) {
    let mut command = Command::new(TENURE);
    command.args(["dev", "--listen", "127.0.0.1:0", "--data-dir", "tenure-data"]).current_dir(folder);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("a server");
    let mut out = BufReader::new(child.stdout.take().expect("its output"));
    let mut banner = String::new();
    while !banner.contains("-d '{\"user_id\"") {
        assert!(out.read_line(&mut banner).expect("a line") > 0, "the server ended: {banner}");
    }
    (Running(child), banner)
}

fn bash(folder: &Path, script: &str) -> String {
    let mut command = Command::new("bash");
    command.arg("-c").arg(script).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().expect("bash");
    let mut output = String::new();
    child.stdout.take().expect("its output").read_to_string(&mut output).expect("text");
    assert!(child.wait().expect("its end").success(), "a command of the page failed: {output}");
    output
}

/// `…` stands for anything.
fn assert_prints(commands: &str, expected: &str, printed: &str) {
    let mut rest = printed.trim();
    for (i, part) in expected.trim().split('…').enumerate() {
        let at = rest.find(part).filter(|at| i > 0 || *at == 0);
        let at = at.unwrap_or_else(|| panic!("{commands}\nshould print\n{expected}\nand printed\n{printed}"));
        rest = &rest[at + part.len()..];
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let from = text.find(before).unwrap_or_else(|| panic!("no {before:?} in {text}")) + before.len();
    &text[from..from + text[from..].find(after).unwrap_or_else(|| panic!("no {after:?} in {text}"))]
}
