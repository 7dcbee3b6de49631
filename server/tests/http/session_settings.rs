//! `GET` and `PUT ISS/session-settings`, and `GET /v1/session-presets`.

mod applies;
mod history;
mod presets;
mod refused;

use http::Method;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::app::TestApp;

fn put(app: &TestApp<'_>, query: &str, body: Value) -> crate::support::call::Call {
    app.manage(Method::PUT, &format!("/session-settings{query}")).json(body)
}

#[tokio::test]
async fn a_new_app_is_stateless_and_strict() {
    let world = World::new().await;
    let app = world.create_app("shop").await;
    insta::assert_snapshot!("new", app.manage(Method::GET, "/session-settings").send().await.shown());
    let changed = app.change_settings(json!({"refresh_tokens": true, "max_sessions": 3})).await;
    insta::assert_snapshot!("changed", changed.shown());
    assert_eq!(world.count_events("settings_changed").await, 1);
}

#[tokio::test]
async fn what_get_shows_may_be_put_back_and_changes_nothing() {
    let world = World::new().await;
    for stateless in [true, false] {
        let app = world.create_app(if stateless { "stateless" } else { "hybrid" }).await;
        if !stateless {
            app.change_settings(json!({"preset": "consumer", "allowed_origins": ["https://a.example"]}))
                .await;
        }
        let before = app.settings().await;
        let calls = world.memory.calls();
        assert_eq!(app.change_settings(before["settings"].clone()).await.expect(200).json(), before);
        assert_eq!(world.memory.calls(), calls, "nothing was written");
        // Nor was the default life of an auth token turned into a choice by that.
        app.change_settings(
            json!({"refresh_tokens": !before["settings"]["refresh_tokens"].as_bool().unwrap()}),
        )
        .await;
        let ttl = app.settings().await["settings"]["auth_token_ttl"].clone();
        assert_eq!(ttl, if stateless { 600 } else { 3600 });
    }
}

#[tokio::test]
async fn absent_keys_keep_their_values() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let before = app.settings().await;
    let after = app.change_settings(json!({"idle_timeout": 7200})).await.expect(200).json();
    assert_eq!(after["version"], 3);
    for (key, value) in before["settings"].as_object().unwrap() {
        let expected = if key == "idle_timeout" { &json!(7200) } else { value };
        assert_eq!(&after["settings"][key], expected, "{key}");
    }
    assert_eq!(app.change_settings(json!({})).await.expect(200).json(), after);
}

#[tokio::test]
async fn every_setting_can_be_set_and_is_given_back() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let all = json!({
        "refresh_tokens": true, "auth_token_ttl": 300, "auth_token_jitter": 25, "idle_timeout": 3600,
        "idle_counts": "strict_activity", "absolute_lifetime": 86_400, "rotation": "every",
        "reuse_detection": "end_user", "retry_leeway": 30, "lost_response": "reissue", "max_sessions": 1000,
        "on_limit": "deny", "signing_alg": "EdDSA", "token_typ": "at+jwt", "transport": "token",
        "cookie_persistence": "session", "client_kind": "native", "publish_lead": 0,
        "allowed_origins": ["https://a.example", "http://localhost:3000"],
        "redirect_uris": ["https://a.example/back", "com.example.app:/back"], "binding": "none",
        "revocation": "none", "step_up_max_age": 86_400, "expiring_notice": 0, "justification": "because"
    });
    assert_eq!(app.change_settings(all.clone()).await.expect(200).json()["settings"], all);
    assert_eq!(app.settings().await["settings"], all);
    let fewer =
        json!({"idle_timeout": null, "max_sessions": null, "allowed_origins": [], "redirect_uris": []});
    let after = app.change_settings(fewer.clone()).await.expect(200).json();
    for (key, value) in fewer.as_object().unwrap() {
        assert_eq!(&after["settings"][key], value);
    }
    let world = world.restarted().await;
    assert_eq!(TestApp::new(&world, "shop").settings().await, after, "after a restart too");
}

