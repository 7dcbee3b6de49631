//! A disk that is full or cannot be written: "not now" (503 and Retry-After), never "signed out" (401).

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::ask::Answer;
use crate::support::dev::{Dev, Folder, Tokens, arguments, text, tokens};
use crate::support::process::{run, through_sh};
use crate::support::random::{Random, fresh_seed};

/// A session whose client follows the rules.
struct Client {
    newest: Tokens,
    key: String,
}

impl Client {
    fn new(dev: &Dev, user: &str, random: &mut Random) -> Self {
        Self { newest: dev.open(user), key: random.key() }
    }

    /// One try. What is not served must be "not now".
    fn refresh(&mut self, dev: &Dev, random: &mut Random) -> bool {
        let answer = dev.refresh_with(&self.newest.refresh, &self.key);
        if answer.status == 200 {
            *self = Self { newest: tokens(&answer), key: random.key() };
            return true;
        }
        not_now(&answer);
        false
    }
}

#[track_caller]
fn not_now(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer:?}");
    let seconds = answer.header("Retry-After").and_then(|seconds| seconds.parse::<u32>().ok());
    assert!(seconds.is_some_and(|seconds| seconds >= 1), "{answer:?}");
    assert_eq!(answer.json()["code"], "unavailable", "{answer:?}");
    assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{answer:?}");
}

/// Refreshes until the disk is full, and then for a while: how often it was served and how often not.
fn until_full(dev: &Dev, clients: &mut [Client], random: &mut Random) -> (u32, u32) {
    let (mut served, mut not_served) = (0, 0);
    for _ in 0..400 {
        for client in clients.iter_mut() {
            if client.refresh(dev, random) {
                served += 1;
            } else {
                not_served += 1;
            }
        }
        if not_served >= 50 {
            break;
        }
    }
    (served, not_served)
}

/// A limit on the size of files is what a full disk is to SQLite, and needs no privilege.
#[test]
fn a_full_disk_is_not_now_and_loses_nothing_heavy() {
    let folder = Folder::new();
    let mut random = Random::new(fresh_seed());
    let dev = folder.dev();
    let mut clients: Vec<_> = (0..8).map(|n| Client::new(&dev, &format!("user-{n}"), &mut random)).collect();
    let ended = dev.open("ended");
    dev.sign_out(&ended.refresh).expect(200);
    dev.stop();

    let data = folder.data();
    // In blocks of 512 bytes, or of 1024 where sh counts so: 300 or 600 KiB. The signal must not kill the process.
    let limited = r#"trap '' XFSZ; ulimit -f 600; exec "$0" "$@""#;
    let mut dev = Dev::start(through_sh(limited, &arguments(&data, &[])), &folder.log());
    let (served, not_served) = until_full(&dev, &mut clients, &mut random);
    assert!(served > 0 && not_served > 0, "served {served}, not served {not_served}");
    // What would need the disk is "not now" as well, and what is refused stays refused.
    let mut signed_out = Vec::new();
    for client in clients.drain(..2) {
        let answer = dev.sign_out(&client.newest.refresh);
        if answer.status != 200 {
            not_now(&answer);
        }
        signed_out.push((client, answer.status));
    }
    let opening = dev.manage("POST", "/sessions", "{\"user_id\": \"new\"}");
    if opening.status != 201 {
        not_now(&opening);
    }
    assert_eq!(dev.refresh(&ended.refresh).json()["reason"], "ended_by_user");
    assert_eq!(dev.server.terminate().code(), Some(0), "{}", dev.server.log());
    println!("full disk: {served} served, {not_served} not now");

    let dev = folder.dev();
    for client in &mut clients {
        assert!(client.refresh(&dev, &mut random), "a session is lost");
        assert!(client.refresh(&dev, &mut random), "a session is lost");
    }
    for (mut client, status) in signed_out {
        if status == 200 {
            dev.refresh(&client.newest.refresh).expect(401);
        } else {
            assert!(client.refresh(&dev, &mut random), "an end that was not acknowledged is none");
        }
    }
    dev.refresh(&ended.refresh).expect(401);
    dev.stop();
}

