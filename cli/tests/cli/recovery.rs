//! A disaster, from the backup under load to the last client that goes on: nobody is signed out who need not be.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::ask::{Answer, ask};
use crate::support::dev::{Folder, Tokens, text, tokens};
use crate::support::random::{Random, fresh_seed};

/// Clients that refresh all the time.
const CLIENTS: u32 = 24;
/// Sessions that end after the backup, and sessions that are opened after it.
const OTHERS: usize = 3;

/// What all clients share.
#[derive(Default)]
struct World {
    port: AtomicU16,
    stopped: AtomicBool,
    refreshed: AtomicU32,
    waiting: AtomicU32,
    faults: Mutex<Vec<String>>,
    /// How long answers took, in microseconds, and whether a backup was being made.
    took: Mutex<Vec<(u64, bool)>>,
    backing_up: AtomicBool,
}

impl World {
    fn ask(&self, token: &str, key: &str) -> Option<Answer> {
        let body = json!({"refresh_token": token}).to_string();
        let headers = [("Idempotency-Key", key)];
        ask(self.port.load(Ordering::SeqCst), "POST", "/v1/apps/demo/tokens", &headers, &body).ok()
    }

    fn p99(&self, backing_up: bool) -> u64 {
        let took = self.took.lock().expect("a lock");
        let mut took: Vec<_> = took.iter().filter(|(_, then)| *then == backing_up).map(|(t, _)| *t).collect();
        took.sort_unstable();
        took.get(took.len() * 99 / 100).copied().unwrap_or_default()
    }
}

#[allow(clippy::disallowed_methods)] // What is measured is the machine.
fn now() -> Instant {
    Instant::now()
}

/// A client that follows the rules: one key a token, the newest token kept, and only a definite answer ends its session.
struct Client {
    newest: Tokens,
    key: String,
    random: Random,
}

impl Client {
    fn new(newest: Tokens, seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self { newest, key: random.key(), random }
    }

    /// One try; its status, or none when nobody answered.
    fn refresh(&mut self, world: &World) -> Option<u16> {
        let answer = world.ask(&self.newest.refresh, &self.key)?;
        match answer.status {
            200 => {
                world.refreshed.fetch_add(1, Ordering::SeqCst);
                self.newest = tokens(&answer);
                self.key = self.random.key();
            }
            503 => drop(world.waiting.fetch_add(1, Ordering::SeqCst)),
            _ => world.faults.lock().expect("a lock").push(format!("{}: {answer:?}", self.newest.sid)),
        }
        Some(answer.status)
    }

    fn until_stopped(mut self, world: Arc<World>) -> JoinHandle<Self> {
        thread::spawn(move || {
            while !world.stopped.load(Ordering::SeqCst) {
                let asked = now();
                let during = world.backing_up.load(Ordering::SeqCst);
                if self.refresh(&world) == Some(200) {
                    let took = (now() - asked).as_micros() as u64;
                    world.took.lock().expect("a lock").push((took, during));
                }
            }
            self
        })
    }
}

/// What the disaster left: the clients with the newest tokens they know, the backup, and what it does not know.
struct Left {
    folder: Folder,
    world: Arc<World>,
    clients: Vec<Client>,
    backup: PathBuf,
    ended: Vec<Tokens>,
    opened: Vec<Tokens>,
}

/// A backup is made under load, work goes on, sessions end and are opened, and then the machine is gone.
fn disaster() -> Left {
    let folder = Folder::new();
    let mut dev = folder.dev();
    let world = Arc::new(World::default());
    world.port.store(dev.port, Ordering::SeqCst);
    let ended: Vec<_> = (0..OTHERS).map(|n| dev.open(&format!("leaver-{n}"))).collect();
    let seed = fresh_seed();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|n| Client::new(dev.open(&format!("user-{n}")), seed.wrapping_add(n.into())))
        .map(|client| client.until_stopped(world.clone()))
        .collect();
    thread::sleep(Duration::from_millis(300));
    let backup = folder.beside("hourly.backup");
    world.backing_up.store(true, Ordering::SeqCst);
    folder.command(&["backup", "create", "--to", text(&backup), "--json"]).json();
    world.backing_up.store(false, Ordering::SeqCst);
    let then = world.refreshed.load(Ordering::SeqCst);
    while world.refreshed.load(Ordering::SeqCst) < then + 20 * CLIENTS {
        thread::sleep(Duration::from_millis(10));
    }
    for leaver in &ended {
        dev.sign_out(&leaver.refresh).expect(200);
    }
    let opened = (0..OTHERS).map(|n| dev.open(&format!("newcomer-{n}"))).collect();
    thread::sleep(Duration::from_millis(100));
    dev.server.kill();
    world.stopped.store(true, Ordering::SeqCst);
    let clients = clients.into_iter().map(|client| client.join().expect("a client")).collect();
    assert_eq!(*world.faults.lock().expect("a lock"), Vec::<String>::new());
    Left { folder, world, clients, backup, ended, opened }
}

