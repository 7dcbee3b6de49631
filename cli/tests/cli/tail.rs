//! `tenure tail`: what happens, as it happens, across a restart of the server.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use serde_json::Value;

use crate::support::dev::{Dev, Folder};
use crate::support::process::tenure;

/// A running `tenure tail`.
struct Tail {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Tail {
    fn start(folder: &Folder, words: &[&str]) -> Self {
        let data = folder.data();
        let mut all = vec!["tail", "--data-dir", data.to_str().expect("a path")];
        all.extend(words);
        let mut command = tenure(&all);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a child");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("a line").expect("text")
    }

    fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).expect("JSON")
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A user signs in and out, and the tail tells it.
fn told(dev: &Dev, tail: &mut Tail, user: &str) {
    let tokens = dev.open(user);
    dev.sign_out(&tokens.refresh).expect(200);
    let event = tail.json();
    assert_eq!((event["type"].as_str(), event["user_id"].as_str()), (Some("ended"), Some(user)));
    assert_eq!(event["session_id"], tokens.sid);
}

#[test]
fn events_are_followed_across_a_restart() {
    let folder = Folder::new();
    let dev = folder.dev();
    let mut tail = Tail::start(&folder, &["--app", "demo", "--type", "ended", "--after", "0", "--json"]);
    told(&dev, &mut tail, "ann");
    told(&dev, &mut tail, "bob");
    dev.stop();
    let dev = folder.dev();
    told(&dev, &mut tail, "cid");
    let mut words = Tail::start(&folder, &["--after", "0"]);
    assert!(words.line().contains("Z  demo  app_created  {"), "words");
    dev.stop();
}

#[test]
fn what_cannot_be_followed_is_refused_at_once() {
    let folder = Folder::new();
    let refused = folder.command(&["tail", "--app", "demo"]);
    assert!(refused.refusal(3).contains("is one running?"), "{refused:?}");
    let dev = folder.dev();
    let refused = folder.command(&["tail", "--app", "nobody"]);
    assert!(refused.refusal(4).starts_with("tenure: 404"), "{refused:?}");
    let refused = folder.command(&["tail", "--type", "nothing"]);
    assert!(refused.refusal(4).contains("is no type of event"), "{refused:?}");
    dev.stop();
}
