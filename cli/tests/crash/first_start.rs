//! Killed while everything is made for the first time: the schema, the ring, its canary, the first app and its keys.

use std::thread::sleep;
use std::time::Duration;

use crate::support::dev::{Folder, arguments};
use crate::support::process::{Server, tenure};
use crate::support::random::{Random, fresh_seed};

const FOLDERS: u32 = 40;

/// RT-25, at the very beginning: whatever was made when the process died, the next start finishes.
#[test]
fn rt_25_crash_during_the_first_start_is_finished_by_the_next() {
    let seed = std::env::var("TENURE_CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(fresh_seed);
    println!("seed: TENURE_CRASH_SEED={seed}");
    let mut random = Random::new(seed);
    let mut early = 0;
    for _ in 0..FOLDERS {
        let folder = Folder::new();
        // The second kill may hit what the first one left.
        for _ in 0..2 {
            let mut server = Server::spawn(tenure(&arguments(&folder.data(), &[])), &folder.log());
            sleep(Duration::from_micros(random.between(1_000, 60_000)));
            assert!(!server.has_ended(), "it ended by itself");
            server.kill();
            early += u32::from(server.wait_for_line().is_none());
        }
        let dev = folder.dev();
        let open = dev.open("ann");
        dev.refresh(&open.refresh).expect(200);
        dev.stop();
    }
    println!("{early} of {} kills came before the server was ready", 2 * FOLDERS);
    assert!(early > FOLDERS / 2, "too few");
}
