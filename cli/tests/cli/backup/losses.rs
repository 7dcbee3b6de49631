//! What a restore loses and what it makes again, told and done.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::{backed_up, restore, with_ring_of};
use crate::support::dev::{Folder, text};

#[test]
fn ends_after_the_backup_are_listed_and_made_again() {
    let (folder, ann, file) = backed_up();
    let dev = folder.dev();
    let key = dev.manage("POST", "/api-keys", "{\"name\": \"k\", \"role\": \"verify\"}").expect(201).json();
    let key = key["id"].as_str().expect("an id").to_owned();
    dev.sign_out(&ann.refresh).expect(200);
    dev.manage("PUT", "/session-settings", "{\"max_sessions\": 7}").expect(200);
    dev.stop();
    let dry = restore(&folder, &file, &["--dry-run"]);
    let says = &dry.stdout;
    for words in [
        "What happened after the backup is lost",
        &format!("{}  demo  ann  ended_by_user", ann.sid),
        "End them again: run this with --ends-from",
        &format!("API key {key} is gone: it was made after the backup"),
        "version 2 of the settings of app demo is gone",
        "Nothing was changed.",
    ] {
        assert!(says.contains(words), "{words}: {says}");
    }
    let database = folder.database();
    let done = restore(&folder, &file, &["--replace", "--ends-from", text(&database)]);
    assert!(done.stdout.contains("1 session, ended again as they were"), "{done:?}");
    assert!(done.stdout.contains("tenure recover --for 24h"), "{done:?}");
    let dev = folder.dev();
    assert_eq!(dev.refresh(&ann.refresh).expect(401).json()["reason"], "ended_by_user");
    let shown = folder.command(&["recover", "--show"]);
    let says = &shown.stdout;
    assert!(says.contains("never opened since the store was restored"), "{says}");
    assert!(says.contains("Those that were known have been made again: 1."), "{says}");
    let status: Value = folder.command(&["recover", "--show", "--json"]).json();
    assert_eq!((&status["state"], &status["restored"]["ended_again"]), (&"awaited".into(), &1.into()));
    dev.stop();
}

/// A folder whose user Ann was ended and whose signing key was retired as compromised, both after the backup.
fn distrusted_since() -> (Folder, PathBuf, String) {
    let (folder, _, file) = backed_up();
    let dev = folder.dev();
    let keys = dev.manage("GET", "/signing-keys", "").expect(200).json();
    let kid = keys["signing_keys"][0]["kid"].as_str().expect("a key").to_owned();
    dev.manage("DELETE", "/users/ann/tokens", "").expect(200);
    dev.manage("POST", &format!("/signing-keys/{kid}/retire"), "{\"compromised\": true}").expect(200);
    dev.stop();
    (folder, file, kid)
}

#[test]
fn a_key_that_was_retired_as_compromised_does_not_sign_again() {
    let (folder, file, kid) = distrusted_since();
    let new = with_ring_of(&folder);
    let done = restore(&new, &file, &["--ends-from", text(&folder.database())]);
    for words in [
        "and are refused again:\n",
        "of user ann of app demo, issued until ",
        &format!("signed by key {kid}"),
    ] {
        assert!(done.stdout.contains(words), "{words}: {done:?}");
    }
    assert!(!done.stdout.contains("WARNING"), "{done:?}");
    let dev = new.dev();
    let keys = dev.ask("GET", "/.well-known/jwks.json", &[], "").expect(200).body;
    assert!(keys.contains("\"kid\"") && !keys.contains(&kid), "{keys}");
    assert!(!dev.open("bob").auth.is_empty(), "another key signs");
    dev.stop();
    let db = rusqlite::Connection::open(new.database()).expect("a database");
    let sql = "SELECT count(*) FROM feed WHERE kind = 4 AND name = ?1 OR kind = 2 AND name = 'ann'";
    let announced: i64 = db.query_row(sql, [&kid], |row| row.get(0)).expect("a number");
    assert_eq!(announced, 2, "verifiers hear of both");
}

#[test]
fn a_compromised_key_that_comes_back_is_told_loudly() {
    let (folder, file, kid) = distrusted_since();
    let retire = format!("tenure key retire {kid} --app demo --compromised");
    for more in ["--dry-run", "--replace"] {
        let done = restore(&folder, &file, &[more]);
        let says = &done.stdout;
        assert!(says.contains("WARNING: signing keys are back") && says.contains(&retire), "{says}");
        assert!(says.contains("accepted again until they expire:\n      of user ann of app demo"), "{says}");
    }
    let new = with_ring_of(&folder);
    let done = restore(&new, &file, &[]);
    assert!(done.stdout.contains("WARNING: a signing key that was retired as compromised"), "{done:?}");
    // What it says to do does it.
    let dev = new.dev();
    let words: Vec<_> = retire.split(' ').skip(1).chain(["--yes"]).collect();
    let done = new.command(&words);
    assert!(done.code == Some(0) && !done.stdout.contains(&kid), "{done:?}");
    dev.stop();
}

#[test]
fn signing_keys_are_not_taken_over_without_the_ring_that_opens_them() {
    let (folder, _, file) = backed_up();
    let old_ring = folder.beside("old-ring.toml");
    fs::copy(folder.ring(), &old_ring).expect("a ring");
    for words in [&["add"][..], &["activate", "2", "--offline"]] {
        folder.command(&[&["ring"], words].concat());
    }
    let dev = folder.dev();
    dev.manage("POST", "/signing-keys", "{}").expect(201);
    dev.stop();
    let new = Folder::new();
    fs::create_dir(new.data()).expect("a folder");
    fs::copy(&old_ring, new.ring()).expect("a ring");
    let from = ["--ends-from", text(&folder.database())].map(str::to_owned);
    let done = restore(&new, &file, &[&from[0], &from[1]]);
    assert!(done.refusal(1).contains("does not open the signing keys"), "{done:?}");
    assert!(!new.database().exists());
    fs::copy(folder.ring(), new.ring()).expect("a ring");
    restore(&new, &file, &[&from[0], &from[1], "--json"]).json();
    let dev = new.dev();
    assert_eq!(
        dev.manage("GET", "/signing-keys", "").expect(200).json()["signing_keys"].as_array().map(Vec::len),
        Some(2)
    );
    dev.stop();
}

#[test]
fn a_store_that_cannot_be_asked_is_named_and_not_needed() {
    let (folder, _, file) = backed_up();
    let other = with_ring_of(&folder);
    let nothing = other.beside("nothing.db");
    let done = restore(&other, &file, &["--ends-from", text(&nothing)]);
    assert!(done.refusal(1).contains("nothing.db: No such file"), "{done:?}");
    assert!(!nothing.exists() && !other.database().exists());
    fs::write(&nothing, "no database").expect("a file");
    let done = restore(&other, &file, &["--ends-from", text(&nothing)]);
    assert!(done.refusal(1).contains("nothing.db"), "{done:?}");
    let done = restore(&other, &file, &[]);
    assert!(done.stdout.contains("Which these are is not known"), "{done:?}");
}
