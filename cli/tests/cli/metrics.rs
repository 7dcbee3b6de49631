//! `/metrics` of a server with the embedded store: what it shows, and that what is deployed asks for nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::ask::ask;
use crate::support::dev::Folder;

/// A family of metrics.
pub struct Metric {
    /// As it is queried; of a histogram, without `_bucket`, `_sum` and `_count`.
    pub name: String,
    pub kind: String,
    pub labels: BTreeSet<String>,
    pub help: String,
}

/// Every metric that a server shows after it has served a little of everything.
pub fn all() -> Vec<Metric> {
    let folder = Folder::new();
    let dev = folder.dev();
    let tokens = dev.open("ann");
    dev.refresh(&tokens.refresh).expect(200);
    dev.sign_out(&tokens.refresh).expect(200);
    dev.refresh(&tokens.refresh).expect(401);
    folder.command(&["backup", "create", "--json"]).json();
    let text = ask(dev.port, "GET", "/metrics", &[], "").expect("an answer").expect(200).body;
    dev.stop();
    let families = text.split("# HELP ").skip(1).map(family);
    families.collect()
}

fn family(text: &str) -> Metric {
    let mut lines = text.lines();
    let (name, help) = lines.next().and_then(|line| line.split_once(' ')).expect("a name");
    let kind = lines.next().and_then(|line| line.rsplit(' ').next()).expect("a type");
    let labels = lines.filter_map(|line| line.split_once('{')?.1.split_once('}')).flat_map(|(labels, _)| {
        labels.split(',').filter_map(|label| label.split_once('=')).map(|(label, _)| label.to_owned())
    });
    // OpenMetrics writes the names of counters with this ending, save for where it says what they are.
    let ending = if kind == "counter" { "_total" } else { "" };
    Metric {
        name: format!("{name}{ending}"),
        kind: kind.to_owned(),
        labels: labels.filter(|label| label != "le").collect(),
        help: help.trim_end_matches('.').to_owned(),
    }
}

/// The names of metrics in `text`.
fn asked_for(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("tenure_") || word.starts_with("process_")).collect()
}

#[test]
fn what_dashboards_and_alerts_ask_for_is_there() {
    let there = all();
    let is_there = |name: &str| {
        there.iter().any(|metric| match metric.kind.as_str() {
            "histogram" => {
                ["_bucket", "_sum", "_count"].iter().any(|end| name == format!("{}{end}", metric.name))
            }
            _ => name == metric.name,
        })
    };
    for (file, at_least) in [("grafana/tenure.json", 15), ("alerts.yml", 8)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(file);
        let text = fs::read_to_string(&path).expect("a file");
        let names = asked_for(&text);
        assert!(names.len() >= at_least, "{file}: {names:?}");
        let missing: Vec<_> = names.into_iter().filter(|name| !is_there(name)).collect();
        assert!(missing.is_empty(), "{file} asks for what no server shows: {missing:?}");
    }
}

#[test]
fn the_store_and_the_process_are_measured() {
    let names: BTreeSet<_> = all().into_iter().map(|metric| metric.name).collect();
    for name in [
        "tenure_store_commit_duration_seconds",
        "tenure_store_disk_free_bytes",
        "tenure_http_connections",
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
    ] {
        assert!(names.contains(name), "{name} is not in {names:?}");
    }
}
