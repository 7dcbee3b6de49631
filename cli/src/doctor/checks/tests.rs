//! What cannot be planted on any machine: a full disk, a slow one, a cookie over http, settings from before a change of presets.

use serde_json::json;
use tenure_core::preset::Preset;
use tenure_core::settings::Settings;
use tenure_service::settings::to_json;
use tenure_store::Disk;
use tenure_wire::diagnosis::{Diagnosis, ProcessCondition, Proxies, StoreCondition};

use super::*;
use crate::doctor::facts::{AppFacts, Files};

fn node() -> Diagnosis {
    let store = StoreCondition {
        probes: 40,
        p50_micros: 300,
        p99_micros: 900,
        free_bytes: Some(500 << 30),
        total_bytes: Some(1000 << 30),
        in_memory: false,
    };
    Diagnosis {
        version: "0.0.0".to_owned(),
        public_url: "https://auth.example.com".to_owned(),
        now: 1_000_000,
        seen: 1_000_000,
        proxies: Proxies {
            own_tls: false,
            trusted: vec!["10.0.0.1".to_owned()],
            requests: 100,
            forwarded: 100,
            not_believed: 0,
            not_believed_from: None,
        },
        store,
        process: ProcessCondition {
            open_files: Some(9),
            open_files_limit: Some(65_536),
            connections_limit: 10_000,
        },
    }
}

fn app(id: &str, settings: serde_json::Value) -> AppFacts {
    let mut all = to_json(&Settings::default());
    all.extend(settings.as_object().cloned().unwrap_or_default());
    AppFacts {
        id: id.to_owned(),
        created_at: 1_000_000,
        issuer: format!("https://auth.example.com/v1/apps/{id}"),
        preset: None,
        settings: all,
        signing_keys: Vec::new(),
        metadata: Err("nobody".to_owned()),
        jwks: Err("nobody".to_owned()),
    }
}

fn facts(node: Diagnosis, apps: Vec<AppFacts>) -> Facts {
    let not_asked = || "not asked".to_owned();
    let (ring, backups) = (Err(not_asked()), Err(not_asked()));
    Facts { config: None, node: Ok(node), apps, ring, backups, files: None }
}

/// The one finding's what and what to do.
#[track_caller]
fn one(verdict: Verdict) -> String {
    match verdict {
        Verdict::Judged(found) if found.len() == 1 => format!("{} | {}", found[0].what, found[0].what_to_do),
        other => panic!("not one finding: {other:?}"),
    }
}

#[track_caller]
fn none(verdict: Verdict) {
    assert_eq!(verdict, Verdict::Judged(Vec::new()));
}

#[test]
fn a_disk_that_fills_up() {
    let of = |free: u64, total: u64| {
        let mut node = node();
        (node.store.free_bytes, node.store.total_bytes) = (Some(free), Some(total));
        disk::judge(&facts(node, Vec::new()))
    };
    none(of(11 << 30, 1000 << 30));
    none(of(2 << 30, 20 << 30));
    assert!(one(of(9 << 30, 1000 << 30)).contains("has 9216 MiB of 1024000 MiB left | Make room"));
    assert!(one(of(500 << 20, 1 << 30)).contains("500 MiB"));
    // What is seen here goes before what the node says.
    let mut here = facts(node(), Vec::new());
    let little = Disk { free_bytes: 1, total_bytes: 1 << 40, in_memory: false };
    here.files = Some(Files {
        modes: Vec::new(),
        ring: None,
        ring_beside_store: false,
        disk: Some(little),
        schema: Err("none".to_owned()),
    });
    one(disk::judge(&here));
}

#[test]
fn a_store_that_is_slow_or_in_memory() {
    let of = |p50: u64, p99: u64, in_memory: bool| {
        let mut node = node();
        (node.store.p50_micros, node.store.p99_micros, node.store.in_memory) = (p50, p99, in_memory);
        store::judge(&facts(node, Vec::new()))
    };
    none(of(300, 900, false));
    assert!(
        one(of(30_000, 40_000, false))
            .contains("half took 30.0 ms, the slowest 40.0 ms | Put the store on a local SSD")
    );
    one(of(300, 300_000, false));
    assert!(one(of(10, 20, true)).contains("tmpfs"));
}

#[test]
fn a_clock_behind_the_store() {
    let of = |seen: i64| {
        let mut node = node();
        node.seen = seen;
        clock::judge(&facts(node, Vec::new()))
    };
    none(of(1_000_001));
    assert!(one(of(1_003_600)).contains("3600 s behind what the store has seen"));
}

