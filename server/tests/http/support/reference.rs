//! The reference as data: what `docs/reference/http.md` says of each address.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use http::Method;

/// What a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    Nothing,
    AuthToken,
    AnyKey,
    Verify,
    VerifyOfEveryApp,
    Backend,
    Admin,
    AdminOfEveryApp,
    OwnSocket,
}

impl Needs {
    /// Whether it is an API key, or what stands for one.
    pub fn a_key(self) -> bool {
        !matches!(self, Self::Nothing | Self::AuthToken)
    }
}

/// One line of a table.
#[derive(Clone, Debug)]
pub struct Row {
    pub method: Method,
    pub path: String,
    pub needs: Needs,
}

/// A page of the reference.
pub fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every line that begins with a call.
pub fn rows() -> Vec<Row> {
    let text = document("http.md");
    let lines = text.lines().filter_map(|line| line.strip_prefix("| `"));
    lines.map(|line| row(line).unwrap_or_else(|| panic!("not understood: {line}"))).collect()
}

fn row(line: &str) -> Option<Row> {
    let (call, rest) = line.split_once("` | ")?;
    let (method, path) = call.split_once(' ')?;
    let needs = match rest.split(" |").next()? {
        "nothing" => Needs::Nothing,
        "auth token" => Needs::AuthToken,
        "any key" => Needs::AnyKey,
        "verify" => Needs::Verify,
        "verify, every app" => Needs::VerifyOfEveryApp,
        "backend" => Needs::Backend,
        "admin" => Needs::Admin,
        "admin, every app" => Needs::AdminOfEveryApp,
        "own socket" => Needs::OwnSocket,
        _ => return None,
    };
    Some(Row { method: method.parse().ok()?, path: path.to_owned(), needs })
}

/// Every path that the router knows, read from where it is made.
pub fn routes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    routes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

/// What stands between `.route("` and the next quote, in every source file of the server.
fn routes_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == "console" || name == "console.rs") {
            continue; // Pages are no API.
        }
        if path.is_dir() {
            routes_in(&path, found);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            let opened = text.split(".route(").skip(1).map(str::trim_start);
            found.extend(
                opened.filter_map(|rest| Some(rest.strip_prefix('"')?.split('"').next()?.to_owned())),
            );
        }
    }
}
