//! What the pages of the console count is what is in the store, at the moment that they state: under load, and when it has stopped.
//!
//! The store is counted by hand, by another process, in SQL that the server does not know.

mod store;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use serde_json::{Value, json};
use tenure_service::clock::{Clock as _, SystemClock};

use self::store::Store;
use crate::support::ask::{ask, ask_as};
use crate::support::console::Console;
use crate::support::dev::{Dev, Folder, tokens};
use crate::support::random::{Random, fresh_seed};

/// The load lasts until so many requests were answered, and the live sessions were counted twice for the home page.
const REQUESTS: u64 = 150;
/// Where that takes longer than this, something is stuck.
const STUCK: Duration = Duration::from_secs(120);
const CLIENTS: u64 = 3;
const USERS: u64 = 40;
const MAX_SESSIONS: u64 = 8;
/// As the home page and the store name the reasons.
const REASONS: [(&str, u64); 7] = [
    ("ended_by_user", 1),
    ("ended_by_admin", 2),
    ("ended_by_limit", 3),
    ("ended_by_settings", 4),
    ("user_disabled", 5),
    ("key_retired", 6),
    ("reused", 7),
];

/// Clients that sign in, refresh, lose answers, sign out and steal, and backends that end sessions.
struct Load {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    fn of(dev: &Dev) -> Self {
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let clients = (0..CLIENTS).map(|_| {
            let (port, key) = (dev.port, format!("Bearer {}", dev.api_key()));
            let (stop, done) = (stop.clone(), done.clone());
            thread::spawn(move || {
                let mut random = Random::new(fresh_seed());
                let mut held = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    step(port, &key, &mut random, &mut held);
                    done.fetch_add(1, Ordering::SeqCst);
                }
            })
        });
        let clients = clients.collect();
        Self { stop, done, clients }
    }

    /// How many requests were answered.
    fn answered(&self) -> u64 {
        self.done.load(Ordering::SeqCst)
    }

    /// Waits until every request is answered.
    fn stopped(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.clients.into_iter().for_each(|client| client.join().expect("no client met a fault"));
    }
}

/// One request. What is refused because others share the users is no fault.
fn step(port: u16, key: &str, random: &mut Random, held: &mut Vec<(String, String)>) {
    let call = |method: &str, path: &str, body: Value| {
        let headers = [("Authorization", key)];
        let answer = ask(port, method, &format!("/v1/apps/demo{path}"), &headers, &body.to_string());
        let answer = answer.expect("an answer");
        assert!([200, 201, 401].contains(&answer.status), "{method} {path}: {answer:?}");
        answer
    };
    let user = format!("user-{}", random.between(0, USERS));
    let any = usize::try_from(random.between(0, held.len().max(1) as u64)).expect("a place");
    match random.between(0, 100) {
        0..45 => {
            let opened = tokens(&call("POST", "/sessions", json!({"user_id": user})).expect(201));
            held.push((opened.sid, opened.refresh));
        }
        45..75 if any < held.len() => {
            let answer = call("POST", "/tokens", json!({"refresh_token": held[any].1}));
            match answer.status {
                // Now and then what was replaced is kept: whoever brings it back next is taken for a thief.
                200 if random.between(0, 12) > 0 => held[any].1 = tokens(&answer).refresh,
                200 => {}
                _ => drop(held.swap_remove(any)),
            }
        }
        75..90 if any < held.len() => {
            call("DELETE", "/tokens", json!({"refresh_token": held.swap_remove(any).1})).expect(200);
        }
        90..98 if any < held.len() => {
            call("DELETE", &format!("/sessions/{}", held.swap_remove(any).0), Value::Null).expect(200);
        }
        98..100 => drop(call("DELETE", &format!("/users/{user}/tokens"), Value::Null).expect(200)),
        _ => {}
    }
}

/// The number behind `before` on a page.
#[track_caller]
fn number(page: &str, before: &str) -> u64 {
    let rest = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}")).1;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(rest.len());
    rest[..end].replace(',', "").parse().unwrap_or_else(|_| panic!("no number behind {before} in {page}"))
}

/// What the home page shows, as its script reads it.
struct Figures(Value);

impl Figures {
    fn of(console: &Console) -> Self {
        Self(console.open("/figures").expect(200).json())
    }

    fn number(&self, name: &str) -> u64 {
        number(self.0[name].as_str().expect("a text"), "")
    }

    fn active_as_of(&self) -> i64 {
        self.0["active_as_of"].as_i64().expect("a moment")
    }

    fn ended(&self, reason: &str) -> u64 {
        let all = self.0["ended"].as_array().expect("a list");
        let found = all.iter().find(|ended| ended["reason"] == reason).expect("a reason");
        number(found["count"].as_str().expect("a text"), "")
    }

    fn ended_in_all(&self) -> u64 {
        REASONS.iter().map(|(reason, _)| self.ended(reason)).sum()
    }
}

