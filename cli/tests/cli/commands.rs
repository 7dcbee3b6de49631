//! The commands that speak to a running server: through its socket and over the network, in words and in JSON.

use std::process::Command;

use serde_json::Value;

use crate::support::dev::{Dev, Folder};
use crate::support::process::{Done, run, tenure};

type Run<'a> = Box<dyn Fn(&[&str]) -> Done + 'a>;

/// A command through the socket, and the same over the network with the key.
fn both_ways<'a>(folder: &'a Folder, dev: &'a Dev) -> [Run<'a>; 2] {
    [Box::new(|words| folder.command(words)), Box::new(|words| run(over_network(dev, words, dev.api_key())))]
}

fn over_network(dev: &Dev, words: &[&str], key: &str) -> Command {
    let server = format!("http://localhost:{}", dev.port);
    let mut all = words.to_vec();
    all.extend(["--server", &server]);
    let mut command = tenure(&all);
    command.env("TENURE_API_KEY", key);
    command
}

fn words(done: &Done) -> &str {
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
    assert!(
        serde_json::from_str::<Value>(&done.stdout).is_err() || done.stdout.starts_with("{\n"),
        "JSON: {done:?}"
    );
    done.stdout.trim_end()
}

#[test]
fn apps_are_created_and_listed() {
    let folder = Folder::new();
    let dev = folder.dev();
    for (n, command) in both_ways(&folder, &dev).iter().enumerate() {
        let (first, second) = (format!("first-{n}"), format!("second-{n}"));
        let app = command(&["app", "create", "A shop", "--id", &first, "--json"]).json();
        assert_eq!(app["app"]["id"], first);
        let said = command(&["app", "create", "Another", "--id", &second]);
        assert!(
            words(&said).starts_with(&format!("{second}  Another  stateless  http://localhost:")),
            "{said:?}"
        );
        let list = command(&["app", "list", "--json"]).json();
        let ids: Vec<_> =
            list["apps"].as_array().expect("a list").iter().map(|app| app["id"].clone()).collect();
        assert!(ids.contains(&first.clone().into()) && ids.contains(&second.into()), "{ids:?}");
        let said = command(&["app", "list"]);
        assert!(words(&said).contains("demo  Demo  refresh tokens on  "), "{said:?}");
        let again = command(&["app", "create", "A shop", "--id", &first]);
        assert!(again.refusal(4).starts_with("tenure: 409"), "{again:?}");
        let bad = command(&["app", "create", "A shop", "--id", "no good", "--json"]);
        let refusal: Value = serde_json::from_str(bad.refusal(4)).expect("JSON");
        assert!(refusal["error"].as_str().expect("words").starts_with("422"), "{refusal}");
    }
    dev.stop();
}

#[test]
fn sessions_are_listed_shown_and_ended() {
    let folder = Folder::new();
    let dev = folder.dev();
    for (n, command) in both_ways(&folder, &dev).iter().enumerate() {
        let (ann, bob) = (format!("ann & {n}"), format!("bob-{n}"));
        let (one, two) = (dev.open(&ann), dev.open(&bob));
        let list = command(&["session", "list", "--app", "demo", "--user", &ann, "--json"]).json();
        assert_eq!(list["total"], 1);
        assert_eq!(list["sessions"][0]["session_id"], one.sid);
        let said = command(&["session", "list", "--app", "demo", "--user", &bob]);
        assert_eq!(words(&said), format!("{}  {bob}  live  seq 1", two.sid));
        let show = command(&["session", "show", &one.sid, "--app", "demo", "--json"]).json();
        assert_eq!((&show["user_id"], &show["status"]), (&ann.clone().into(), &"live".into()));
        let seconds = show["created_at"].as_i64().expect("JSON keeps seconds").to_string();
        let said = command(&["session", "show", &one.sid, "--app", "demo"]);
        let shown = words(&said);
        assert!(shown.contains(&one.sid) && !shown.contains(&seconds), "{said:?}");
        let line = |name: &str| shown.lines().find(|line| line.starts_with(name)).expect("a line").to_owned();
        assert!(line("opened ").contains(" UTC (") && line("opened ").ends_with(')'), "{said:?}");
        assert!(
            line("last end ").contains(" UTC (in 29 d 23 h") || line("last end ").contains(" UTC (in 30 d"),
            "{said:?}"
        );
        assert_eq!(
            command(&["session", "end", &one.sid, "--app", "demo", "--json"]).json()["ended"],
            one.sid
        );
        assert_eq!(dev.refresh(&one.refresh).expect(401).json()["reason"], "ended_by_admin");
        let said = command(&["session", "end", &two.sid, "--app", "demo"]);
        assert_eq!(words(&said), format!("{} has ended.", two.sid));
        let said = command(&[
            "session", "list", "--app", "demo", "--user", &bob, "--status", "ended", "--limit", "1",
        ]);
        assert_eq!(words(&said), format!("{}  {bob}  ended (ended_by_admin)  seq 1", two.sid));
        let none = command(&["session", "show", "AAAAAAAAAAAAAAAAAAAAAA", "--app", "demo"]);
        assert!(none.refusal(4).starts_with("tenure: 404"), "{none:?}");
        let none = command(&["session", "list", "--app", "nowhere"]);
        assert!(none.refusal(4).starts_with("tenure: 404"), "{none:?}");
        let odd = command(&["session", "list", "--app", "demo", "--status", "asleep"]);
        let says = odd.refusal(4);
        assert!(says.starts_with("tenure: 422") && !says.contains("Nothing was changed"), "{odd:?}");
        let before =
            |at: &str| command(&["session", "list", "--app", "demo", "--user", &ann, "--opened-before", at]);
        assert_eq!(words(&before("2020-01-01 00:00:00 UTC")), "No session matches.");
        assert!(words(&before("2999-01-01T00:00:00Z")).starts_with(&one.sid));
        assert!(before("yesterday").refusal(2).contains("write a moment as"));
    }
    dev.stop();
}

