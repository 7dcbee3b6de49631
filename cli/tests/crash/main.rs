//! `kill -9` at random moments under load: no session is lost, none is forked, none that has ended comes back, and verifiers hear
//! of each end, from the feed and from status lists.

mod checker;

mod client;

mod ender;

mod first_start;

mod follower;

mod journal;

mod places;

mod wire;

mod world;

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use client::Client;
use support::dev::{Folder, arguments, port_of_ones_own, text};
use support::process::{Server, tenure};
use support::random::{Random, fresh_seed};
use world::World;

const KILLS: u32 = 100;
const CLIENTS: u32 = 32;
/// How long the server works between two kills, in milliseconds.
const WORKS: (u64, u64) = (100, 400);
/// One kill of so many comes before the server is ready.
const EARLY_KILLS: u64 = 8;

/// RT-25: a crash between commit and answer costs an answer, never a session.
#[test]
fn rt_25_crash_at_any_moment_under_load_costs_answers_and_never_a_session() {
    let seed = std::env::var("TENURE_CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(fresh_seed);
    println!("seed: TENURE_CRASH_SEED={seed}");
    let mut random = Random::new(seed);
    let folder = Folder::new();
    let port = port_of_ones_own();
    let mut server = start(&folder, port);
    let ready = server.wait_for_line().expect("a server");
    let ready: serde_json::Value = serde_json::from_str(ready).expect("one line of JSON");
    let world = Arc::new(World::new(port, ready["api_key"].as_str().expect("a key")));

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let client = Client::new(number, Random::new(random.next()), world.clone());
            runtime.spawn(client.until_stopped())
        })
        .collect();
    let ender = runtime.spawn(ender::until_stopped(Random::new(random.next()), world.clone()));
    let turned_on = runtime.spawn(places::turn_on(world.clone()));
    let follower = runtime.spawn(follower::until_stopped(world.clone()));

    for kill in 1..=KILLS {
        let early = random.chance(100 / EARLY_KILLS);
        if early {
            // Not ready yet, or only just: the server was started at the end of the last round.
            sleep(Duration::from_millis(random.between(0, 120)));
        } else {
            if kill > 1 {
                assert!(server.wait_for_line().is_some(), "it did not start after kill {}", kill - 1);
            }
            sleep(Duration::from_millis(random.between(WORKS.0, WORKS.1)));
        }
        assert!(!server.has_ended(), "it ended by itself before kill {kill}");
        server.kill();
        server = start(&folder, port);
        if world.is_at_fault() {
            break;
        }
    }
    assert!(server.wait_for_line().is_some(), "it did not start after the last kill");
    world.stop();
    let mut journals = Vec::new();
    for client in clients {
        journals.push(runtime.block_on(client).expect("a client"));
    }
    runtime.block_on(ender).expect("the one who ends");
    let followed = runtime.block_on(follower).expect("the one who follows");
    world.assert_no_faults();
    runtime.block_on(turned_on).expect("who turns status lists on");
    let ended = runtime.block_on(followed.check(&world));
    let places = runtime.block_on(world.places.check(&world, &ended));
    runtime.block_on(checker::check(&world, &mut journals));
    let ended = ended.len();
    println!(
        "{KILLS} kills; {ended} ends, each with its entry in the feed; {places} places; {}",
        world.tally
    );
    assert!(server.terminate().success(), "it does not stop well");
    assert_eq!(integrity(&folder.database()), "ok");
    world.assert_no_faults();
    assert!(world.tally.lost() > KILLS.into(), "so few answers were lost that nothing was shown");
}

fn start(folder: &Folder, port: u16) -> Server {
    let listen = format!("127.0.0.1:{port}");
    let data = folder.data();
    let command = tenure(&arguments(&data, &["--listen", &listen]));
    Server::spawn(command, &folder.log())
}

fn integrity(database: &Path) -> String {
    let db = rusqlite::Connection::open(text(database)).expect("a database");
    db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer")
}