/// An empty machine, with the ring.
fn machine_with(ring: &Path) -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.data()).expect("a folder");
    fs::copy(ring, folder.ring()).expect("a ring");
    folder
}

/// RT-24 on the whole program.
#[test]
fn rt_24_a_backup_under_load_brings_back_every_client_that_it_knows() {
    let Left { folder: old, world, mut clients, backup, ended, opened } = disaster();
    println!(
        "{} refreshes; p99 {} µs, while the backup was made {} µs",
        world.refreshed.load(Ordering::SeqCst),
        world.p99(false),
        world.p99(true)
    );
    let new = machine_with(&old.ring());
    let done = new.command(&["backup", "restore", text(&backup)]);
    for words in [
        "What happened after the backup is lost",
        "Sessions that were opened since. Their users sign in again.",
        "Ends since: who signed out, was ended, or was caught with a stolen token is signed in again",
        "Which these are is not known",
        "tenure recover --for 24h",
    ] {
        assert!(done.stdout.contains(words), "{words}: {done:?}");
    }
    let dev = new.dev();
    world.port.store(dev.port, Ordering::SeqCst);

    // Before anybody has said anything: clients ahead wait, and nobody is signed out, not even by the sessions that are lost.
    let mut newcomers: Vec<_> = opened.into_iter().map(|tokens| Client::new(tokens, 1)).collect();
    let before: Vec<_> = clients.iter_mut().map(|client| client.refresh(&world)).collect();
    assert_eq!(before, vec![Some(503); CLIENTS as usize], "every client refreshed after the backup");
    assert!(newcomers.iter_mut().all(|client| client.refresh(&world) == Some(503)));
    assert_eq!(*world.faults.lock().expect("a lock"), Vec::<String>::new());
    let shown = new.command(&["recover", "--show"]);
    assert!(shown.stdout.contains("nobody is signed out"), "{shown:?}");

    let said = new.command(&["recover", "--for", "24h"]);
    for words in [
        "Recovery is open until",
        "Sessions opened in between: their users sign in again.",
        "Ends in between: who signed out, was ended, or was caught with a stolen token is signed in again. Which these are is not known",
        "an API key that was revoked in between works again",
    ] {
        assert!(said.stdout.contains(words), "{words}: {said:?}");
    }
    for _ in 0..3 {
        let after: Vec<_> = clients.iter_mut().map(|client| client.refresh(&world)).collect();
        assert_eq!(after, vec![Some(200); CLIENTS as usize], "{:?}", world.faults.lock().expect("a lock"));
    }
    let status = new.command(&["recover", "--show", "--json"]).json();
    assert_eq!(status["fast_forwarded"], CLIENTS, "each went on once, and was counted");
    let metrics = ask(dev.port, "GET", "/metrics", &[], "").expect("metrics").body;
    let counted = format!("tenure_refreshes_fast_forwarded_total {CLIENTS}\n");
    assert!(metrics.contains(&counted) && metrics.contains("tenure_recovery_open 1\n"), "{metrics}");
    for newcomer in &newcomers {
        let refused = world.ask(&newcomer.newest.refresh, "0123456789abcdef").expect("an answer").expect(401);
        assert_eq!(refused.json()["reason"], "unknown");
    }
    // What was said of the ends is true.
    for leaver in &ended {
        dev.refresh(&leaver.refresh).expect(200);
    }
    new.command(&["recover", "--close", "--json"]).json();
    assert!(clients.iter_mut().all(|client| client.refresh(&world) == Some(200)), "they are in step again");
    dev.stop();
}

#[test]
fn rt_24_ends_that_the_old_store_knows_are_listed_and_made_again() {
    let Left { folder: old, world, mut clients, backup, ended, .. } = disaster();
    let new = machine_with(&old.ring());
    let database = old.database();
    let dry = new.command(&["backup", "restore", text(&backup), "--dry-run", "--ends-from", text(&database)]);
    for leaver in &ended {
        assert!(dry.stdout.contains(&format!("{}  demo  leaver-", leaver.sid)), "{dry:?}");
    }
    let opened = format!("{OTHERS} sessions were live");
    let ahead = format!("{CLIENTS} sessions of the others with newer tokens");
    assert!(dry.stdout.contains(&opened) && dry.stdout.contains(&ahead), "{dry:?}");
    assert!(!new.database().exists());
    let done =
        new.command(&["backup", "restore", text(&backup), "--ends-from", text(&database), "--json"]).json();
    assert_eq!((&done["ended_again"], &done["lost"]["ends"]), (&OTHERS.into(), &OTHERS.into()), "{done}");
    let dev = new.dev();
    world.port.store(dev.port, Ordering::SeqCst);
    new.command(&["recover", "--for", "1h", "--json"]).json();
    for leaver in &ended {
        assert_eq!(dev.refresh(&leaver.refresh).expect(401).json()["reason"], "ended_by_user");
    }
    assert!(clients.iter_mut().all(|client| client.refresh(&world) == Some(200)));
    dev.stop();
}
