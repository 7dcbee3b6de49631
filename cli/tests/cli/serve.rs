//! `tenure serve`: its configuration, and a store that must have been migrated.

use std::fs;

use serde_json::Value;

use crate::support::ask::ask;
use crate::support::dev::tokens;
use crate::support::process::{Done, run, tenure};
use crate::support::production::Production;

#[test]
fn a_store_that_was_not_migrated_is_refused_with_the_way_out() {
    let production = Production::new();
    let done = run(production.command(&["serve"]));
    let says = done.refusal(1);
    assert!(
        says.contains("there is no store at") && says.contains("tenure.db yet: `tenure migrate` makes it"),
        "{says}"
    );
    assert!(!production.folder.database().exists(), "a database was made");

    assert_eq!(run(production.command(&["migrate", "--json"])).json()["ok"], true);
    assert!(
        run(production.command(&["migrate"])).stdout.contains("has the schema of this binary"),
        "again is fine"
    );
    let done = run(production.command(&["serve"]));
    assert!(done.refusal(1).contains("ring.toml cannot be used: No such file or directory"), "{done:?}");
    assert!(!production.ring().exists(), "in production no ring is made by itself");

    production.make_ring();
    let mut server = production.start(production.command(&["serve"]));
    let folder = &production.folder;
    let app = folder.command(&["app", "create", "Shop", "--id", "shop", "--json"]).json();
    assert_eq!(app["app"]["issuer"], "https://auth.example.com/v1/apps/shop");
    let key = folder.command(&["api-key", "create", "shop backend", "--app", "shop", "--json"]).json();
    let bearer = format!("Bearer {}", key["api_key"].as_str().expect("a key"));
    let ask = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        ask(production.port, method, &format!("/v1/apps/shop{path}"), headers, body).expect("an answer")
    };
    let admin = folder.command(&["api-key", "create", "admin", "--app", "shop", "--role", "admin"]).stdout;
    let admin = format!("Bearer {}", admin.trim_end());
    ask("PUT", "/session-settings", &[("Authorization", &admin)], "{\"refresh_tokens\": true}").expect(200);
    let open = ask("POST", "/sessions", &[("Authorization", &bearer)], "{\"user_id\": \"ann\"}").expect(201);
    let body = serde_json::json!({"refresh_token": tokens(&open).refresh}).to_string();
    ask("POST", "/tokens", &[], &body).expect(200);
    // What `dev` leaves open is closed here.
    assert_eq!(
        crate::support::ask::ask(production.port, "GET", "/metrics", &[], "").expect("an answer").status,
        401
    );
    assert_eq!(
        crate::support::ask::ask(production.port, "POST", "/dev/clock", &[], "{}").expect("an answer").status,
        404
    );
    assert_eq!(server.terminate().code(), Some(0));
    assert!(
        server.log().contains("serving") && server.log().contains("https://auth.example.com"),
        "{}",
        server.log()
    );
}

#[test]
fn the_environment_goes_over_the_file_and_the_command_line_over_both() {
    let production = Production::new();
    run(production.command(&["migrate"]));
    production.make_ring();
    let ring = fs::read_to_string(production.ring()).expect("a ring");
    fs::remove_file(production.ring()).expect("a ring");
    let mut command = production.command(&["serve", "--public-url", "https://third.example.com"]);
    command
        .env("TENURE__PUBLIC_URL", "https://second.example.com")
        .env("TENURE__LOG__FORMAT", "json")
        .env("TENURE__RING", &ring);
    let mut server = production.start(command);
    production.folder.command(&["app", "create", "Shop", "--id", "shop"]);
    let apps = production.folder.command(&["app", "list", "--json"]).json();
    assert_eq!(apps["apps"][0]["issuer"], "https://third.example.com/v1/apps/shop");
    assert_eq!(server.terminate().code(), Some(0));
    let log = server.log();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    assert!(!lines.is_empty(), "it says that it serves");
}

fn config(production: &Production, words: &[&str], environment: &[(&str, &str)]) -> Done {
    let mut command = production.command(words);
    command.envs(environment.iter().copied());
    run(command)
}

