//! `tenure webhook`, and messages that a real server sends: over TLS, after `kill -9`, and nowhere private.

mod receiver;

use serde_json::Value;

use self::receiver::Receiver;
use crate::support::ask::ask;
use crate::support::dev::{Folder, text};
use crate::support::process::run;
use crate::support::production::Production;

#[test]
fn webhooks_are_made_tried_changed_and_removed_from_the_command_line() {
    let folder = Folder::new();
    let dev = folder.dev();
    let receiver = Receiver::plain();
    let command = |words: &[&str]| {
        let mut all = vec!["webhook"];
        all.extend(words);
        all.extend(["--app", "demo"]);
        folder.command(&all)
    };
    assert_eq!(command(&["list"]).stdout, "There is no webhook.\n");
    let made = command(&["create", &receiver.url(), "--event", "session.revoked"]);
    let (id, secret) = made.stdout.trim_end().split_once('\n').expect("two lines");
    assert!(id.starts_with("wh_") && secret.starts_with("whsec_"), "{made:?}");
    let tried = command(&["test", id]).stdout;
    assert!(tried.starts_with("It was taken: 204, in "), "{tried}");
    let session = dev.open("ann");
    dev.sign_out(&session.refresh).expect(200);
    let got = receiver.until(2);
    assert!(got[1].body.contains(&session.sid), "{:?}", got[1]);
    assert!(got.iter().all(|got| got.is_signed_with(secret)));
    let list = command(&["list"]).stdout;
    assert!(list.starts_with(&format!("{id}  {}  session.revoked  ", receiver.url())), "{list}");
    let rotated = command(&["rotate-secret", id, "--overlap", "6h", "--json"]).json();
    let left = rotated["old_secret_until"].as_i64().expect("a time")
        - rotated["secret_made_at"].as_i64().expect("a time");
    assert_eq!(left, 6 * 3600);
    assert!(command(&["disable", id]).stdout.contains("disabled just now: it was turned off"));
    assert_eq!(command(&["enable", id, "--json"]).json()["enabled"], true);
    assert!(command(&["create", "https://10.0.0.1/"]).refusal(4).starts_with("tenure: 422"));
    assert!(command(&["create", "https://a.example/", "--event", "x"]).refusal(4).starts_with("tenure: 422"));
    assert!(command(&["test", "wh_none"]).refusal(4).starts_with("tenure: 404"));
    command(&["rotate-secret", id, "--overlap", "soon"]).refusal(2);
    assert_eq!(command(&["delete", id]).stdout, format!("Nothing is sent to {id} any more.\n"));
    assert_eq!(command(&["list", "--json"]).json()["webhooks"], Value::Array(Vec::new()));
    let metrics = ask(dev.port, "GET", "/metrics", &[], "").expect("an answer").expect(200).body;
    assert!(metrics.contains("tenure_webhook_messages_total{outcome=\"delivered\"} 1\n"), "{metrics}");
    assert!(metrics.contains("tenure_webhook_lag_seconds 0\n"), "{metrics}");
    dev.stop();
}

/// LO-7: in production nothing private is reached, unless the configuration says so; with TLS, only who proves to be the receiver.
#[test]
fn lo_7_a_server_sends_nothing_to_this_machine_unless_it_is_told_that_it_may() {
    let production = Production::new();
    run(production.command(&["migrate"]));
    production.make_ring();
    let receiver = Receiver::secure(&production.folder.beside("receiver.pem"));
    let folder = &production.folder;
    let server = production.start(production.command(&["serve"]));
    folder.command(&["app", "create", "Shop", "--id", "shop"]);
    for url in [receiver.url(), "http://hooks.example/".into(), "https://127.0.0.1:9000/".into()] {
        let refused = folder.command(&["webhook", "create", &url, "--app", "shop"]);
        assert!(refused.refusal(4).starts_with("tenure: 422"), "{url}: {refused:?}");
    }
    drop(server);

    production.configure("https://auth.example.com", "[webhooks]\nallow_private = true\n");
    let trusting = |authority: &std::path::Path| {
        let mut command = production.command(&["serve"]);
        command.env("SSL_CERT_FILE", authority);
        command
    };
    let mut server = production.start(trusting(&production.folder.beside("receiver.pem")));
    let made = folder.command(&["webhook", "create", &receiver.url(), "--app", "shop", "--json"]).json();
    let (id, secret) = (made["id"].as_str().expect("an id"), made["secret"].as_str().expect("a secret"));
    let test = || folder.command(&["webhook", "test", id, "--app", "shop", "--json"]).json();
    assert_eq!(test()["delivered"], true, "{}", test());
    assert!(receiver.until(1)[0].is_signed_with(secret));
    assert!(server.terminate().success());

    // Somebody else's authority.
    let stranger = Receiver::secure(&production.folder.beside("stranger.pem"));
    let mut server = production.start(trusting(&production.folder.beside("stranger.pem")));
    let refused = test();
    assert_eq!(refused["delivered"], false);
    assert!(refused["says"].as_str().expect("words").starts_with("TLS: "), "{refused}");
    assert!(server.terminate().success());

    // What was registered while it was allowed is not reached when it is not.
    production.configure("https://auth.example.com", "");
    let before = receiver.until(1).len();
    let mut server = production.start(trusting(&production.folder.beside("receiver.pem")));
    assert_eq!(test()["says"], "the address leads to this machine itself");
    assert!(server.terminate().success());
    assert_eq!(receiver.until(1).len(), before);
    drop(stranger);
    assert!(!server.log().contains(&secret["whsec_".len()..]) && !server.log().contains("/of-the-receiver"));
}