#[tokio::test]
async fn if_match_holds_off_whoever_saw_an_older_version() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let stale = put(&app, "", json!({"max_sessions": 3})).header("if-match", "1").send().await;
    insta::assert_snapshot!("conflict", stale.shown());
    assert_eq!(app.settings().await["version"], 2);
    for version in ["2", "\"3\""] {
        let max = version.trim_matches('"').parse::<u32>().unwrap();
        let call = put(&app, "", json!({"max_sessions": max})).header("if-match", version);
        call.send().await.expect(200);
    }
    let dry = put(&app, "?dry_run=true", json!({})).header("if-match", "1").send().await;
    dry.refused(409, "conflict");
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let old = app.open("ann").await;
    world.pass(7200);
    app.open("bob").await;
    let (before, events) = (app.settings().await, world.events().await.len());
    let change = json!({"absolute_lifetime": 3600, "idle_timeout": 3600, "retry_leeway": 5});
    for applies in ["new", "next_refresh", "now"] {
        let query = format!("?dry_run=true&applies={applies}");
        let answer = put(&app, &query, change.clone()).send().await.expect(200);
        assert_eq!(answer.json()["effects"]["ends"], if applies == "new" { 0 } else { 1 });
        if applies == "now" {
            insta::assert_snapshot!("effects", answer.shown());
        }
    }
    put(&app, "?dry_run=true", json!({"idle_timeout": 1})).send().await.refused(422, "invalid_fields");
    assert_eq!((app.settings().await, world.events().await.len()), (before, events));
    assert!(app.is_live(&old.session).await);
    let done = put(&app, "?applies=now&reason=audit", change).send().await.expect(200);
    assert_eq!(done.json()["version"], 3);
    assert_eq!(app.session(&old.session).await["reason"], "ended_by_settings");
    assert_eq!(app.refresh(&old.refresh).await.expect(401).reason(), "ended_by_settings");
    let events = world.events().await;
    assert!(events.iter().any(|e| e["type"] == "settings_changed" && e["detail"]["reason"] == "audit"));
}

#[tokio::test]
async fn a_dry_run_counts_whom_a_shorter_idle_time_out_ends() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (idle, old) = (app.open("ann").await, app.open("bob").await);
    world.pass(7200);
    let active = app.refreshed(&old.refresh).await;
    let change = json!({"idle_timeout": 3600});
    for (applies, ends) in [("new", 0), ("next_refresh", 1), ("now", 1)] {
        let query = format!("?dry_run=true&applies={applies}");
        let answer = put(&app, &query, change.clone()).send().await.expect(200).json();
        assert_eq!(answer["effects"]["ends"], ends, "{applies}");
    }
    put(&app, "?applies=now", change).send().await.expect(200);
    assert_eq!(app.session(&idle.session).await["reason"], "ended_by_settings");
    assert!(!app.is_active(&idle.auth).await);
    app.refreshed(&active.refresh).await;
}

#[tokio::test]
async fn turning_refresh_tokens_off_now_ends_every_session_and_says_so_first() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let off = json!({"refresh_tokens": false});
    let dry = put(&app, "?dry_run=true&applies=now", off.clone()).send().await.expect(200).json();
    assert_eq!((&dry["effects"]["ends"], app.is_live(&tokens.session).await), (&json!(1), true));
    put(&app, "?applies=now", off).send().await.expect(200);
    assert_eq!(app.refresh(&tokens.refresh).await.expect(401).reason(), "ended_by_settings");
}

#[tokio::test]
async fn many_changes_at_once_are_each_wholly_made_or_refused() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut sent = tokio::task::JoinSet::new();
    for max in 1..=16 {
        sent.spawn(put(&app, "", json!({"max_sessions": max})).send());
    }
    let answers = sent.join_all().await;
    let made = answers.iter().filter(|answer| answer.status() == 200).count();
    assert!(answers.iter().all(|answer| matches!(answer.status(), 200 | 409)));
    assert_eq!(app.settings().await["version"], 2 + made);
}