#[test]
fn config_check_dump_and_schema() {
    let production = Production::new();
    assert_eq!(
        config(&production, &["config", "check"], &[]).stdout,
        "Every value of the configuration can be used. Whether the store, the key ring and the addresses are right: tenure doctor --config.\n"
    );
    assert_eq!(config(&production, &["config", "check", "--json"], &[]).json()["ok"], true);

    let environment = [
        ("TENURE__RING", "this-is-the-ring"),
        ("TENURE__WORKER_THREADS", "7"),
        ("TENURE__LOG__FILTER", "debug"),
    ];
    let dump = config(&production, &["config", "dump"], &environment);
    assert!(
        dump.stdout.contains("worker_threads = 7") && dump.stdout.contains("filter = \"debug\""),
        "{dump:?}"
    );
    assert!(dump.stdout.contains("ring = \"(not shown)\""), "{dump:?}");
    let json = config(&production, &["config", "dump", "--json"], &environment);
    assert_eq!(json.json()["log"]["filter"], "debug");
    assert!(!format!("{dump:?}{json:?}").contains("this-is-the-ring"), "a secret is shown");

    let schema = run(tenure(&["config", "schema", "--json"])).json();
    assert_eq!(schema["required"], serde_json::json!(["public_url"]));
    let shown: Value = serde_json::from_str(&run(tenure(&["config", "schema"])).stdout).expect("JSON");
    assert_eq!(shown, schema);
}

#[test]
fn what_cannot_be_right_in_a_configuration_is_refused() {
    let production = Production::new();
    let good = fs::read_to_string(production.config()).expect("a file");
    let refusal = |text: &str, says: &str| {
        fs::write(production.config(), text).expect("a file");
        for words in [&["config", "check"][..], &["serve"]] {
            let done = run(production.command(words));
            assert!(done.refusal(1).contains(says), "{words:?}: {done:?}");
        }
    };
    refusal(&good.replace("public_url", "publik_url"), "publik_url: is no key; did you mean public_url?");
    refusal(&format!("{good}[log]\nfiltre = 'info'\n"), "log.filtre: is no key; did you mean log.filter?");
    refusal(&good.replace("https://auth", "http://auth"), "public_url: must be https");
    refusal(&good.replace("sqlite:", "postgres://"), "PostgreSQL is not available yet; use sqlite:PATH");
    refusal(
        &format!("{good}[telemetry]\notlp_endpoint = 'localhost:4318'\n"),
        "telemetry.otlp_endpoint: must be an address",
    );
    refusal(
        &format!("{good}[telemetry]\nsampled_percent = 101\n"),
        "telemetry.sampled_percent: must be between 0 and 100",
    );
    refusal("public_url =", "tenure.toml");
    fs::write(production.config(), format!("{good}[telemetry]\notlp_endpoint = 'http://localhost:4318'\n"))
        .expect("a file");
    if cfg!(not(feature = "otel")) {
        let done = run(production.command(&["serve"]));
        assert!(done.refusal(1).contains("this program was built without traces"), "{done:?}");
    }
    fs::write(production.config(), &good).expect("a file");
    let done = run(production.command(&["serve", "--store", "postgres://user:pass@host/db"]));
    assert_eq!(done.refusal(1), "tenure: store: PostgreSQL is not available yet; use sqlite:PATH");
    let done = config(&production, &["config", "check"], &[("TENURE__WORKER_THREAD", "3")]);
    assert!(done.refusal(1).contains("worker_thread: is no key; did you mean worker_threads?"), "{done:?}");
    let done = config(&production, &["config", "check"], &[("TENURE__WORKER_THREADS", "many")]);
    assert!(
        done.refusal(1).contains("TENURE__WORKER_THREADS: worker_threads: must be of type integer"),
        "{done:?}"
    );
    let done = run(tenure(&["serve", "--config", "/nowhere/tenure.toml"]));
    assert!(done.refusal(1).contains("/nowhere/tenure.toml: No such file or directory"), "{done:?}");
}
