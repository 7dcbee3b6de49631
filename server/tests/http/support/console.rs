//! The console in this process, as an admin's browser sees it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::Router;
use http::Method;
use tenure_server::console::{ConsoleOptions, router};
use tenure_service::admins::AdminRole;

use super::answer::Answer;
use super::call::Call;
use super::world::{CONSOLE_URL, World};

/// The pages, and the cookies of whoever looks.
pub struct Console {
    router: Router,
    pub cookies: String,
}

impl Console {
    /// Nobody looks yet.
    pub fn of(world: &World) -> Self {
        let router = router(world.http.clone(), ConsoleOptions { origin: CONSOLE_URL.to_owned() });
        Self { router, cookies: String::new() }
    }

    /// Whoever looks has these cookies.
    pub fn with_cookies(world: &World, cookies: &str) -> Self {
        Self { cookies: cookies.to_owned(), ..Self::of(world) }
    }

    /// An admin of this name and role looks.
    pub async fn seen_by(world: &World, name: &str, role: AdminRole) -> Self {
        let mut console = Self::of(world);
        let code = world.service.make_admin_link(name, Some(role)).await.unwrap();
        let answer = console.submit("/sign-in", &[("code", code.reveal())]).await.expect(303);
        console.keep(&answer);
        console
    }

    /// What a browser keeps of an answer.
    pub fn keep(&mut self, answer: &Answer) {
        let set = answer.headers.get_all("set-cookie").iter();
        let pairs: Vec<_> = set.map(|value| value.to_str().unwrap().split(';').next().unwrap()).collect();
        if !pairs.is_empty() {
            self.cookies = pairs.join("; ");
        }
    }

    /// A request as the browser sends it from a page of the console.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let call = Call::new(self.router.clone(), method, path).header("host", "localhost:7801");
        if self.cookies.is_empty() { call } else { call.header("cookie", &self.cookies) }
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Answer {
        self.call(Method::GET, path).header("sec-fetch-mode", "navigate").send().await
    }

    /// Sends a form from a page of the console.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.call(Method::POST, path).header("origin", CONSOLE_URL).form(fields).send().await
    }
}

/// Every route of the console with its methods, as the source has them: one that is added is one that is tested.
pub fn routes() -> BTreeSet<(String, bool)> {
    let mut found = BTreeSet::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    read(&source.join("console"), &mut found);
    read_file(&source.join("console.rs"), &mut found);
    found
}

fn read(folder: &Path, found: &mut BTreeSet<(String, bool)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { read(&path, found) } else { read_file(&path, found) }
    }
}

fn read_file(path: &Path, found: &mut BTreeSet<(String, bool)>) {
    let text = fs::read_to_string(path).unwrap();
    for rest in text.split(".route(\"").skip(1) {
        let (route, rest) = rest.split_once('"').unwrap();
        let methods = rest.split(['\n', ';']).next().unwrap();
        for (word, posts) in [("get(", false), ("post(", true)] {
            if methods.contains(word) {
                found.insert((route.to_owned(), posts));
            }
        }
    }
}