#[test]
fn api_keys_are_created_listed_and_revoked() {
    let folder = Folder::new();
    let dev = folder.dev();
    for command in both_ways(&folder, &dev) {
        let made = command(&["api-key", "create", "a backend", "--app", "demo", "--json"]).json();
        let (id, key) = (made["id"].as_str().expect("an id"), made["api_key"].as_str().expect("a key"));
        assert_eq!((made["role"].as_str(), made["app_id"].as_str()), (Some("backend"), Some("demo")));
        let sessions = ["session", "list", "--app", "demo", "--json"];
        run(over_network(&dev, &sessions, key)).json();
        // A backend's key does not reach what an administrator does.
        let refused = run(over_network(&dev, &["api-key", "list", "--app", "demo"], key));
        assert!(refused.refusal(4).starts_with("tenure: 403"), "{refused:?}");
        let all = command(&["api-key", "list"]);
        assert!(words(&all).contains(&format!("{id}  backend  demo  a backend")), "{all:?}");
        let list = command(&["api-key", "list", "--app", "demo", "--json"]);
        assert!(list.stdout.contains(id) && !list.stdout.contains(key), "{list:?}");
        let said = command(&["api-key", "list", "--app", "demo"]);
        assert!(words(&said).contains(&format!("{id}  backend  demo  a backend")), "{said:?}");
        let said =
            command(&["api-key", "create", "everywhere", "--app", "demo", "--role", "admin", "--all-apps"]);
        let wide = words(&said).to_owned();
        assert!(wide.starts_with("tk_") && !wide.contains(char::is_whitespace), "{said:?}");
        run(over_network(&dev, &["app", "list", "--json"], &wide)).json();
        assert_eq!(command(&["api-key", "revoke", id, "--app", "demo", "--json"]).json()["revoked"], id);
        let refused = run(over_network(&dev, &sessions, key));
        assert!(refused.refusal(4).contains("401"), "{refused:?}");
        let none = command(&["api-key", "revoke", id, "--app", "demo"]);
        assert!(none.refusal(4).starts_with("tenure: 404"), "{none:?}");
        let odd = command(&["api-key", "create", "x", "--app", "demo", "--role", "king"]);
        assert!(odd.refusal(4).starts_with("tenure: 422"), "{odd:?}");
    }
    dev.stop();
}

