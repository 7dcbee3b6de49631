//! The key ring: a store takes only its own, and changing it signs nobody out.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding as _};

use crate::support::dev::{Dev, Folder, text, tokens};
use crate::support::process::{Done, run, tenure};
use crate::support::random::{Random, fresh_seed};

/// A change of a ring that no server runs on.
fn ring(words: &[&str], file: &Path) -> Done {
    let mut all = vec!["ring"];
    all.extend(words);
    all.extend(["--json", "--ring-file", text(file)]);
    match words[0] {
        "activate" => all.push("--offline"),
        "retire" => all.extend(["--offline", "--yes"]),
        _ => {}
    }
    run(tenure(&all))
}

/// A change of the ring of a running server, which is asked first.
fn running(folder: &Folder, words: &[&str]) -> Done {
    let file = folder.ring();
    let mut all = vec!["ring"];
    all.extend(words);
    all.extend(["--ring-file", text(&file)]);
    folder.command(&all)
}

/// The second phase, as soon as the server holds the key: it takes a changed file over by itself.
fn activate_once_held(folder: &Folder, kid: &str) {
    for _ in 0..400 {
        let done = running(folder, &["activate", kid, "--json"]);
        if done.code == Some(0) {
            return;
        }
        // Either it has not read the file, or it has not yet said in the store that it did.
        assert!(done.refusal(4).contains(&format!(" key {kid} yet")), "{done:?}");
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the server did not take over key {kid}");
}

fn states(done: &Done) -> Vec<String> {
    let listed = done.json();
    let keys = listed["keys"].as_array().expect("a list");
    keys.iter().map(|key| format!("{} {}", key["kid"], key["state"].as_str().expect("a state"))).collect()
}

/// The number of the key that a token was made under: its first byte.
fn kid(token: &str) -> u8 {
    Base64UrlUnpadded::decode_vec(token.strip_prefix("tr1_").expect("a token")).expect("base64url")[0]
}

#[test]
fn another_ring_is_refused_and_the_right_one_works_again() {
    let folder = Folder::new();
    let dev = folder.dev();
    let open = dev.open("ann");
    dev.stop();
    let kept = folder.beside("kept.toml");
    fs::rename(folder.ring(), &kept).expect("a ring");
    assert_eq!(states(&ring(&["create"], &folder.ring())), ["1 active"]);
    let done = folder.refused(&[]);
    let says = "key 1 of the key ring is not the key 1 that this store was written with: use the ring that belongs to the store";
    assert_eq!(done.refusal(1), format!("{{\"error\":\"{says}\"}}"));
    fs::rename(&kept, folder.ring()).expect("a ring");
    let dev = folder.dev();
    dev.refresh(&open.refresh).expect(200);
    dev.stop();
}

#[test]
fn a_ring_that_is_gone_is_not_replaced() {
    let folder = Folder::new();
    let dev = folder.dev();
    let open = dev.open("ann");
    dev.stop();
    let kept = folder.beside("kept.toml");
    fs::rename(folder.ring(), &kept).expect("a ring");
    for _ in 0..2 {
        let done = folder.refused(&[]);
        let says = done.refusal(1);
        assert!(
            says.contains(
                "ring.toml is missing, and the store beside it was written with one: put that ring back"
            ),
            "{says}"
        );
        assert!(!folder.ring().exists(), "a new ring was left behind");
    }
    fs::rename(&kept, folder.ring()).expect("a ring");
    let dev = folder.dev();
    dev.refresh(&open.refresh).expect(200);
    dev.stop();
}

#[test]
fn an_incomplete_ring_is_refused() {
    let folder = Folder::new();
    folder.dev().stop();
    let kept = folder.beside("kept.toml");
    fs::copy(folder.ring(), &kept).expect("a ring");
    assert_eq!(states(&ring(&["add"], &folder.ring())), ["1 active", "2 verify"]);
    folder.dev().stop();
    fs::rename(&kept, folder.ring()).expect("a ring");
    let done = folder.refused(&[]);
    let says = done.refusal(1);
    assert!(says.contains("the key ring lacks key 2, which this store was written with"), "{says}");
}

#[test]
fn a_ring_that_others_may_read_is_refused() {
    let folder = Folder::new();
    folder.dev().stop();
    for mode in [0o644, 0o640, 0o604, 0o620] {
        fs::set_permissions(folder.ring(), fs::Permissions::from_mode(mode)).expect("a ring");
        let done = folder.refused(&[]);
        let says = done.refusal(1);
        assert!(
            says.contains(&format!("ring.toml has mode {mode:03o}: only its owner may read it (chmod 600)")),
            "{says}"
        );
    }
    fs::set_permissions(folder.ring(), fs::Permissions::from_mode(0o600)).expect("a ring");
    folder.dev().stop();
}

#[test]
fn a_damaged_ring_is_refused_without_repeating_it() {
    let folder = Folder::new();
    folder.dev().stop();
    let whole = fs::read_to_string(folder.ring()).expect("a ring");
    let secret = whole.split('"').find(|part| part.len() == 43).expect("a secret");
    let damages = [
        whole.replace(secret, &secret[..40]),
        whole.replace("secret", "sekret"),
        whole.replace('=', ""),
        String::new(),
    ];
    for damaged in damages {
        fs::write(folder.ring(), &damaged).expect("a ring");
        let done = folder.refused(&[]);
        let says = done.refusal(1);
        assert!(says.contains("key ring"), "{says}");
        assert!(!says.contains(&secret[..20]), "{says}");
        assert_eq!(fs::read_to_string(folder.ring()).expect("a ring"), damaged, "it was touched");
    }
}

#[test]
fn the_rings_commands_refuse_what_would_lose_sessions() {
    let folder = Folder::new();
    let file = folder.beside("ring.toml");
    assert!(ring(&["list"], &file).refusal(1).contains("No such file"));
    assert_eq!(states(&ring(&["create"], &file)), ["1 active"]);
    let first = fs::read(&file).expect("a ring");
    assert!(ring(&["create"], &file).refusal(1).contains("is there already"));
    assert!(ring(&["activate", "2"], &file).refusal(1).contains("key 2 is not there to be activated"));
    assert!(ring(&["retire", "1"], &file).refusal(1).contains("key 1 is active: activate another one first"));
    assert_eq!(fs::read(&file).expect("a ring"), first);
    assert_eq!(states(&ring(&["add"], &file)), ["1 active", "2 verify"]);
    assert_eq!(states(&ring(&["activate", "2"], &file)), ["1 verify", "2 active"]);
    assert_eq!(states(&ring(&["retire", "1"], &file)), ["1 retired", "2 active"]);
    assert_eq!(
        states(&ring(&["add"], &file)),
        ["1 retired", "2 active", "3 verify"],
        "a number is not used twice"
    );
    assert_eq!(fs::metadata(&file).expect("a ring").permissions().mode() & 0o777, 0o600);
    let words = run(tenure(&["ring", "list", "--ring-file", text(&file)]));
    let takes_over = "A running server takes the file over within seconds.";
    assert!(words.stdout.contains("key 2  active\n") && words.stdout.contains(takes_over), "{words:?}");
}

/// Refreshes one session until told to stop; every answer must be 200. Gives back the newest token.
fn keep_refreshing(port: u16, first: String, stop: Arc<AtomicBool>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut random = Random::new(fresh_seed());
        let mut token = first;
        while !stop.load(Ordering::SeqCst) {
            let body = serde_json::json!({"refresh_token": token}).to_string();
            let headers = [("Idempotency-Key", random.key())];
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = crate::support::ask::ask(port, "POST", "/v1/apps/demo/tokens", &headers, &body);
            token = tokens(&answer.expect("an answer").expect(200)).refresh;
            thread::sleep(Duration::from_millis(5));
        }
        token
    })
}

