//! Planted secrets: what goes through a server is found in no file, log line, metric or error, in whatever spelling.

mod needles;
mod plant;
mod private_keys;

use std::fs;
use std::path::{Path, PathBuf};

use needles::Needles;
use plant::Planter;
use private_keys::private_keys;

use crate::support::dev::{Folder, text};
use crate::support::process::{run, tenure};

/// Every file of the data folder but the ring, and the log.
fn files(folder: &Folder) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.data()).expect("a folder");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.is_file() && *path != folder.ring());
    files.push(folder.log());
    files
}

fn search(needles: &Needles, what: &str, bytes: &[u8], found: &mut Vec<String>) {
    found.extend(needles.found_in(bytes).into_iter().map(|name| format!("{name} is in {what}")));
}

fn search_files(needles: &Needles, folder: &Folder, when: &str, found: &mut Vec<String>) {
    let files = files(folder);
    for name in ["tenure.db", "log"] {
        assert!(files.iter().any(|file| file.file_name().is_some_and(|found| found == name)), "{files:?}");
    }
    for file in files {
        // A file of SQLite may go away meanwhile.
        let bytes = fs::read(&file).unwrap_or_default();
        search(needles, &format!("{} {when}", file.display()), &bytes, found);
    }
}

fn ring_secrets(ring: &Path, needles: &mut Needles) {
    let text = fs::read_to_string(ring).expect("a ring");
    let secrets: Vec<_> = text.split('"').filter(|part| part.len() == 43).collect();
    assert!(!secrets.is_empty());
    for secret in secrets {
        needles.add_base64url("a key of the ring", secret);
    }
}

/// RT-23, JK-6.
#[test]
fn rt_23_jk_6_no_secret_is_in_a_file_a_log_a_metric_or_an_error() {
    let folder = Folder::new();
    let dev = folder.dev_with(&["--log", "trace", "--virtual-clock"]);
    let mut planter = Planter::new(&dev);
    planter.sessions();
    planter.session_tokens();
    planter.keys_and_settings();
    planter.every_algorithm();
    planter.webhooks();
    // Last: so many wrong guesses are refused unseen (429) from some point on.
    planter.odd_places();
    for words in
        [&["session", "list", "--app", "demo"][..], &["app", "list"], &["api-key", "list", "--app", "demo"]]
    {
        let done = folder.command(words);
        planter.keep_text("a command", &format!("{done:?}"));
    }
    // It lies among the files that are searched.
    let backup = folder.data().join("a.backup");
    let done = folder.command(&["backup", "create", "--to", text(&backup)]);
    assert!(backup.exists(), "{done:?}");
    planter.keep_text("backup create", &format!("{done:?}"));
    let done = run(tenure(&["ring", "add", "--ring-file", text(&folder.ring())]));
    planter.keep_text("ring add", &format!("{done:?}"));
    dev.server.signal("HUP");
    let metrics = dev.ask("GET", "/../../../metrics", &[], "");
    planter.keep("a wrong path", &metrics);
    let metrics =
        crate::support::ask::ask(dev.port, "GET", "/metrics", &[], "").expect("metrics").expect(200);
    planter.keep("metrics", &metrics);
    let (mut needles, seen) = planter.into_parts();
    ring_secrets(&folder.ring(), &mut needles);

    let mut found = Vec::new();
    search_files(&needles, &folder, "while it runs", &mut found);
    dev.stop();
    let private = private_keys(&folder);
    assert!(private.len() >= 3, "an app for each algorithm");
    for key in private {
        key.plant(&mut needles);
    }
    search_files(&needles, &folder, "after the end", &mut found);
    for (what, bytes) in &seen {
        search(&needles, what, bytes, &mut found);
    }
    let log = fs::metadata(folder.log()).expect("a log").len();
    println!(
        "{} spellings of {} secrets; {log} bytes of log, {} answers",
        needles.spellings(),
        needles.count(),
        seen.len()
    );
    assert!(log > 10_000, "the log says too little to be worth a search");
    found.sort();
    found.dedup();
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
}

/// The search finds what is there: a secret in each spelling, anywhere.
#[test]
fn the_search_finds_every_spelling() {
    use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
    let secret: Vec<u8> = (0..32_u8).map(|byte| byte.wrapping_mul(37).wrapping_add(200)).collect();
    let mut needles = Needles::default();
    needles.add("it", &secret);
    for lead in 0..5 {
        let mut bytes = vec![7; lead];
        bytes.extend(&secret);
        bytes.extend([9, 9, 9, 9]);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let spellings = [
            bytes.clone(),
            Base64::encode_string(&bytes).into_bytes(),
            Base64UrlUnpadded::encode_string(&bytes).into_bytes(),
            hex.to_uppercase().into_bytes(),
            hex.into_bytes(),
        ];
        for spelled in spellings {
            assert_eq!(needles.found_in(&spelled), ["it"], "after {lead} bytes: {spelled:?}");
            let mut damaged = spelled.clone();
            damaged[20] ^= 1;
            assert!(needles.found_in(&damaged).is_empty());
        }
    }
}