/// Whether this process may mount: only then can a disk be filled, or be made read-only.
pub fn may_mount() -> bool {
    let tried = Command::new("unshare").args(["-m", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).output();
    tried.is_ok_and(|tried| tried.status.success())
}

/// The binary with a file system of its own over its data, seen by nobody else and gone with it.
fn mounted(mount: &str, data: &Path) -> Command {
    fs::create_dir_all(data).expect("a folder");
    let script = format!(r#"exec unshare -m sh -c '{mount} && exec "$0" "$@"' "$0" "$@""#);
    let mut command = through_sh(&script, &arguments(data, &[]));
    command.env("DATA", text(data));
    command
}

/// The same on a real file system that is filled up under the server, and then freed: it goes on without a restart.
#[test]
fn a_disk_that_is_freed_is_used_again_without_a_restart_heavy() {
    if !may_mount() {
        return println!("not tested: this process may not mount a file system");
    }
    let folder = Folder::new();
    let mut random = Random::new(fresh_seed());
    let command = mounted(r#"mount -t tmpfs -o size=16m,mode=0700 tmpfs "$DATA""#, &folder.data());
    let dev = Dev::start(command, &folder.log());
    let mut clients: Vec<_> = (0..8).map(|n| Client::new(&dev, &format!("user-{n}"), &mut random)).collect();
    // Its mount is seen through it.
    let inside = Path::new("/proc").join(dev.server.pid().to_string()).join("root");
    let filler = inside.join(folder.data().strip_prefix("/").expect("a whole path")).join("filler");
    for round in 0..3 {
        let full = fs::write(&filler, vec![0; 32 << 20]);
        assert!(full.is_err(), "the disk is not full");
        let (served, not_served) = until_full(&dev, &mut clients, &mut random);
        assert!(not_served > 0, "served {served}, not served {not_served}");
        fs::remove_file(&filler).expect("the filler");
        println!("round {round}: {served} served, {not_served} not now");
        for client in &mut clients {
            assert!(client.refresh(&dev, &mut random), "the disk is free again: {}", dev.server.log());
            assert!(client.refresh(&dev, &mut random), "the disk is free again");
        }
    }
    dev.stop();
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_at_the_start() {
    if !may_mount() {
        return println!("not tested: this process may not mount a file system");
    }
    let folder = Folder::new();
    let dev = folder.dev();
    let open = dev.open("ann");
    dev.stop();
    let read_only = r#"mount --bind "$DATA" "$DATA" && mount -o remount,ro,bind "$DATA""#;
    let done = run(mounted(read_only, &folder.data()));
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("Read-only file system") && done.stderr.contains("tenure.db"), "{done:?}");
    let dev = folder.dev();
    dev.refresh(&open.refresh).expect(200);
    dev.stop();
}

/// A database that cannot be written while its folder can.
#[test]
fn a_database_that_cannot_be_written_never_signs_out() {
    let folder = Folder::new();
    let dev = folder.dev();
    let open = dev.open("ann");
    dev.stop();
    let chattr = |how: &str| {
        let done = Command::new("chattr").args([how, text(&folder.database())]).output();
        done.is_ok_and(|done| done.status.success())
    };
    if !chattr("+i") {
        return println!("not tested: a file cannot be made immutable here");
    }
    let mut server = crate::support::process::Server::spawn(
        crate::support::process::tenure(&arguments(&folder.data(), &[])),
        &folder.log(),
    );
    let line = server.wait_for_line().map(str::to_owned);
    let outcome = line.as_deref().map(|line| {
        let ready: Value = serde_json::from_str(line).expect("one line of JSON");
        let port =
            ready["url"].as_str().and_then(|url| url.rsplit_once(':')?.1.parse().ok()).expect("a port");
        let body = serde_json::json!({"refresh_token": open.refresh}).to_string();
        crate::support::ask::ask(port, "POST", "/v1/apps/demo/tokens", &[], &body).expect("an answer")
    });
    match outcome {
        Some(answer) => {
            server.kill();
            assert!(chattr("-i"));
            not_now(&answer);
        }
        None => {
            let code = server.wait().code();
            assert!(chattr("-i"));
            assert_eq!(code, Some(1), "{}", server.log());
            assert!(server.log().contains("tenure.db"), "{}", server.log());
            println!("refused: {}", server.log().trim_end());
        }
    }
    let dev = folder.dev();
    dev.refresh(&open.refresh).expect(200);
    dev.stop();
}
