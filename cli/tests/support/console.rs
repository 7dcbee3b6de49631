//! The console of a running server, as an admin's browser asks it.

use super::ask::{Answer, ask_with};

/// Where a link leads, and its code.
pub fn parts(link: &str) -> (u16, &str) {
    let (page, code) = link.split_once('#').expect("a code behind the link");
    let port = page.strip_prefix("http://localhost:").and_then(|rest| rest.strip_suffix("/sign-in"));
    (port.and_then(|port| port.parse().ok()).expect("a port"), code)
}

/// Uses a link as its page does.
pub fn enter(link: &str) -> Answer {
    let (port, code) = parts(link);
    Console { port, cookies: String::new() }.submit("/sign-in", &format!("code={code}"))
}

/// Somebody who has signed in, as long as their auth token is good.
pub struct Console {
    port: u16,
    cookies: String,
}

impl Console {
    /// Whoever `link` is for.
    pub fn by(link: &str) -> Self {
        let answer = enter(link).expect(303);
        let set = answer.head.lines().filter_map(|line| line.split_once(": "));
        let cookies = set.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let pairs: Vec<_> = cookies.filter_map(|(_, cookie)| cookie.split(';').next()).collect();
        Self { port: parts(link).0, cookies: pairs.join("; ") }
    }

    /// Opens a page.
    pub fn open(&self, path: &str) -> Answer {
        self.send("GET", path, &[("Cookie", &self.cookies)], "")
    }

    /// Sends a form from a page of the console.
    pub fn submit(&self, path: &str, form: &str) -> Answer {
        let origin = format!("http://localhost:{}", self.port);
        let mut headers =
            vec![("Origin", origin.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
        if !self.cookies.is_empty() {
            headers.push(("Cookie", &self.cookies));
        }
        self.send("POST", path, &headers, form)
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let host = format!("localhost:{}", self.port);
        ask_with((self.port, &host), method, path, headers, body).expect("an answer")
    }
}
