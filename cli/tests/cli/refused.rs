//! What `dev` refuses to start on, in which words, and that it leaves everything as it was.

use std::fs;
use std::net::TcpListener;

use crate::support::ask::ask;
use crate::support::dev::{Folder, text, tokens};
use crate::support::process::{run, tenure};

#[test]
fn a_second_process_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let folder = Folder::new();
    let dev = folder.dev();
    let open = dev.open("ann");
    let done = folder.refused(&[]);
    assert!(done.refusal(1).ends_with("stop that first. Nothing was changed\"}"), "{done:?}");
    let done = run(tenure(&["migrate", "--store", &format!("sqlite:{}", text(&folder.database()))]));
    assert!(done.refusal(1).contains("tenure.db is in use by another process"), "{done:?}");
    dev.refresh(&open.refresh).expect(200);
    assert_eq!(folder.command(&["health", "--json"]).json()["status"], "ready");
    dev.stop();
}

#[test]
fn a_port_in_use_is_named() {
    let folder = Folder::new();
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = other.local_addr().expect("an address").to_string();
    let done = folder.refused(&["--listen", &address]);
    let says = format!("{{\"error\":\"cannot listen on {address}: Address already in use (os error 98)\"}}");
    assert_eq!(done.refusal(1), says);
}

/// Whoever says `localhost` may mean either family: another program on one of them would get the tokens.
#[test]
fn a_port_that_is_in_use_in_the_other_family_is_refused_too() {
    let folder = Folder::new();
    let Ok(other) = TcpListener::bind("[::1]:0") else {
        return println!("not tested: this machine has no [::1]");
    };
    let port = other.local_addr().expect("an address").port();
    let done = folder.refused(&["--listen", &format!("127.0.0.1:{port}")]);
    assert!(done.refusal(1).contains(&format!("cannot listen on [::1]:{port}")), "{done:?}");
}

#[test]
fn a_schema_that_is_two_steps_ahead_is_refused_and_left_alone() {
    let folder = Folder::new();
    let dev = folder.dev();
    let open = dev.open("ann");
    dev.stop();
    let stepped = |by: u32| {
        let db = rusqlite::Connection::open(folder.database()).expect("a database");
        let at: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a version");
        db.pragma_update(None, "user_version", at + by).expect("another version");
        at
    };
    let needed = stepped(1);
    // One step ahead still works: a newer binary may have migrated while this one is being replaced.
    let dev = folder.dev();
    let next = tokens(&dev.refresh(&open.refresh).expect(200));
    dev.stop();
    stepped(1);
    let before = fs::read(folder.database()).expect("a file");
    let done = folder.refused(&[]);
    let says = format!(
        "the schema is at step {}, this program works with {} at most: use a newer program",
        needed + 2,
        needed + 1
    );
    assert!(done.refusal(1).contains(&says), "{done:?}");
    let done = run(tenure(&["migrate", "--store", &format!("sqlite:{}", text(&folder.database()))]));
    assert!(done.refusal(1).contains(&says), "{done:?}");
    assert!(fs::read(folder.database()).expect("a file") == before, "it was changed");
    let db = rusqlite::Connection::open(folder.database()).expect("a database");
    db.pragma_update(None, "user_version", needed).expect("the old version");
    drop(db);
    let dev = folder.dev();
    dev.refresh(&next.refresh).expect(200);
    dev.stop();
}

#[test]
fn a_file_that_is_no_database_of_ours_is_refused_and_left_alone() {
    let folder = Folder::new();
    fs::create_dir(folder.data()).expect("a folder");
    fs::write(folder.database(), "not a database, and longer than the header of one would be: ".repeat(40))
        .expect("a file");
    let before = fs::read(folder.database()).expect("a file");
    let done = folder.refused(&[]);
    assert!(done.refusal(1).contains("tenure.db: file is not a database"), "{done:?}");
    assert!(fs::read(folder.database()).expect("a file") == before);

    fs::remove_file(folder.database()).expect("a file");
    let db = rusqlite::Connection::open(folder.database()).expect("a database");
    db.execute_batch("CREATE TABLE recipes (name TEXT)").expect("a table");
    drop(db);
    let done = folder.refused(&[]);
    assert!(done.refusal(1).ends_with("tenure.db is a database of another program\"}"), "{done:?}");
    assert!(!folder.ring().exists(), "a ring was made for a store that is not ours");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    let file = folder.beside("file");
    fs::write(&file, "").expect("a file");
    let inside = file.join("data");
    let done = run(tenure(&["dev", "--data-dir", text(&inside), "--listen", "127.0.0.1:0"]));
    assert!(done.refusal(1).starts_with(&format!("tenure: {}: ", inside.display())), "{done:?}");
}

/// A store that `--virtual-clock` took into the future is not served by an ordinary clock.
#[test]
fn a_store_from_the_future_is_refused() {
    let folder = Folder::new();
    let dev = folder.dev_with(&["--virtual-clock"]);
    let jump = ask(dev.port, "POST", "/dev/clock", &[("Host", "ignored")], "{\"advance_seconds\": 3600}");
    // Two Host headers are no request.
    assert_ne!(jump.expect("an answer").status, 200);
    let own = format!("localhost:{}", dev.port);
    let jump =
        crate::support::ask::ask_as(dev.port, &own, "POST", "/dev/clock", "{\"advance_seconds\": 3600}");
    jump.expect("an answer").expect(200);
    let open = dev.open("ann");
    dev.stop();
    let done = folder.refused(&[]);
    assert!(done.refusal(1).contains("ahead of this machine's clock, as after --virtual-clock"), "{done:?}");
    let dev = folder.dev_with(&["--virtual-clock"]);
    dev.refresh(&open.refresh).expect(200);
    dev.stop();
}
