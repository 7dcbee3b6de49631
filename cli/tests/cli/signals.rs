//! SIGTERM: what was accepted finishes, nothing new begins, and the process ends well and soon.

use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::ask::{connect, head, read};
use crate::support::dev::{Folder, tokens};

/// How long a server may take to end, with a margin for a machine that is busy.
const DRAIN: Duration = Duration::from_secs(10);
const MARGIN: Duration = Duration::from_secs(5);

#[test]
fn sigterm_finishes_what_was_accepted_and_refuses_what_is_new() {
    let folder = Folder::new();
    let mut dev = folder.dev();
    let open = dev.open("ann");
    let body = json!({"refresh_token": open.refresh}).to_string();
    let (sent, rest) = body.split_at(body.len() / 2);
    let mut slow = connect(dev.port).expect("a connection");
    slow.write_all(head("POST", "/v1/apps/demo/tokens", &[], body.len()).as_bytes()).expect("sent");
    slow.write_all(sent.as_bytes()).expect("sent");
    // An idle connection holds nobody up.
    let idle = connect(dev.port).expect("a connection");
    thread::sleep(Duration::from_millis(200));
    dev.server.signal("TERM");
    let refused = (0..500).any(|_| {
        thread::sleep(Duration::from_millis(10));
        connect(dev.port).is_err()
    });
    assert!(refused, "it still accepts connections");
    assert!(!dev.server.has_ended(), "it did not wait for the request");
    slow.write_all(rest.as_bytes()).expect("sent");
    let next = tokens(&read(slow).expect("an answer").expect(200));
    assert_eq!(dev.server.wait().code(), Some(0), "{}", dev.server.log());
    drop(idle);
    let dev = folder.dev();
    dev.refresh(&next.refresh).expect(200);
    dev.stop();
}

#[test]
fn sigint_stops_it_as_well() {
    let folder = Folder::new();
    let mut dev = folder.dev();
    dev.server.signal("INT");
    assert_eq!(dev.server.wait().code(), Some(0), "{}", dev.server.log());
}

/// Peers that never finish do not keep the process alive.
#[test]
#[allow(clippy::disallowed_methods)] // How long the end takes is what is tested.
fn sigterm_waits_ten_seconds_at_most_heavy() {
    let folder = Folder::new();
    let mut dev = folder.dev();
    let mut half_a_body = connect(dev.port).expect("a connection");
    half_a_body.write_all(head("POST", "/v1/apps/demo/tokens", &[], 100).as_bytes()).expect("sent");
    let mut half_a_head = connect(dev.port).expect("a connection");
    half_a_head.write_all(b"POST /v1/apps/demo/tokens HTTP/1.1\r\nHost: local").expect("sent");
    thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    assert_eq!(dev.server.terminate().code(), Some(0), "{}", dev.server.log());
    let took = began.elapsed();
    assert!(took < DRAIN + MARGIN, "it took {took:?}");
}
