//! The versions of settings, and going back by one.

use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::app::TestApp;

async fn versions(app: &TestApp<'_>, query: &str) -> Value {
    let path = format!("/session-settings/versions{query}");
    app.manage(Method::GET, &path).send().await.expect(200).json()
}

async fn undo(app: &TestApp<'_>, query: &str) -> Answer {
    app.manage(Method::POST, &format!("/session-settings/undo{query}")).send().await
}

fn numbers(versions: &Value) -> Vec<u64> {
    versions["versions"].as_array().unwrap().iter().map(|v| v["version"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn every_change_is_a_version_that_says_what_it_changed() {
    let world = World::new().await;
    let app = world.app("shop").await;
    world.pass(60);
    let path = "/session-settings?applies=next_refresh&reason=audit";
    let change = json!({"preset": "higher-security", "max_sessions": 3});
    app.manage(Method::PUT, path).json(change).send().await.expect(200);
    let answer = app.manage(Method::GET, "/session-settings/versions").send().await;
    insta::assert_snapshot!("versions", answer.shown());
    for n in 0..20 {
        app.change_settings(json!({"max_sessions": n + 10})).await.expect(200);
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=4".to_owned());
    loop {
        let page = versions(&app, &query).await;
        seen.extend(numbers(&page));
        let empty = |version: &&Value| version["changes"] == json!([]);
        assert!(page["versions"].as_array().unwrap().iter().filter(empty).all(|v| v["version"] == 1));
        let Some(before) = page["next_before"].as_u64() else { break };
        query = format!("?limit=4&before={before}");
    }
    assert_eq!(seen, (1..=23).rev().collect::<Vec<_>>());
    for bad in ["?limit=0", "?limit=501"] {
        let path = format!("/session-settings/versions{bad}");
        app.manage(Method::GET, &path).send().await.refused(422, "invalid_fields");
    }
    assert_eq!(numbers(&versions(&app, "?before=1").await), Vec::<u64>::new());
}

#[tokio::test]
async fn an_undo_makes_the_settings_of_the_version_before_a_new_version() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let before = app.settings().await;
    app.change_settings(json!({"preset": "higher-security", "auth_token_jitter": 7})).await.expect(200);
    let changed = app.settings().await;
    let dry = undo(&app, "?dry_run=true").await.expect(200).json();
    assert!(dry["effects"]["changes"].as_array().unwrap().len() > 2, "{dry}");
    assert_eq!(app.settings().await, changed, "a dry run changes nothing");
    let undone = undo(&app, "").await.expect(200).json();
    assert_eq!((&undone["version"], &undone["preset"]), (&json!(4), &Value::Null));
    assert_eq!(undone["settings"], before["settings"]);
    assert_eq!(versions(&app, "?limit=1").await["versions"][0]["reason"], "undo of version 3");
    // Undoing that goes forward again.
    let again = undo(&app, "?reason=sorry").await.expect(200).json();
    assert_eq!((&again["settings"], &again["version"]), (&changed["settings"], &json!(5)));
    assert_eq!(world.count_events("settings_changed").await, 4);
}

#[tokio::test]
async fn an_undo_lengthens_no_session_that_was_shortened() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (taken, asleep) = (app.open("ann").await, app.open("bob").await);
    let path = "/session-settings?applies=next_refresh";
    let shorter = json!({"absolute_lifetime": 3600, "idle_timeout": 1800});
    app.manage(Method::PUT, path).json(shorter).send().await.expect(200);
    let taken = app.refreshed(&taken.refresh).await;
    undo(&app, "?applies=next_refresh").await.expect(200);
    let taken = app.refreshed(&taken.refresh).await;
    world.pass(1800);
    assert_eq!(app.refresh(&taken.refresh).await.expect(401).reason(), "expired_idle");
    // Whoever did not come by in between never met the shorter ones.
    app.refreshed(&asleep.refresh).await;
}

#[tokio::test]
async fn there_is_nothing_to_undo_of_the_first_version_nor_of_an_app_that_was_here_before() {
    let world = World::new().await;
    let app = world.create_app("shop").await;
    undo(&app, "").await.refused(409, "conflict");
    app.change_settings(json!({"refresh_tokens": true})).await.expect(200);
    undo(&app, "").await.expect(200);
    world.delete(&app.at("")).key(&world.admin).send().await.expect(200);
    world.pass(1);
    let app = world.create_app("shop").await;
    assert_eq!(app.settings().await["version"], 4);
    undo(&app, "").await.refused(409, "conflict");
    assert_eq!(numbers(&versions(&app, "").await), [4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_editors_at_once_one_is_heard_and_the_others_read_again() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for round in 0..20 {
        let version = app.settings().await["version"].to_string();
        let put = |idle: i64| {
            let call = app.manage(Method::PUT, "/session-settings").header("if-match", &version);
            call.json(json!({"idle_timeout": idle}))
        };
        let undo = app.manage(Method::POST, "/session-settings/undo").header("if-match", &version);
        let mut sent = JoinSet::new();
        for call in [put(86_400 + round * 2), put(86_401 + round * 2), undo] {
            sent.spawn(call.send());
        }
        let answers = sent.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.status() == 200).count(), 1, "round {round}");
        for answer in answers.into_iter().filter(|answer| answer.status() != 200) {
            answer.refused(409, "conflict");
        }
    }
    undo(&app, "?applies=never").await.refused(422, "invalid_fields");
    undo(&app, &format!("?reason={}", "x".repeat(1001))).await.refused(422, "invalid_fields");
}