#[test]
fn signing_keys_are_listed_rotated_and_retired() {
    let folder = Folder::new();
    let dev = folder.dev();
    let tokens = dev.open("ann");
    for command in both_ways(&folder, &dev) {
        let list = command(&["key", "list", "--app", "demo", "--json"]).json();
        let first = list["signing_keys"][0]["kid"].as_str().expect("a kid").to_owned();
        assert_eq!(list["signing_keys"].as_array().map(Vec::len), Some(1), "{list}");
        let said = command(&["key", "list", "--app", "demo"]);
        assert!(words(&said).starts_with(&format!("{first}  ES256  signing  made ")), "{said:?}");
        // Nothing else signs yet.
        let done = command(&["key", "retire", &first, "--app", "demo"]);
        assert!(done.refusal(4).starts_with("tenure: 409"), "{done:?}");
        let said = command(&["key", "rotate", "--app", "demo", "--reason", "yearly"]);
        let line = words(&said);
        assert!(line.contains("  ES256  published  made ") && line.contains(", signs in "), "{said:?}");
        let again = command(&["key", "rotate", "--app", "demo", "--json"]);
        assert!(again.refusal(4).contains("is published already"), "{again:?}");
        // What it costs, before it is done.
        let compromised = ["key", "retire", &first, "--app", "demo", "--compromised"];
        let asked = command(&compromised);
        let says = asked.refusal(1);
        assert!(says.contains("Nobody is signed out") && says.contains("say --yes to go on"), "{says}");
        assert!(says.contains("signs at once; it was published "), "{says}");
        assert_eq!(
            command(&["key", "list", "--app", "demo", "--json"]).json()["signing_keys"][0]["kid"],
            *first
        );
        let unknown = command(&["key", "retire", "nokid", "--app", "demo", "--compromised"]);
        assert!(unknown.refusal(4).contains("app demo has no key nokid"), "{unknown:?}");
        // The same as in docs/operating/keys.md.
        assert!(says.matches("within 10 minutes, or 60 minutes more behind a cache").count() == 2, "{says}");
        let mut agreed = compromised.to_vec();
        agreed.extend(["--yes", "--json", "--reason", "a drill"]);
        let left = command(&agreed).json();
        assert_eq!(left["signing_keys"].as_array().map(Vec::len), Some(1), "{left}");
        assert_eq!(left["signing_keys"][0]["state"], "signing");
        let gone = command(&agreed);
        assert!(gone.refusal(4).contains("app demo has no key"), "{gone:?}");
        let odd = command(&["key", "rotate", "--app", "demo", "--alg", "HS256"]);
        assert!(odd.refusal(4).starts_with("tenure: 422"), "{odd:?}");
    }
    dev.refresh(&tokens.refresh).expect(200);
    dev.stop();
}

#[test]
fn health_and_recovery() {
    let folder = Folder::new();
    let dev = folder.dev();
    for command in both_ways(&folder, &dev) {
        assert_eq!(command(&["health", "--json"]).json()["status"], "ready");
        assert_eq!(words(&command(&["health"])), "The server can serve.");
        let shown = command(&["recover", "--show"]);
        assert!(words(&shown).starts_with("Recovery is closed."), "{shown:?}");
        let opened = command(&["recover", "--json"]).json();
        assert_eq!(opened["state"], "open");
        let length = |status: &Value| Some(status["closes_at"].as_i64()? - status["opened_at"].as_i64()?);
        assert_eq!(length(&opened), Some(86_400));
        for (text, seconds) in [("90m", 5400), ("2h", 7200), ("7d", 604_800), ("30s", 30)] {
            let opened = command(&["recover", "--for", text, "--json"]).json();
            assert_eq!(length(&opened), Some(seconds), "{text}");
        }
        let said = command(&["recover", "--for", "2h"]);
        assert!(words(&said).starts_with("Recovery is open until 2"), "{said:?}");
        let closed = command(&["recover", "--close", "--json"]).json();
        assert_eq!((&closed["state"], &closed["restored"]), (&"closed".into(), &Value::Null));
        let long = command(&["recover", "--for", "31d"]);
        assert!(long.refusal(4).starts_with("tenure: 422"), "{long:?}");
    }
    dev.stop();
}

#[test]
fn shells_complete_every_command() {
    let help = run(tenure(&["--help"])).stdout;
    let commands =
        help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("commands");
    let names: Vec<_> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"doctor") && names.len() > 12, "{names:?}");
    for shell in ["bash", "zsh", "fish"] {
        let script = run(tenure(&["completion", shell]));
        for name in &names {
            assert!(words_of(&script).any(|word| word == *name), "{shell} does not know {name}");
        }
        // Where the shell is there, it must be able to read it.
        let mut check = Command::new(shell);
        check.args(["-n", "/dev/stdin"]).stdin(std::process::Stdio::piped());
        if let Ok(mut child) = check.spawn() {
            use std::io::Write as _;
            child.stdin.take().expect("a pipe").write_all(script.stdout.as_bytes()).expect("written");
            assert!(child.wait().expect("its end").success(), "{shell} cannot read it");
        }
    }
    assert_eq!(run(tenure(&["completion", "powershell"])).code, Some(2));
}