fn sessions(console: &Console, q: &str) -> u64 {
    let page = console.open(&format!("/apps/demo/sessions?q={q}")).expect(200).body;
    assert!(page.contains("as of <time data-unix=\""), "{page}");
    number(&page, "<strong class=\"numbers\">")
}

fn of_user(console: &Console, user: &str) -> (u64, u64) {
    let page = console.open(&format!("/apps/demo/users?user_id={user}")).expect(200).body;
    assert!(page.contains(" as of <time data-unix=\""), "{page}");
    (number(&page, "<p class=\"soft\">"), page.matches("<a href=\"/apps/demo/sessions/").count() as u64)
}

fn advance(dev: &Dev, seconds: i64) -> i64 {
    let body = json!({"advance_seconds": seconds}).to_string();
    let host = format!("localhost:{}", dev.port);
    let answer = ask_as(dev.port, &host, "POST", "/dev/clock", &body).expect("an answer").expect(200);
    answer.json()["now"].as_i64().expect("a time")
}

fn signed_in(folder: &Folder) -> Console {
    let link = folder.command(&["admin", "link", "--json"]).json();
    Console::by(link["url"].as_str().expect("a link"))
}

/// A server whose settings can be undone to a shorter idle time-out, and let reuse and a limit end sessions.
fn start(folder: &Folder) -> Dev {
    let dev = folder.dev_with(&["--virtual-clock"]);
    let change =
        |settings: Value| drop(dev.manage("PUT", "/session-settings", &settings.to_string()).expect(200));
    change(json!({"idle_timeout": 3600, "max_sessions": MAX_SESSIONS, "reuse_detection": "end_user"}));
    change(json!({"idle_timeout": 86_400}));
    dev.open("somebody who stays");
    dev
}

/// While sessions come and go: no number is one that there was not.
fn under_load(console: &Console, store: &Store, load: &Load) {
    let clock = SystemClock::default();
    let (mut counts, mut active, mut ended_before) = (vec![store.now()], BTreeMap::new(), 0);
    while active.len() < 2 || load.answered() < REQUESTS {
        assert!(clock.monotonic() < STUCK, "{} requests, {active:?}", load.answered());
        let looks: [(&str, &dyn Fn() -> u64); 4] = [
            ("the list", &|| sessions(console, "status:live")),
            ("the question before an end", &|| {
                number(&console.open("/apps/demo/end?q=status:live").expect(200).body, "<h1>End ")
            }),
            ("the review", &|| {
                let page = console.open("/apps/demo/session-management/undo").expect(200).body;
                number(page.split_once("data-ends=\"new\">Ends none").expect("a way").1, " of ")
            }),
            ("both ends of the list", &|| {
                sessions(console, "").saturating_sub(sessions(console, "status:ended"))
            }),
        ];
        for (whose, look) in looks {
            let before = store.now();
            let shown = look();
            let after = store.now();
            before.and(&after, shown, whose);
            counts.extend([before, after]);
        }
        let before = store.now();
        let figures = Figures::of(console);
        active.insert(figures.active_as_of(), figures.number("active"));
        let after = store.now();
        let ended = figures.ended_in_all();
        assert!((ended_before..=after.ended).contains(&ended), "{ended} after {ended_before}, of {after:?}");
        // What is durable is counted before it is answered: only what each client waits for may be missing.
        assert!(before.ended <= ended + CLIENTS * MAX_SESSIONS, "{ended} of {before:?}");
        ended_before = ended;
        counts.extend([before, after]);
    }
    // A count of before is shown with its second, which has to be over.
    sleep(Duration::from_secs(1));
    counts.push(store.now());
    let (second, shown) = active.pop_last().expect("a count");
    let before = counts.iter().rev().find(|count| count.at <= second * 1000).expect("the first is older");
    let after = counts.iter().find(|count| count.at >= (second + 1) * 1000).expect("the last is newer");
    before.and(after, shown, "the home page");
}

/// An end for each reason, and one reuse that takes several sessions along: the load may have been short of luck.
fn a_little_of_everything(dev: &Dev) {
    let [first, ..] = [(); 3].map(|()| dev.open("robbed"));
    dev.refresh(&first.refresh).expect(200);
    dev.refresh(&first.refresh).expect(401);
    (0..=MAX_SESSIONS).for_each(|_| drop(dev.open("everywhere")));
    dev.sign_out(&dev.open("leaves").refresh).expect(200);
    dev.manage("DELETE", &format!("/sessions/{}", dev.open("sent away").sid), "").expect(200);
    dev.open("user-3");
}