fn wait_for_kid(dev: &Dev, wanted: u8) {
    for _ in 0..400 {
        if kid(&dev.open("probe").refresh) == wanted {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the server did not take over key {wanted}");
}

#[test]
fn changing_the_ring_in_two_phases_under_load_signs_nobody_out() {
    let folder = Folder::new();
    let dev = folder.dev();
    let key = dev.api_key().to_owned();
    let idle = dev.open("idle");
    let stop = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..4)
        .map(|n| keep_refreshing(dev.port, dev.open(&format!("busy-{n}")).refresh, stop.clone()))
        .collect();
    assert_eq!(kid(&idle.refresh), 1);
    ring(&["add"], &folder.ring()).json();
    activate_once_held(&folder, "2");
    wait_for_kid(&dev, 2);
    thread::sleep(Duration::from_millis(100));
    // A ring that is not the store's is not taken over, and nothing else changes.
    let good = fs::read(folder.ring()).expect("a ring");
    fs::remove_file(folder.ring()).expect("a ring");
    ring(&["create"], &folder.ring()).json();
    dev.server.signal("HUP");
    for _ in 0..400 {
        if dev.server.log().contains("the key ring was not taken over") {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert!(dev.server.log().contains("the key ring was not taken over; the one in memory is kept"));
    fs::write(folder.ring(), good).expect("a ring");
    stop.store(true, Ordering::SeqCst);
    let last: Vec<_> = busy.into_iter().map(|client| client.join().expect("a client")).collect();
    assert!(last.iter().all(|token| kid(token) == 2), "each session moves to the new key by itself");
    let moved = tokens(&dev.refresh(&idle.refresh).expect(200));
    assert_eq!(kid(&moved.refresh), 2);
    dev.stop();
    let dev = folder.dev();
    assert_eq!(dev.api_key(), key);
    last.iter().for_each(|token| drop(dev.refresh(token).expect(200)));
    dev.stop();
}

#[test]
fn retiring_a_key_ends_exactly_the_sessions_that_still_use_it() {
    let folder = Folder::new();
    let dev = folder.dev();
    let (left, moving) = (dev.open("left"), dev.open("moving"));
    let probes: Vec<_> = (0..100).map(|_| dev.open("probe")).collect();
    ring(&["add"], &folder.ring()).json();
    ring(&["activate", "2"], &folder.ring()).json();
    dev.server.signal("HUP");
    wait_for_kid(&dev, 2);
    let moved = tokens(&dev.refresh(&moving.refresh).expect(200));
    assert_eq!(kid(&moved.refresh), 2);
    ring(&["retire", "1"], &folder.ring()).json();
    dev.server.signal("HUP");
    let taken_over = probes.iter().any(|probe| {
        thread::sleep(Duration::from_millis(20));
        dev.refresh(&probe.refresh).status == 401
    });
    assert!(taken_over, "the server did not take the ring over");
    let refused = dev.refresh_with(&left.refresh, "sixteen-characters").expect(401);
    assert_eq!(refused.json()["reason"], "key_retired", "{refused:?}");
    dev.refresh(&moved.refresh).expect(200);
    dev.stop();
    let dev = folder.dev();
    dev.refresh_with(&left.refresh, "sixteen-characters").expect(401);
    dev.stop();
}

/// Until the running server holds a key in this state.
fn wait_for_state(folder: &Folder, kid: u8, state: &str) {
    for _ in 0..200 {
        let listed = running(folder, &["list", "--json"]).json();
        let keys = listed["running"]["keys"].as_array().expect("a list").clone();
        if keys.iter().any(|key| key["kid"] == kid && key["state"] == state) {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the server did not take the ring over");
}

#[test]
fn what_would_sign_people_out_is_refused_or_asked_for() {
    let folder = Folder::new();
    // No server: nobody knows whether one runs elsewhere.
    assert_eq!(states(&ring(&["create"], &folder.beside("ring.toml"))), ["1 active"]);
    let beside = folder.beside("ring.toml");
    ring(&["add"], &beside).json();
    let alone = ["ring", "activate", "2", "--ring-file", text(&beside), "--data-dir", "nowhere"];
    let says = run(tenure(&alone));
    assert!(says.refusal(3).contains("If none runs, say --offline."), "{says:?}");
    let dev = folder.dev();
    let (left, moving) = (dev.open("left"), dev.open("moving"));
    // A file that the server does not have: half-distributed.
    let elsewhere = folder.beside("elsewhere.toml");
    fs::copy(folder.ring(), &elsewhere).expect("a ring");
    ring(&["add"], &elsewhere).json();
    let says = folder.command(&["ring", "activate", "2", "--ring-file", text(&elsewhere)]);
    assert!(says.refusal(4).contains("node \"only\" does not hold key 2 yet"), "{says:?}");
    fs::rename(&elsewhere, folder.ring()).expect("a ring");
    activate_once_held(&folder, "2");
    wait_for_state(&folder, 2, "active");
    let moved = tokens(&dev.refresh(&moving.refresh).expect(200));
    let asked = running(&folder, &["retire", "1"]);
    let says = asked.refusal(1);
    assert!(says.contains("Retiring key 1 ends 1 session:") && says.contains("say --yes"), "{says}");
    let listed = running(&folder, &["list", "--json"]);
    assert_eq!(states(&listed), ["1 verify", "2 active"]);
    assert_eq!(listed.json()["running"]["keys"][0]["sessions"], 1);
    let listed = running(&folder, &["list"]);
    assert!(listed.stdout.contains("Node \"only\" holds:\n  key 1  verify  first seen"), "{listed:?}");
    // Active at the server, whatever another file says.
    let older = folder.beside("older.toml");
    let text_of_ring = fs::read_to_string(folder.ring()).expect("a ring");
    let swapped = text_of_ring
        .replace("\"verify\"", "\"#\"")
        .replace("\"active\"", "\"verify\"")
        .replace("\"#\"", "\"active\"");
    fs::write(&older, swapped).expect("a ring");
    fs::set_permissions(&older, fs::Permissions::from_mode(0o600)).expect("a ring");
    let says = folder.command(&["ring", "retire", "2", "--yes", "--ring-file", text(&older)]);
    assert!(says.refusal(4).contains("key 2 is still active at \"only\""), "{says:?}");
    let done = running(&folder, &["retire", "1", "--yes"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stderr.contains("ends 1 session"), "{done:?}");
    wait_for_state(&folder, 1, "retired");
    assert_eq!(dev.refresh(&left.refresh).expect(401).json()["reason"], "key_retired");
    dev.refresh(&moved.refresh).expect(200);
    dev.stop();
}

#[test]
fn the_ring_is_looked_for_in_the_folder_that_is_named() {
    let (one, two) = (Folder::new(), Folder::new());
    for folder in [&one, &two] {
        fs::create_dir(folder.data()).expect("a folder");
        folder.command(&["ring", "create", "--json"]).json();
        assert!(folder.ring().exists());
    }
    folder_lists(&one, &["1 active"]);
    two.command(&["ring", "add", "--json"]).json();
    folder_lists(&one, &["1 active"]);
    folder_lists(&two, &["1 active", "2 verify"]);
}

fn folder_lists(folder: &Folder, expected: &[&str]) {
    let listed = folder.command(&["ring", "list", "--json"]);
    assert_eq!(states(&listed), expected);
}