fn words_of(done: &Done) -> impl Iterator<Item = &str> {
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{done:?}");
    done.stdout.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
}

#[test]
fn exit_codes_tell_why() {
    let folder = Folder::new();
    // 3: nobody is there, through the socket and over the network.
    let done = folder.command(&["health"]);
    assert!(done.refusal(3).contains("is one running?"), "{done:?}");
    let done = folder.command(&["app", "list", "--json"]);
    assert!(serde_json::from_str::<Value>(done.refusal(3)).expect("JSON")["error"].is_string());
    let nobody =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    for scheme in ["http", "https"] {
        run(tenure(&["health", "--server", &format!("{scheme}://{nobody}")])).refusal(3);
    }
    // 2: a wrong command line, whatever the command.
    for wrong in [
        &["nonsense"][..],
        &["dev", "--nonsense"],
        &["session", "list"],
        &["app"],
        &[],
        &["recover", "--for", "x"],
        &["recover", "--for", "24"],
        &["recover", "--show", "--close"],
        &["backup"],
        &["backup", "verify"],
    ] {
        let done = run(tenure(wrong));
        assert_eq!((done.code, done.stdout.as_str()), (Some(2), ""), "{wrong:?}: {done:?}");
        assert!(done.stderr.contains("--help") || done.stderr.contains("Usage:"), "{wrong:?}: {done:?}");
    }
    // 1: it failed.
    run(tenure(&["app", "list", "--server", "ftp://auth.example.com"])).refusal(1);
    run(tenure(&["app", "list", "--server", "http://host/path"])).refusal(1);
    // 4: the server refused; without a key, and with a wrong one.
    let dev = folder.dev();
    let server = format!("http://127.0.0.1:{}", dev.port);
    let done = run(tenure(&["app", "list", "--server", &server]));
    assert!(done.refusal(4).contains("401"), "{done:?}");
    let done = run(over_network(&dev, &["app", "list"], "tk_wrong"));
    assert!(done.refusal(4).contains("401"), "{done:?}");
    assert!(!done.stderr.contains("tk_wrong"), "{done:?}");
    // 0: help and version are no faults.
    for fine in [&["--help"][..], &["--version"], &["session", "--help"], &["help", "ring"]] {
        let done = run(tenure(fine));
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{fine:?}: {done:?}");
    }
    dev.stop();
}

#[test]
fn sessions_that_match_are_counted_before_they_end() {
    let folder = Folder::new();
    let dev = folder.dev();
    let (ann, bob) = (dev.open("ann"), dev.open("bob"));
    let of_ann = ["session", "end-matching", "--app", "demo", "--user", "ann"];
    let with = |more: &[&'static str]| folder.command(&[&of_ann, more].concat());
    let counted = with(&["--dry-run"]);
    assert_eq!(counted.stdout, "1 session would end. None has.\n", "{counted:?}");
    let unasked = with(&[]);
    assert!(unasked.refusal(1).contains("This ends 1 session of demo.\nNothing was done"), "{unasked:?}");
    dev.refresh(&ann.refresh).expect(200);
    assert_eq!(with(&["--yes", "--json", "--why", "a drill"]).json()["ended"], 1);
    assert_eq!(with(&["--yes"]).stdout, "0 sessions ended.\n");
    dev.refresh(&bob.refresh).expect(200);
    let keys = folder.command(&["api-key", "list", "--json"]).json();
    assert!(keys["api_keys"].is_array(), "{keys}");
}

#[test]
fn a_wrong_command_line_is_said_as_it_was_asked_for() {
    let done = run(tenure(&["sesion", "--json"]));
    let says: serde_json::Value = serde_json::from_str(done.refusal(2).trim()).expect("JSON");
    assert!(says["error"].as_str().is_some_and(|says| says.contains("unrecognized subcommand")), "{says}");
    let done = run(tenure(&["sesion"]));
    assert!(done.refusal(2).starts_with("error: unrecognized subcommand"), "{done:?}");
}
