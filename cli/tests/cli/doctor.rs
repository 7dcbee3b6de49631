//! `tenure doctor`: silent on what is well, and clear about what was planted.

mod proxy;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::ask::{ask, ask_as};
use crate::support::dev::{Folder, text};
use crate::support::process::{Done, run, tenure, through_sh};
use crate::support::production::Production;
use proxy::{Manners, body, proxy, with_body};

/// The findings of one check: each with what, why and what to do, in one line each.
fn findings(report: &Value, check: &str) -> Vec<String> {
    let checks = report["checks"].as_array().expect("checks");
    let found = checks.iter().find(|one| one["check"] == check).unwrap_or_else(|| panic!("no check {check}"));
    let findings = found["findings"].as_array().expect("findings").iter().map(|finding| {
        let lines: Vec<_> =
            ["what", "why", "do"].iter().map(|part| finding[*part].as_str().expect("words")).collect();
        assert!(lines.iter().all(|line| line.len() > 10 && !line.contains('\n')), "{finding}");
        lines.join(" | ")
    });
    findings.collect()
}

/// The one finding of `check` says all of `words`.
#[track_caller]
fn says(report: &Value, check: &str, words: &[&str]) {
    let found = findings(report, check);
    let matches = |finding: &&String| words.iter().all(|word| finding.contains(word));
    assert!(found.iter().filter(matches).count() == 1, "{check} does not say {words:?}: {found:#?}");
}

fn report(done: &Done) -> Value {
    assert_eq!(done.stdout.lines().count(), 1, "{done:?}");
    serde_json::from_str(&done.stdout).expect("JSON")
}

/// A production server with the app `shop`, migrated and with a ring.
fn production() -> Production {
    let production = Production::new();
    run(production.command(&["migrate", "--json"])).json();
    production.make_ring();
    production
}

fn add_shop(production: &Production, settings: &str) {
    let folder = &production.folder;
    folder.command(&["app", "create", "Shop", "--id", "shop", "--json"]).json();
    let key =
        folder.command(&["api-key", "create", "x", "--app", "shop", "--role", "admin", "--json"]).json();
    let bearer = format!("Bearer {}", key["api_key"].as_str().expect("a key"));
    let path = "/v1/apps/shop/session-settings";
    ask(production.port, "PUT", path, &[("Authorization", &bearer)], settings)
        .expect("an answer")
        .expect(200);
}

#[test]
fn what_is_well_is_called_healthy() {
    let production = production();
    let port = proxy(production.port, Manners::GOOD);
    production.configure(&format!("http://localhost:{port}"), "trusted_proxies = ['127.0.0.1']\n");
    let mut server = production.start(production.command(&["serve"]));
    add_shop(&production, "{\"refresh_tokens\": true, \"allowed_origins\": [\"https://shop.example.com\"]}");
    let done = run(production.command(&["doctor", "--json"]));
    let report = done.json();
    assert_eq!(report["healthy"], true, "{report:#}");
    let looked =
        report["checks"].as_array().expect("checks").iter().filter(|check| check["state"] == "ok").count();
    assert!(looked >= 12, "{report:#}");
    let done = run(production.command(&["doctor"]));
    assert!(done.code == Some(0) && done.stdout.contains("ok       issuer"), "{done:?}");

    // The same through the network sees less, and says so.
    let key = production.folder.command(&[
        "api-key",
        "create",
        "x",
        "--app",
        "shop",
        "--role",
        "admin",
        "--all-apps",
    ]);
    let mut command =
        tenure(&["doctor", "--json", "--server", &format!("http://127.0.0.1:{}", production.port)]);
    command.env("TENURE_API_KEY", key.stdout.trim());
    let report = run(command).json();
    let checks = report["checks"].as_array().expect("checks");
    let files = checks.iter().find(|check| check["check"] == "files").expect("a check of files");
    assert_eq!(files["skipped_because"], "the server is elsewhere");
    assert_eq!(server.terminate().code(), Some(0));
}

/// Another issuer, a foreign key, a clock that is an hour behind.
fn bad_manners(path: &str, answer: String) -> String {
    let date = answer.lines().find(|line| line.to_ascii_lowercase().starts_with("date:")).unwrap_or_default();
    let answer = answer.replace(date, "date: Thu, 01 Jan 2026 00:00:00 GMT");
    if path.ends_with("openid-configuration") {
        return with_body(&answer, &body(&answer).replacen("http://localhost", "https://elsewhere", 1));
    }
    if path.ends_with("jwks.json") {
        return with_body(
            &answer,
            "{\"keys\": [{\"kid\": \"old\", \"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AA\"}]}",
        );
    }
    answer
}