/// When nothing moves every number is exact.
fn at_rest(console: &Console, store: &Store, dev: &Dev) {
    advance(dev, 6);
    let figures = Figures::of(console);
    assert_eq!(figures.number("active"), store.live());
    for (reason, code) in REASONS {
        assert_eq!(figures.ended(reason), store.count(&format!("end_reason = {code}")), "{reason}");
    }
    assert_eq!(figures.ended_in_all(), store.count("ended_at IS NOT NULL"));
    let reuse =
        "SELECT count(*) FROM event WHERE kind = 'ended' AND json_extract(body, '$.reason') = 'reused'";
    let caught = store.ask(reuse);
    assert_eq!(figures.number("reuse"), caught);
    assert!(figures.ended("reused") > caught && caught > 0, "whoever was robbed had three");
    for reason in ["ended_by_user", "ended_by_admin", "ended_by_limit"] {
        assert!(figures.ended(reason) > 0, "{reason}");
    }
    let home = console.open("/").expect(200).body;
    assert_eq!(number(&home, "data-figure=\"active\">"), store.live());
    let metrics = ask(dev.port, "GET", "/metrics", &[], "").expect("an answer").expect(200).body;
    for (q, sql) in [
        ("", "true"),
        ("status:live", "ended_at IS NULL"),
        ("status:ended", "ended_at IS NOT NULL"),
        ("status:expired", "false"),
        ("ended:user", "end_reason = 1"),
        ("ended:admin", "end_reason = 2"),
        ("ended:limit", "end_reason = 3"),
        ("ended:reused", "end_reason = 7"),
        ("user:user-3", "user = 'user-3'"),
        ("user:user-3%20status:live", "user = 'user-3' AND ended_at IS NULL"),
        ("idle:%3E1d", "false"),
        ("version:3", "policy_version = 3"),
    ] {
        let counted = store.count(sql);
        assert_eq!(sessions(console, q), counted, "{q}");
        let export = console.open(&format!("/apps/demo/sessions.ndjson?q={q}")).expect(200).body;
        assert_eq!(export.matches("\"session_id\"").count() as u64, counted, "{q}");
    }
    for (reason, code) in REASONS {
        let line = format!("tenure_sessions_ended_total{{reason=\"{reason}\"}} ");
        assert_eq!(number(&metrics, &line), store.count(&format!("end_reason = {code}")));
    }
    for user in (0..USERS).map(|n| format!("user-{n}")) {
        let counted = store.count(&format!("user = '{user}'"));
        assert_eq!(of_user(console, &user), (counted, counted.min(50)), "{user}");
    }
}

/// A job ends as many as its page said, and says so.
fn a_job(console: &Console, store: &Store) {
    let q = "user:user-3%20status:live";
    let (page, ended) =
        (console.open(&format!("/apps/demo/end?q={q}")).expect(200).body, store.count("end_reason = 2"));
    let matches = store.count("user = 'user-3' AND ended_at IS NULL");
    assert_eq!(number(&page, "<h1>End "), matches);
    let as_of = number(&page, "name=\"as_of\" value=\"");
    let begun = console.submit("/apps/demo/end", &format!("q={q}&reason=test&as_of={as_of}")).expect(303);
    let job = begun.header("location").expect("a page").to_owned();
    let done = (0..400).any(|_| {
        sleep(Duration::from_millis(25));
        console.open(&job).expect(200).body.contains(">done<")
    });
    let page = console.open(&job).expect(200).body;
    assert!(done && page.contains(&format!("{matches} of {matches} session")), "{page}");
    assert_eq!(store.count("end_reason = 2"), ended + matches);
}

/// A change ends exactly those that its review counted.
fn a_change(store: &Store, dev: &Dev, folder: &Folder) {
    let now = advance(dev, 7200);
    let console = signed_in(folder);
    // These were used just now.
    for n in 0..20 {
        dev.open(&format!("late-{n}"));
    }
    let (idle, live) =
        (store.count(&format!("ended_at IS NULL AND active_at <= {now}000 - 3600000")), store.live());
    assert!(idle > 0 && live >= idle + 20, "{idle} of {live}");
    let page = console.open("/apps/demo/session-management/undo").expect(200).body;
    assert!(page.contains("counted as of <time data-unix=\""), "{page}");
    for way in ["next_refresh", "now"] {
        let ends = page.split_once(&format!("data-ends=\"{way}\">Ends ")).expect("a way").1;
        assert_eq!((number(ends, ""), number(ends, " of ")), (idle, live), "{way}");
    }
    let form = format!("version=3&applies=now&reason=test&confirmation={idle}");
    console.submit("/apps/demo/session-management/undo", &form).expect(303);
    assert_eq!((store.count("end_reason = 4"), store.live()), (idle, live - idle));
    let figures = Figures::of(&console);
    assert_eq!((figures.ended("ended_by_settings"), figures.number("active")), (idle, live - idle));
}

#[test]
fn the_numbers_on_the_pages_are_those_of_the_store_under_load() {
    let folder = Folder::new();
    let dev = start(&folder);
    let console = signed_in(&folder);
    let store = Store::of(&folder);
    let load = Load::of(&dev);
    under_load(&console, &store, &load);
    load.stopped();
    a_little_of_everything(&dev);
    at_rest(&console, &store, &dev);
    a_job(&console, &store);
    a_change(&store, &dev, &folder);
    dev.stop();
}
