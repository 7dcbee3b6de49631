//! The reference pages of the command line and of the configuration say what the binary says. `UPDATE=1` writes them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::metrics;
use crate::support::process::{run, tenure};

const CLI: &str = include_str!("reference/cli.md");
const METRICS: &str = include_str!("reference/metrics.md");
const CONFIG: &str = include_str!("reference/config.md");

#[test]
fn the_page_of_the_command_line_is_up_to_date() {
    let mut page = CLI.to_owned();
    describe(&[], &mut page);
    hold("cli.md", &page);
}

#[test]
fn the_page_of_the_configuration_is_up_to_date() {
    let schema = run(tenure(&["config", "schema", "--json"])).json();
    let mut page = CONFIG.to_owned();
    keys(&schema, "", &mut page);
    hold("config.md", &page);
}

#[test]
fn the_openapi_document_is_up_to_date() {
    let printed = run(tenure(&["openapi"]));
    assert_eq!(printed.code, Some(0), "{printed:?}");
    hold("openapi.json", &printed.stdout);
    let line = run(tenure(&["openapi", "--json"]));
    assert_eq!(line.stdout.lines().count(), 1);
    assert_eq!(line.json(), serde_json::from_str::<Value>(&printed.stdout).expect("JSON"));
}

#[test]
fn the_page_of_metrics_is_up_to_date() {
    let mut page = METRICS.to_owned();
    for metric in metrics::all() {
        let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        writeln!(page, "| `{}` | {} | {} | {} |", metric.name, metric.kind, labels.join(", "), metric.help)
            .expect("text");
    }
    hold("metrics.md", &page);
}

fn hold(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference").join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, page).expect("a page");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let differs = page.lines().zip(found.lines()).position(|(new, old)| new != old);
    assert!(
        found == page,
        "docs/reference/{name} differs from line {}: `UPDATE=1 cargo test -p tenure --test cli reference` writes it",
        differs.unwrap_or_default() + 1
    );
}

/// A command's help, then that of each command below it.
fn describe(words: &[&str], page: &mut String) {
    let mut asked = words.to_vec();
    asked.push("--help");
    let done = run(tenure(&asked));
    assert_eq!(done.code, Some(0), "{done:?}");
    let help: Vec<_> = done.stdout.lines().map(str::trim_end).collect();
    let title = ["tenure"].iter().chain(words).copied().collect::<Vec<_>>().join(" ");
    writeln!(page, "\n## {title}\n```text\n{}\n```", help.join("\n").trim_end()).expect("text");
    for command in subcommands(&help) {
        let mut below = words.to_vec();
        below.push(command);
        describe(&below, page);
    }
}

/// The names under `Commands:`, without `help`.
fn subcommands<'a>(help: &[&'a str]) -> Vec<&'a str> {
    let listed = help.iter().skip_while(|line| **line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| {
        line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   "))
    });
    names.filter(|name| *name != "help").collect()
}

/// A row for each key, sections after their own keys.
fn keys(section: &Value, prefix: &str, page: &mut String) {
    let required: Vec<_> =
        section["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, key) in section["properties"].as_object().expect("keys") {
        let path = format!("{prefix}{name}");
        if key["type"] == "object" {
            keys(key, &format!("{path}."), page);
            continue;
        }
        let default = match &key["default"] {
            Value::Null if required.contains(&name.as_str()) => "must be given".to_owned(),
            Value::Null => "none".to_owned(),
            value => format!("`{value}`"),
        };
        let variable = format!("TENURE__{}", path.replace('.', "__").to_uppercase());
        let (kind, help) = (text(&key["type"]), text(&key["description"]));
        writeln!(page, "| `{path}` | {kind} | {default} | `{variable}` | {help} |").expect("text");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}