#[test]
fn each_of_eleven_planted_misconfigurations_is_named_with_what_to_do() {
    let production = production();
    let manners = Manners { says_for_whom: true, change: bad_manners };
    let port = proxy(production.port, manners);
    // The ring beside the store, and readable once it was read.
    let ring = production.folder.ring();
    fs::rename(production.ring(), &ring).expect("a ring");
    production.configure(&format!("http://localhost:{port}"), "");
    let config = production.config();
    let with_this_ring =
        fs::read_to_string(&config).expect("a file").replace(text(&production.ring()), text(&ring));
    fs::write(&config, with_this_ring).expect("a file");
    let few_files = through_sh("ulimit -n 600; exec \"$0\" \"$@\"", &["serve", "--config", text(&config)]);
    let mut server = production.start(few_files);
    add_shop(
        &production,
        "{\"preset\": \"consumer\", \"retry_leeway\": 5, \"publish_lead\": 60, \"allowed_origins\": [\"http://shop.example.com:8080\"]}",
    );
    fs::set_permissions(&ring, fs::Permissions::from_mode(0o644)).expect("a mode");
    let done = run(production.command(&["doctor", "--json"]));
    assert_eq!(done.code, Some(1), "{done:?}");
    let report = report(&done);
    assert_eq!(report["healthy"], false);
    says(
        &report,
        "issuer",
        &["shop: at http://localhost:", "says that it is https://elsewhere", "correct public_url"],
    );
    says(&report, "jwks", &["the published key \"old\" cannot be read", "Another server answers there"]);
    says(&report, "jwks", &["which signs now, is not among the published ones", "Cache-Control"]);
    says(&report, "jwks", &["publish_lead is 60 s", "at least 600 s"]);
    says(&report, "clock", &["the public address is", "behind this node's clock", "NTP"]);
    says(
        &report,
        "proxies",
        &["come from 127.0.0.1, which is not in trusted_proxies", "trusted_proxies = [\"127.0.0.1\"]"],
    );
    says(
        &report,
        "origins",
        &["http://shop.example.com:8080", "allow https://shop.example.com:8080 instead"],
    );
    says(&report, "settings", &["retry_leeway is 5 s", "30s, or to 0"]);
    says(&report, "files", &["ring.toml has mode 644", "chmod 600"]);
    says(&report, "files", &["lies in the folder of the store", "set ring_file"]);
    says(&report, "open_files", &["may open 600 files, and accepts 10000 connections", "LimitNOFILE="]);
    // In words, each finding has its three lines.
    let words = run(production.command(&["doctor"]));
    assert_eq!(words.code, Some(1));
    assert_eq!(words.stdout.matches("why: ").count(), words.stdout.matches("do:  ").count());
    assert!(words.stdout.contains("found    origins"), "{}", words.stdout);
    assert!(words.stderr.contains("11 findings"), "{}", words.stderr);
    assert_eq!(server.terminate().code(), Some(0));
}

#[test]
fn a_public_address_where_nobody_answers() {
    let production = production();
    let nobody =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    production.configure(&format!("http://127.0.0.1:{nobody}"), "trusted_proxies = ['127.0.0.1']\n");
    let mut server = production.start(production.command(&["serve"]));
    add_shop(&production, "{}");
    let report = report(&run(production.command(&["doctor", "--json"])));
    says(&report, "issuer", &["the public address is not reached", "DNS, the certificate and the proxy"]);
    says(&report, "proxies", &["trusted_proxies is 127.0.0.1, and none of", "X-Forwarded-For"]);
    // The configuration was changed, the server was not restarted.
    production.configure("https://auth.example.com", "");
    let report = self::report(&run(production.command(&["doctor", "--json"])));
    says(
        &report,
        "configuration",
        &["the configuration says https://auth.example.com", "Restart the server"],
    );
    assert_eq!(server.terminate().code(), Some(0));
}

#[test]
fn what_is_wrong_before_the_first_start() {
    let production = Production::new();
    let report = |production: &Production| {
        let done = run(production.command(&["doctor", "--json"]));
        assert_eq!(done.code, Some(1), "{done:?}");
        self::report(&done)
    };
    let before = report(&production);
    says(&before, "schema", &["the store cannot be read", "tenure migrate"]);
    says(&before, "files", &["ring.toml cannot be used", "tenure ring create"]);
    run(production.command(&["migrate"]));
    production.make_ring();
    let done = run(production.command(&["doctor", "--json"]));
    assert_eq!(done.json()["healthy"], true, "{done:?}");
    let said = run(production.command(&["doctor"])).stdout;
    assert_eq!(said.matches("no server answers").count(), 1, "{said}");
    assert!(said.contains("the keys that tokens are signed with: as with issuer\n"), "{said}");
    let step = |step: u32| {
        let db = rusqlite::Connection::open(production.folder.database()).expect("a database");
        db.pragma_update(None, "user_version", step).expect("a step");
    };
    let known: u32 = {
        let db = rusqlite::Connection::open(production.folder.database()).expect("a database");
        db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a step")
    };
    step(known + 1);
    says(&report(&production), "schema", &["this program knows", "run the newer program"]);
    step(known - 1);
    says(&report(&production), "schema", &["this program needs", "tenure migrate"]);
    fs::write(production.config(), "publik_url = 'https://auth.example.com'\n").expect("a file");
    says(&report(&production), "configuration", &["did you mean public_url?", "tenure config check"]);
}

#[test]
fn a_key_that_has_signed_for_more_than_a_year() {
    let folder = Folder::new();
    let dev = folder.dev_with(&["--virtual-clock"]);
    assert!(findings(&report(&folder.command(&["doctor", "--json"])), "keys").is_empty());
    let a_year_and_more = format!("{{\"advance_seconds\": {}}}", 400 * 86_400);
    let host = format!("localhost:{}", dev.port);
    ask_as(dev.port, &host, "POST", "/dev/clock", &a_year_and_more).expect("an answer").expect(200);
    let report = report(&folder.command(&["doctor", "--json"]));
    says(&report, "keys", &["demo: the key ", "has signed for 400 days", "tenure key rotate --app demo"]);
    says(&report, "clock", &["the public address is 3456000", "s behind this node's clock"]);
    dev.stop();
}

#[test]
fn without_a_server_and_without_a_configuration_there_is_nothing_to_look_at() {
    let folder = Folder::new();
    assert!(folder.command(&["doctor"]).refusal(3).contains("is one running?"));
}
