//! Every target on its seeds, and on near misses of them: what libFuzzer found once stays found.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod near_miss;

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use tenure_fuzz_targets::{TARGETS, Target};

/// Near misses of one seed.
const NEAR_MISSES: u64 = 40;

fn seeds(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target.name);
    let files = fs::read_dir(&folder).unwrap_or_else(|_| panic!("{} has no seeds", target.name));
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn each_seed_and_its_neighbours(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let all = seeds(target);
    assert!(!all.is_empty(), "{name} has no seeds");
    for (path, seed) in &all {
        for number in 0..=NEAR_MISSES {
            let input = if number == 0 { seed.clone() } else { near_miss::of(seed, &all, number) };
            let outcome = catch_unwind(|| (target.run)(&input));
            assert!(outcome.is_ok(), "{}, near miss {number}: {}", path.display(), input.escape_ascii());
        }
    }
}

macro_rules! targets {
    ($($name:ident),+) => {
        $(#[test] fn $name() { each_seed_and_its_neighbours(stringify!($name)); })+

        #[test]
        fn every_target_is_tried_here_and_has_its_binary() {
            let tried: Vec<_> = [$(stringify!($name)),+].into();
            assert_eq!(tried, TARGETS.iter().map(|target| target.name).collect::<Vec<_>>());
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
            let mut binaries: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
            binaries.sort();
            let names: Vec<_> = binaries.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
            assert_eq!(names, tried);
        }
    };
}

targets!(
    config,
    cookie,
    form,
    headers,
    json,
    jwk,
    jws,
    query,
    refresh_token,
    request,
    ring_file,
    session,
    session_token
);