#[test]
fn proxies_that_say_nothing_and_strangers_who_say_too_much() {
    let of = |trusted: &[&str], requests: u64, forwarded: u64, not_believed: u64| {
        let mut node = node();
        node.proxies = Proxies {
            own_tls: false,
            trusted: trusted.iter().map(|t| (*t).to_owned()).collect(),
            requests,
            forwarded,
            not_believed,
            not_believed_from: (not_believed > 0).then(|| "10.0.0.2".to_owned()),
        };
        proxies::judge(&facts(node, Vec::new()))
    };
    none(of(&["10.0.0.1"], 100, 100, 0));
    // One stranger among a thousand requests is not a proxy.
    none(of(&["10.0.0.1"], 1000, 999, 1));
    assert!(one(of(&["10.0.0.1"], 100, 50, 50)).contains("trusted_proxies = [\"10.0.0.2\"]"));
    assert!(one(of(&["10.0.0.1"], 100, 0, 0)).contains("none of 100 requests"));
    assert!(one(of(&[], 100, 0, 0)).contains("public_url is https"));
    assert!(matches!(of(&[], 0, 0, 0), Verdict::Skipped(_)));
}

#[test]
fn cookies_over_plain_http_and_without_a_page() {
    let mut shop = app("shop", json!({"transport": "cookie"}));
    shop.issuer = "http://localhost:7800/v1/apps/shop".to_owned();
    let facts = facts(node(), vec![shop, app("bank", json!({}))]);
    assert!(
        one(cookies::judge(&facts)).contains("shop: transport is cookie, and the issuer is http://localhost")
    );
    assert!(one(origins::judge(&facts)).contains("allowed_origins is empty | Add the exact origins"));
}

#[test]
fn settings_that_deviate_without_a_word() {
    let preset = Preset::find("saas-workforce").expect("a preset");
    let mut settings = preset.apply(&Settings::default());
    settings.idle_timeout = None;
    settings.justification.clear();
    let mut shop = app("shop", json!(to_json(&settings)));
    shop.preset = Some(preset.id.to_owned());
    let said = one(super::settings::judge(&facts(node(), vec![shop])));
    assert!(
        said.contains("deviate from NIST SP 800-63B-4 AAL2") && said.contains("say why in justification"),
        "{said}"
    );
    let observing = app("shop", json!({"reuse_detection": "observe"}));
    assert!(one(super::settings::judge(&facts(node(), vec![observing]))).contains("end_session"));
}

#[test]
fn a_backup_that_is_old_or_was_never_made() {
    let of = |said: serde_json::Value, days: i64| {
        let mut node = node();
        node.now += days * 86_400;
        let mut facts = facts(node, vec![app("shop", json!({}))]);
        facts.backups = serde_json::from_value(said).map_err(|error| error.to_string());
        backup::judge(&facts)
    };
    // As `GET /v1/backups` says it.
    let made = json!({"running": null, "failed": null, "last": {"made_at": 1_000_000, "sessions": 7}, "ring": "elsewhere"});
    let never = json!({"running": null, "failed": null, "last": null, "ring": "elsewhere"});
    none(of(made.clone(), 7));
    none(of(never.clone(), 7));
    assert!(one(of(made, 8)).contains("was made 8 days ago | Run `tenure backup create`"));
    assert!(one(of(never, 8)).contains("no backup was made in 8 days"));
}

#[test]
fn a_ring_that_is_old_half_distributed_or_was_not_taken_over() {
    let of = |said: serde_json::Value, days: i64| {
        let mut node = node();
        node.now += days * 86_400;
        let mut facts = facts(node, Vec::new());
        facts.ring = serde_json::from_value(said).map_err(|error| error.to_string());
        ring::judge(&facts)
    };
    // As `GET /v1/ring` says it.
    let ring = |state: &str, missing: &[&str], problem: Option<&str>| {
        let key = json!({"kid": 1, "state": state, "first_seen_at": 1_000_000, "sessions_is_bound": false, "not_held_by": missing, "active_at": []});
        let mut ring = json!({"node": "a", "keys": [key], "nodes": []});
        if let Some(problem) = problem {
            ring["problem"] = problem.into();
        }
        ring
    };
    none(of(ring("active", &[], None), 700));
    none(of(ring("retired", &[], None), 1000));
    none(of(ring("verify", &["b"], None), 1));
    assert!(
        one(of(ring("active", &[], None), 800))
            .contains("has been in use for 800 days | Change it in two phases")
    );
    assert!(one(of(ring("active", &["b", "c"], None), 1)).contains("missing on b, c | Copy the ring's file"));
    assert!(
        one(of(ring("active", &[], Some("key 1 is missing")), 1)).contains("key 1 is missing | Put the ring")
    );
}

#[test]
fn every_check_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<_> = CHECKS.iter().map(|check| check.name).collect();
    assert_eq!(names.len(), CHECKS.len());
}
