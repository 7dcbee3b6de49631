//! `tenure dev`: one line, one key, a first session, and files that are nobody else's business.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::support::dev::{Folder, text, tokens};
use crate::support::process::{Server, run, tenure, through_sh};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode()
        & 0o777
}

#[test]
fn json_is_one_line_and_the_server_serves_once_it_is_printed() {
    let folder = Folder::new();
    let mut dev = folder.dev();
    let first = dev.open("ann");
    dev.refresh(&first.refresh).expect(200);
    let ready = dev.ready.clone();
    let url = format!("http://localhost:{}", dev.port);
    assert_eq!(ready["url"], url);
    assert_eq!(ready["app_id"], "demo");
    assert_eq!(ready["issuer"], format!("{url}/v1/apps/demo"));
    assert_eq!(ready["data_dir"], text(&folder.data().canonicalize().expect("a folder")));
    let mut names: Vec<_> = ready.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["api_key", "app_id", "console_url", "data_dir", "issuer", "url"]);
    dev.server.signal("TERM");
    assert_eq!(dev.server.rest_of_stdout(), "", "one line and no more");
    assert_eq!(dev.server.wait().code(), Some(0));
}

#[test]
fn the_key_is_the_same_at_each_start_and_in_no_file() {
    let folder = Folder::new();
    let first = folder.dev_with(&["--log", "trace"]);
    let key = first.api_key().to_owned();
    first.open("ann");
    first.stop();
    let second = folder.dev_with(&["--log", "trace"]);
    assert_eq!(second.api_key(), key);
    second.manage("GET", "/sessions", "").expect(200);
    second.stop();
    let secret = key.strip_prefix("tk_").expect("an API key");
    let mut files: Vec<_> =
        fs::read_dir(folder.data()).expect("a folder").map(|entry| entry.expect("one").path()).collect();
    files.push(folder.log());
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).expect("a file");
        // Its first twelve characters are its public id, all zeros.
        let found = bytes.windows(secret.len() - 12).any(|window| window == &secret.as_bytes()[12..]);
        assert!(!found, "the API key is in {}", file.display());
    }
    let other = Folder::new();
    assert_ne!(other.dev().api_key(), key);
}

#[test]
fn the_curl_of_the_banner_opens_a_session() {
    let folder = Folder::new();
    let data = folder.data();
    let command = tenure(&["dev", "--data-dir", text(&data), "--listen", "127.0.0.1:0"]);
    let mut server = Server::spawn(command, &folder.log());
    let first = server.wait_for_line().expect("a banner").to_owned();
    assert!(first.starts_with("Tenure is ready at http://localhost:"), "{first}");
    let mut banner = first;
    while !banner.contains("-d '{\"user_id\"") {
        banner = server.wait_for_line().expect("the rest of the banner").to_owned();
    }
    let curl = &banner[banner.find("  curl ").expect("a curl line")..];
    let done = run(through_sh(curl, &[]));
    assert_eq!(done.code, Some(0), "{done:?}");
    let answer: Value =
        serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:?}"));
    assert_eq!(answer["session"]["user_id"], "ann");
    assert_eq!(answer["session"]["status"], "live");
    assert!(answer["auth_result"]["refresh_token"].as_str().expect("a token").starts_with("tr1_"));
    assert!(server.terminate().success());
}

#[test]
fn folder_and_files_are_the_owners_alone() {
    let folder = Folder::new();
    // Whatever the umask says.
    let data = folder.data();
    let command = through_sh(r#"umask 0; exec "$0" "$@""#, &crate::support::dev::arguments(&data, &[]));
    let dev = crate::support::dev::Dev::start(command, &folder.log());
    dev.open("ann");
    assert_eq!(mode(&data), 0o700);
    let mut seen = Vec::new();
    for entry in fs::read_dir(&data).expect("a folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        seen.push(path.file_name().expect("a name").to_string_lossy().into_owned());
    }
    for name in ["ring.toml", "tenure.db", "tenure.db-wal", "tenure.db-shm", "tenure.sock"] {
        assert!(seen.iter().any(|found| found == name), "{name} is not among {seen:?}");
    }
    dev.stop();
    assert!(!data.join("tenure.sock").exists(), "the socket is gone with the server");
}

#[test]
fn a_socket_that_was_left_behind_is_no_obstacle() {
    let folder = Folder::new();
    let mut first = folder.dev();
    first.server.kill();
    assert!(folder.data().join("tenure.sock").exists());
    let second = folder.dev();
    assert_eq!(folder.command(&["health", "--json"]).json()["status"], "ready");
    second.stop();
}

#[test]
fn the_demo_app_is_made_once_and_sessions_outlive_a_stop() {
    let folder = Folder::new();
    let first = folder.dev();
    let open = first.open("ann");
    let next = tokens(&first.refresh(&open.refresh).expect(200));
    first.stop();
    let second = folder.dev();
    let third = tokens(&second.refresh(&next.refresh).expect(200));
    assert_eq!(third.sid, open.sid);
    let apps = folder.command(&["app", "list", "--json"]).json();
    assert_eq!(apps["apps"].as_array().expect("a list").len(), 1);
    second.stop();
}
