//! Signing keys on the real binary: one follows another while clients refresh and verifiers check, and `kill -9` in between.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tenure_jose::{Refusal, VerifyingKey, verify};
use tenure_wire::jwk::JwkSet;

use crate::support::ask::ask;
use crate::support::dev::{Dev, Folder, Tokens, tokens};
use crate::support::random::{Random, fresh_seed};

/// How long verifiers keep keys, in seconds: as the answers say.
const MAX_AGE: i64 = 600;
/// Half of them refresh, half of them verify.
const THREADS: usize = 6;
/// Where coming round takes longer than this, something is stuck.
const STUCK: Duration = Duration::from_secs(60);
const TOKENS: &str = "/v1/apps/demo/tokens";
const JWKS: &str = "/v1/apps/demo/.well-known/jwks.json";

/// What clients and verifiers share.
#[derive(Default)]
struct Shared {
    now: AtomicI64,
    stop: AtomicBool,
    refreshed: AtomicU64,
    verified: AtomicU64,
    /// How often each thread has come round.
    rounds: [AtomicU64; THREADS],
    /// The newest auth token of each client.
    newest: Mutex<HashMap<usize, String>>,
}

impl Shared {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::SeqCst)
    }

    fn came_round(&self, thread: usize) {
        self.rounds[thread].fetch_add(1, Ordering::SeqCst);
    }

    /// Waits until each thread has begun a round after this was called, and ended it: however slow the machine is, no time passes
    /// them by. Gives up where one of them has ended.
    fn wait_for_all(&self, threads: &[thread::JoinHandle<()>]) {
        let read = || self.rounds.each_ref().map(|rounds| rounds.load(Ordering::SeqCst));
        let before = read();
        for _ in 0..STUCK.as_millis() {
            let all_have = read().iter().zip(before).all(|(now, before)| *now >= before + 2);
            if all_have || threads.iter().any(thread::JoinHandle::is_finished) {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn put(&self, client: usize, auth: String) {
        self.newest.lock().expect("a lock").insert(client, auth);
    }
}

fn advance(dev: &Dev, seconds: i64) -> i64 {
    let body = json!({"advance_seconds": seconds}).to_string();
    let host = format!("localhost:{}", dev.port);
    let answer = crate::support::ask::ask_as(dev.port, &host, "POST", "/dev/clock", &body);
    answer.expect("an answer").expect(200).json()["now"].as_i64().expect("a time")
}

/// Refreshes until told to stop; every answer must be 200.
fn client(port: u16, number: usize, first: Tokens, shared: Arc<Shared>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut random = Random::new(fresh_seed());
        let mut held = first;
        while shared.goes_on() {
            let body = json!({"refresh_token": held.refresh}).to_string();
            let key = random.key();
            let answer = ask(port, "POST", TOKENS, &[("Idempotency-Key", &key)], &body).expect("an answer");
            held = tokens(&answer.expect(200));
            shared.refreshed.fetch_add(1, Ordering::SeqCst);
            shared.put(number, held.auth.clone());
            shared.came_round(number);
        }
    })
}

/// Checks the newest tokens until told to stop. Reads the keys again when they are as old as they may be, and never for a key
/// that it does not know.
fn verifier(port: u16, number: usize, shared: Arc<Shared>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let (mut keys, mut due) = (HashMap::new(), 0);
        while shared.goes_on() {
            let now = shared.now.load(Ordering::SeqCst);
            if now >= due {
                let answer = ask(port, "GET", JWKS, &[], "").expect("an answer").expect(200);
                let max_age = format!("max-age={MAX_AGE},");
                assert!(answer.header("cache-control").is_some_and(|keep| keep.contains(&max_age)));
                let set: JwkSet = serde_json::from_str(&answer.body).expect("a key set");
                let key = |key: &tenure_wire::jwk::Jwk| {
                    (key.kid.clone(), VerifyingKey::from_jwk(key).expect("a key"))
                };
                keys = set.keys.iter().map(key).collect();
                due = now + MAX_AGE;
            }
            let newest: Vec<_> = shared.newest.lock().expect("a lock").values().cloned().collect();
            for token in newest {
                let verified = verify(&token, |kid| keys.get(kid), &["JWT"]);
                assert_ne!(
                    verified.as_ref().err(),
                    Some(&Refusal::UnknownKey),
                    "a key that nobody knows signs"
                );
                drop(verified.expect("a good token"));
                shared.verified.fetch_add(1, Ordering::SeqCst);
            }
            shared.came_round(number);
        }
    })
}