#[test]
fn kill_9_loses_no_message_and_changes_no_order() {
    let folder = Folder::new();
    let mut dev = folder.dev();
    let receiver = Receiver::plain();
    receiver.fails_every(3);
    let made = folder.command(&["webhook", "create", &receiver.url(), "--app", "demo", "--json"]).json();
    let secret = made["secret"].as_str().expect("a secret");
    let mut ended = Vec::new();
    for round in 0..8 {
        for n in 0..5 {
            let session = dev.open(&format!("user-{round}-{n}"));
            dev.sign_out(&session.refresh).expect(200);
            ended.push(session.sid);
        }
        std::thread::sleep(std::time::Duration::from_millis(40 * round));
        dev.server.kill();
        dev = folder.dev();
    }
    let got = receiver.until_taken(ended.len());
    dev.stop();
    assert!(got.iter().all(|got| got.is_signed_with(secret)));
    // The first time that each was taken: every end, in the order in which they were answered.
    let mut seen = std::collections::BTreeSet::new();
    let first: Vec<_> = got.iter().filter(|got| got.taken && seen.insert(got.id().to_owned())).collect();
    let sessions: Vec<_> = first.iter().map(|got| got.session()).collect();
    assert_eq!(sessions, ended);
    // The same message each time.
    for one in &got {
        let same = first.iter().find(|first| first.id() == one.id()).expect("it was taken in the end");
        assert_eq!(one.body, same.body);
    }
    let database = rusqlite_text(&folder);
    assert!(!database.contains(&secret["whsec_".len()..]), "a secret is in the store");
}

/// Everything that the records of the store say, as text.
fn rusqlite_text(folder: &Folder) -> String {
    let db = rusqlite::Connection::open(text(&folder.database())).expect("a database");
    let mut rows = db.prepare("SELECT bytes FROM record").expect("a statement");
    let rows = rows.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    rows.map(|bytes| String::from_utf8_lossy(&bytes.expect("a row")).into_owned()).collect()
}

/// The page for those who write receivers shows one that works.
#[test]
fn the_receiver_in_the_documentation_takes_what_is_signed_and_nothing_else() {
    let folder = Folder::new();
    let dev = folder.dev();
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating/webhooks.md");
    let page = std::fs::read_to_string(page).expect("a page");
    let script =
        page.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a script");
    let port = crate::support::dev::port_of_ones_own();
    let script = script.replace("9000", &port.to_string());
    let url = format!("http://127.0.0.1:{port}/");
    let made = folder.command(&["webhook", "create", &url, "--app", "demo", "--json"]).json();
    let (id, secret) = (made["id"].as_str().expect("an id"), made["secret"].as_str().expect("a secret"));
    let start = |secret: &str| {
        let mut python = std::process::Command::new("python3");
        python.args(["-c", &script]).env("WEBHOOK_SECRET", secret);
        python.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let child = python.spawn().expect("python3");
        let is_up = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        let up = (0..400).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(25));
            is_up()
        });
        assert!(up, "the receiver does not start");
        child
    };
    let test = || folder.command(&["webhook", "test", id, "--app", "demo", "--json"]).json();
    for (secret, status) in [(secret, 204), ("whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", 401)] {
        let mut child = start(secret);
        let tested = test();
        child.kill().expect("a child");
        child.wait().expect("a child");
        assert_eq!(tested["status"], status, "{tested}");
    }
    dev.stop();
}
