//! `tenure backup`: made beside a running server and without one, checked, restored, and refused where it must be.

mod losses;

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use crate::disk::may_mount;
use crate::support::ask::{ask, ask_as};
use crate::support::dev::{Folder, Tokens, text, tokens};
use crate::support::process::{Done, Server, run, tenure, through_sh};

/// Restores `file` into the data of `folder`.
fn restore(folder: &Folder, file: &Path, more: &[&str]) -> Done {
    let mut all = vec!["backup", "restore", text(file)];
    all.extend(more);
    folder.command(&all)
}

fn verify(file: &Path, more: &[&str]) -> Done {
    let mut all = vec!["backup", "verify", text(file)];
    all.extend(more);
    run(tenure(&all))
}

/// A folder with a session of Ann, a backup of it, and the server stopped.
fn backed_up() -> (Folder, Tokens, PathBuf) {
    let folder = Folder::new();
    let dev = folder.dev();
    let ann = dev.open("ann");
    let file = folder.beside("a.backup");
    folder.command(&["backup", "create", "--to", text(&file), "--json"]).json();
    dev.stop();
    (folder, ann, file)
}

/// What the server of `folder` answers, through its own socket, to whoever asks for a backup.
fn ask_owner(folder: &Folder, body: &str) -> String {
    let mut socket = UnixStream::connect(folder.data().join("tenure.sock")).expect("a socket");
    let head =
        "POST /v1/backups HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json";
    write!(socket, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).expect("a request");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    answer
}

/// A folder without a store, with the ring of another one.
fn with_ring_of(other: &Folder) -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.data()).expect("a folder");
    fs::copy(other.ring(), folder.ring()).expect("a ring");
    folder
}

#[test]
fn a_backup_is_made_by_the_server_and_without_one() {
    let folder = Folder::new();
    let dev = folder.dev();
    dev.open("ann");
    let by_server = folder.command(&["backup", "create", "--json"]).json();
    let file = PathBuf::from(by_server["file"].as_str().expect("a file"));
    assert_eq!(file.parent().map(Path::to_owned), Some(folder.data().join("backups")));
    assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    assert_eq!((&by_server["sessions"], &by_server["ring_keys"]), (&1.into(), &serde_json::json!([1])));
    assert!(by_server["ring"].as_str().expect("a place").ends_with("/ring.toml"), "{by_server}");
    let said = folder.command(&["backup", "create", "--to", text(&folder.beside("b.backup"))]);
    assert!(
        said.stdout.contains("The key ring is not in it") && said.stdout.contains("ring.toml"),
        "{said:?}"
    );
    // Its age is told.
    let metrics = ask(dev.port, "GET", "/metrics", &[], "").expect("metrics").body;
    assert!(metrics.contains("tenure_backup_age_seconds "), "{metrics}");
    let again = folder.command(&["backup", "create", "--to", text(&file)]);
    assert!(again.refusal(4).contains("never overwrites"), "{again:?}");
    // It is the caller's mistake, and nothing for the operators' log.
    let body = format!("{{\"to\": \"{}\"}}", text(&file));
    let asked = ask_owner(&folder, &body);
    assert!(asked.starts_with("HTTP/1.1 409") && asked.contains("never overwrites"), "{asked}");
    let key = format!("Bearer {}", dev.api_key());
    let events = "/v1/events?type=backup_failed";
    let failed =
        ask(dev.port, "GET", events, &[("Authorization", &key)], "").expect("events").expect(200).json();
    assert_eq!(failed["events"].as_array().map(Vec::len), Some(0), "{failed}");
    dev.stop();
    let again = folder.command(&["backup", "create", "--to", text(&file)]);
    assert!(again.refusal(4).contains("never overwrites"), "the same without a server: {again:?}");
    let offline = folder.beside("c.backup");
    let made = folder.command(&["backup", "create", "--to", text(&offline), "--json"]).json();
    assert_eq!((&made["incarnation"], &made["sessions"]), (&by_server["incarnation"], &1.into()));
    assert_eq!(made["ring"].as_str(), Some(text(&folder.ring())), "which file to keep beside it");
    let elsewhere = folder.beside("ring.toml");
    fs::rename(folder.ring(), &elsewhere).expect("a ring");
    let said = folder.command(&["backup", "create", "--to", text(&folder.beside("d.backup"))]);
    assert!(said.stdout.contains("that ring_file of the server's configuration names"), "{said:?}");
    fs::rename(&elsewhere, folder.ring()).expect("a ring");
    for file in [&file, &folder.beside("b.backup"), &offline] {
        let checked = verify(file, &["--ring-file", text(&folder.ring()), "--json"]).json();
        assert_eq!(checked["opened_by_ring"], true);
        let said = verify(file, &[]);
        assert!(said.stdout.contains("is whole: 1 session") && said.stdout.contains("key 1"), "{said:?}");
    }
    let dev = folder.dev();
    let metrics = ask(dev.port, "GET", "/metrics", &[], "").expect("metrics").body;
    assert!(metrics.contains("tenure_backup_age_seconds "), "the store remembers it: {metrics}");
    dev.stop();
}