fn signing_keys(dev: &Dev) -> Vec<Value> {
    let list = dev.manage("GET", "/signing-keys", "").expect(200).json();
    list["signing_keys"].as_array().expect("a list").clone()
}

fn states(dev: &Dev) -> Vec<String> {
    signing_keys(dev).iter().map(|key| key["state"].as_str().expect("a state").to_owned()).collect()
}

#[test]
fn a_rotation_under_load_refuses_no_refresh_and_no_verification() {
    let folder = Folder::new();
    let dev = folder.dev_with(&["--virtual-clock"]);
    dev.manage("PUT", "/session-settings", &json!({"publish_lead": 5400, "idle_timeout": null}).to_string())
        .expect(200);
    let shared = Arc::new(Shared::default());
    shared.now.store(advance(&dev, 0), Ordering::SeqCst);
    let mut threads = Vec::new();
    for number in 0..THREADS / 2 {
        let first = dev.open(&format!("user-{number}"));
        shared.put(number, first.auth.clone());
        threads.push(client(dev.port, number, first, shared.clone()));
    }
    threads.extend((THREADS / 2..THREADS).map(|number| verifier(dev.port, number, shared.clone())));
    let pass = |seconds: i64| {
        for _ in 0..seconds / 60 {
            shared.now.store(advance(&dev, 60), Ordering::SeqCst);
            shared.wait_for_all(&threads);
        }
    };
    for _ in 0..2 {
        dev.manage("POST", "/signing-keys", "{}").expect(201);
        assert_eq!(states(&dev), ["signing", "published"]);
        pass(5460);
        assert_eq!(states(&dev), ["verifying", "signing"]);
        pass(900);
        assert_eq!(states(&dev), ["signing"]);
    }
    shared.stop.store(true, Ordering::SeqCst);
    for thread in threads {
        thread.join().expect("nothing was refused");
    }
    let (refreshed, verified) =
        (shared.refreshed.load(Ordering::SeqCst), shared.verified.load(Ordering::SeqCst));
    assert!(refreshed > 1000 && verified > 1000, "{refreshed} refreshes, {verified} verifications");
    dev.stop();
}

#[test]
fn a_crash_while_keys_change_leaves_an_app_that_works() {
    let folder = Folder::new();
    let mut random = Random::new(fresh_seed());
    let mut dev = folder.dev();
    dev.manage("PUT", "/session-settings", &json!({"publish_lead": 0}).to_string()).expect(200);
    let mut token = dev.open("ann").refresh;
    for round in 0..8 {
        let (port, key) = (dev.port, dev.api_key().to_owned());
        let changing = thread::spawn(move || {
            let bearer = format!("Bearer {key}");
            let call = |method: &str, path: &str, body: &str| {
                let path = format!("/v1/apps/demo/signing-keys{path}");
                ask(port, method, &path, &[("Authorization", &bearer)], body)
            };
            // Until the server is gone.
            while call("POST", "", "{}").is_ok() {
                let Ok(list) = call("GET", "", "") else { return };
                let kid = list.json()["signing_keys"][0]["kid"].as_str().unwrap_or_default().to_owned();
                let body = json!({"compromised": true}).to_string();
                if call("POST", &format!("/{kid}/retire"), &body).is_err() {
                    return;
                }
            }
        });
        thread::sleep(Duration::from_millis(random.between(5, 80)));
        dev.server.kill();
        changing.join().expect("a client");
        dev = folder.dev();
        let found = states(&dev);
        assert_eq!(found.iter().filter(|state| *state == "signing").count(), 1, "round {round}: {found:?}");
        let next = tokens(&dev.refresh(&token).expect(200));
        let set: JwkSet =
            serde_json::from_str(&dev.ask("GET", "/.well-known/jwks.json", &[], "").body).expect("keys");
        let find = |kid: &str| {
            set.keys.iter().find(|key| key.kid == kid).and_then(|key| VerifyingKey::from_jwk(key).ok())
        };
        assert!(verify(&next.auth, find, &["JWT"]).is_ok(), "round {round}");
        token = next.refresh;
    }
    dev.stop();
}