#[test]
fn where_no_backup_can_be_made_nothing_is_left() {
    let folder = Folder::new();
    let nowhere = folder.command(&["backup", "create"]);
    assert!(nowhere.refusal(1).contains("there is no folder"), "{nowhere:?}");
    let dev = folder.dev();
    let missing = folder.beside("missing").join("a.backup");
    for running in [true, false] {
        if !running {
            dev.server.signal("TERM");
            while folder.data().join("tenure.sock").exists() {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
        }
        let done = folder.command(&["backup", "create", "--to", text(&missing)]);
        assert!(done.refusal(1).contains("No such file or directory"), "{done:?}");
    }
    // A store that somebody holds who does not answer.
    drop(dev);
    let (folder, _, file) = backed_up();
    let held =
        tenure_sqlite::Sqlite::open(&folder.database(), tenure_sqlite::Options::new(0)).expect("a store");
    let done = folder.command(&["backup", "create"]);
    assert!(done.refusal(1).contains("is in use by another process"), "{done:?}");
    let done = restore(&folder, &file, &["--replace"]);
    assert!(done.refusal(1).contains("is in use by another process"), "{done:?}");
    drop(held);
}

#[test]
fn a_restore_over_live_data_is_refused() {
    let (folder, ann, file) = backed_up();
    let dev = folder.dev();
    let bob = dev.open("bob");
    let done = restore(&folder, &file, &["--replace"]);
    assert!(done.refusal(1).contains("is in use by another process"), "{done:?}");
    dev.refresh(&bob.refresh).expect(200);
    dev.stop();
    let done = restore(&folder, &file, &[]);
    assert!(done.refusal(1).contains("nothing was changed. With --replace"), "{done:?}");
    let dry = restore(&folder, &file, &["--dry-run", "--json"]).json();
    assert_eq!((&dry["dry_run"], &dry["lost"]["sessions_opened"]), (&true.into(), &1.into()), "{dry}");
    let dev = folder.dev();
    assert_eq!(dev.manage("GET", "/sessions", "").expect(200).json()["total"], 2, "nothing was changed");
    dev.stop();
    let done = restore(&folder, &file, &["--replace", "--json"]).json();
    let kept = PathBuf::from(done["kept"].as_str().expect("a file"));
    assert!(kept.exists(), "{done}");
    let dev = folder.dev();
    let next = tokens(&dev.refresh(&ann.refresh).expect(200));
    assert_eq!(next.sid, ann.sid);
    dev.stop();
    // What was replaced can take its place again.
    fs::rename(&kept, folder.database()).expect("the old store");
    let dev = folder.dev();
    assert_eq!(dev.manage("GET", "/sessions", "").expect(200).json()["total"], 2);
    dev.stop();
}

#[test]
fn what_is_no_whole_backup_is_refused_and_nothing_is_lost() {
    let (folder, ann, file) = backed_up();
    let whole = fs::read(&file).expect("a backup");
    let bad = folder.beside("bad.backup");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let cases = [
        (&whole[..whole.len() / 2], "is cut off"),
        (&whole[..whole.len() - 1], "is cut off"),
        (&flipped, "is damaged"),
        (b"something else", "is no backup of Tenure"),
        (b"", "is no backup of Tenure"),
    ];
    for (bytes, says) in cases {
        fs::write(&bad, bytes).expect("a file");
        for done in [verify(&bad, &[]), restore(&folder, &bad, &["--replace"]), restore(&folder, &bad, &[])] {
            assert!(done.refusal(1).contains(says), "{says}: {done:?}");
        }
    }
    let store = restore(&folder, &folder.database(), &["--replace"]);
    assert!(store.refusal(1).contains("is a store itself, not a backup"), "{store:?}");
    let missing = restore(&folder, &folder.beside("missing"), &[]);
    assert!(missing.refusal(1).contains("No such file"), "{missing:?}");
    let dev = folder.dev();
    dev.refresh(&ann.refresh).expect(200);
    dev.stop();
}

#[test]
fn a_wrong_ring_is_told_before_anything_happens() {
    let (folder, ann, file) = backed_up();
    let wrong = folder.beside("wrong.toml");
    run(tenure(&["ring", "create", "--ring-file", text(&wrong), "--json"])).json();
    let done = verify(&file, &["--ring-file", text(&wrong)]);
    assert!(done.refusal(1).contains("is whole, and of no use with this ring: key 1"), "{done:?}");
    let done = restore(&folder, &file, &["--replace", "--ring-file", text(&wrong)]);
    assert!(done.refusal(1).contains("Nothing was changed"), "{done:?}");
    // The one that lies beside the store counts as the one that will be used.
    let other = Folder::new();
    fs::create_dir(other.data()).expect("a folder");
    fs::copy(&wrong, other.ring()).expect("a ring");
    let done = restore(&other, &file, &[]);
    assert!(done.refusal(1).contains("does not open this backup"), "{done:?}");
    assert!(!other.database().exists());
    let dev = folder.dev();
    dev.refresh(&ann.refresh).expect(200);
    dev.stop();
}

#[test]
fn a_clock_that_was_set_back_restores_nothing() {
    let folder = Folder::new();
    let dev = folder.dev_with(&["--virtual-clock"]);
    let hour = "{\"advance_seconds\": 3600}";
    let host = format!("localhost:{}", dev.port);
    ask_as(dev.port, &host, "POST", "/dev/clock", hour).expect("an answer").expect(200);
    dev.open("ann");
    let file = folder.beside("a.backup");
    folder.command(&["backup", "create", "--to", text(&file), "--json"]).json();
    dev.stop();
    let done = restore(&with_ring_of(&folder), &file, &[]);
    let says = done.refusal(1);
    assert!(
        says.contains("this machine's clock is 3") && says.contains("set the clock right first"),
        "{says}"
    );
    let done = folder.command(&["backup", "create", "--to", text(&folder.beside("b.backup"))]);
    assert!(done.refusal(3).contains("set it right first"), "{done:?}");
    assert!(!folder.beside("b.backup").exists());
}

/// A limit on the size of files is what a full disk is, and needs no privilege.
#[test]
fn a_full_disk_makes_no_backup_and_restores_nothing() {
    let folder = Folder::new();
    let dev = folder.dev();
    let ann = dev.open("ann");
    let wide = format!("{{\"user_id\": \"bob\", \"claims\": {{\"wide\": \"{}\"}}}}", "x".repeat(2000));
    for _ in 0..100 {
        dev.manage("POST", "/sessions", &wide).expect(201);
    }
    let file = folder.beside("a.backup");
    folder.command(&["backup", "create", "--to", text(&file), "--json"]).json();
    dev.stop();
    let size = fs::metadata(&file).expect("a backup").len();
    assert!(size > 150_000, "{size} bytes are no test of a full disk");
    let (data, other) = (folder.data(), folder.beside("b.backup"));
    // In blocks of 512 bytes, or of 1024 where sh counts so. The signal must not kill the process.
    let limited = r#"trap '' XFSZ; ulimit -f 100; exec "$0" "$@""#;
    let create = ["backup", "create", "--to", text(&other), "--data-dir", text(&data)];
    let done = run(through_sh(limited, &create));
    let says = done.refusal(1);
    assert!(says.contains("b.backup.part: "), "{says}");
    let empty = with_ring_of(&folder);
    let into = empty.data();
    let done = run(through_sh(limited, &["backup", "restore", text(&file), "--data-dir", text(&into)]));
    assert!(done.refusal(1).contains("File too large"), "{done:?}");
    for place in [folder.beside(""), into] {
        let names: Vec<_> = fs::read_dir(&place)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            .collect();
        let left = names.iter().find(|name| name.contains(".part") || name.contains(".restoring"));
        assert_eq!(left, None, "{names:?}");
    }
    let dev = folder.dev();
    dev.refresh(&ann.refresh).expect(200);
    dev.stop();
}

/// The same on a real file system.
#[test]
fn a_disk_that_is_full_is_called_so() {
    if !may_mount() {
        return println!("not tested: this process may not mount a file system");
    }
    let (folder, _, _) = backed_up();
    let (data, place) = (folder.data(), folder.beside("full"));
    fs::create_dir(&place).expect("a folder");
    let to = place.join("a.backup");
    let script =
        r#"exec unshare -m sh -c 'mount -t tmpfs -o size=16k tmpfs "$PLACE" && exec "$0" "$@"' "$0" "$@""#;
    let mut command = through_sh(script, &["backup", "create", "--to", text(&to), "--data-dir", text(&data)]);
    command.env("PLACE", text(&place));
    let done = run(command);
    assert!(done.refusal(1).ends_with("a.backup.part: the disk is full"), "{done:?}");
}

/// Kills the command that `words` are after each of these times, in milliseconds.
fn killed(words: &[&str], after: std::ops::Range<u64>, log: &Path, mut then: impl FnMut(bool)) {
    for millis in after.step_by(2) {
        let mut command = Server::spawn(tenure(words), log);
        std::thread::sleep(std::time::Duration::from_millis(millis));
        let ended = command.has_ended();
        command.kill();
        then(ended);
    }
}

#[test]
fn killed_at_any_moment_a_backup_and_a_restore_leave_nothing_half_done() {
    let folder = Folder::new();
    let dev = folder.dev();
    for n in 0..300 {
        dev.open(&format!("user-{n}"));
    }
    let file = folder.beside("a.backup");
    folder.command(&["backup", "create", "--to", text(&file), "--json"]).json();
    let bob = dev.open("bob");
    dev.stop();
    let (log, data, other) = (folder.log(), folder.data(), folder.beside("b.backup"));
    let create = ["backup", "create", "--to", text(&other), "--data-dir", text(&data)];
    let mut made = 0;
    killed(&create, 0..60, &log, |_| {
        if other.exists() {
            verify(&other, &["--json"]).json();
            fs::remove_file(&other).expect("a backup");
            made += 1;
        }
    });
    folder.command(&["backup", "create", "--to", text(&other), "--json"]).json();
    let mut replaced = 0;
    let old = fs::read(folder.database()).expect("a store");
    killed(&["backup", "restore", text(&file), "--replace", "--data-dir", text(&data)], 0..80, &log, |_| {
        let sessions = count_sessions(&folder.database());
        assert!(sessions == 301 || sessions == 300, "{sessions} sessions");
        if sessions == 300 {
            replaced += 1;
            // What was there is kept, whole.
            let kept = kept(&data);
            assert_eq!(count_sessions(&kept), 301);
            fs::remove_file(&kept).expect("the old store");
            fs::write(folder.database(), &old).expect("a store");
        } else {
            // It was killed before it was done; what was kept by then is the store itself under a second name.
            kept_or_none(&data).into_iter().for_each(|kept| fs::remove_file(kept).expect("a second name"));
        }
    });
    println!("{made} backups and {replaced} restores were done before the kill");
    let dev = folder.dev();
    dev.refresh(&bob.refresh).expect(200);
    dev.stop();
    let left: Vec<_> =
        fs::read_dir(&data).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    restore(&folder, &file, &["--replace", "--json"]).json();
    assert!(!data.join("tenure.db.restoring").exists(), "{left:?}");
}

fn kept_or_none(data: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(data).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| text(path).contains(".replaced-")).collect()
}

fn kept(data: &Path) -> PathBuf {
    kept_or_none(data).pop().expect("the store that was replaced")
}

fn count_sessions(database: &Path) -> i64 {
    let db = rusqlite::Connection::open(database).expect("a database");
    db.query_row("SELECT count(*) FROM family", [], |row| row.get(0)).expect("a number")
}
