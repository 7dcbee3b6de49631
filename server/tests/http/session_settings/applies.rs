//! Whom a change applies to, and that its effects are what it was said to do.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::app::TestApp;

async fn put(app: &TestApp<'_>, query: &str, settings: Value) -> Answer {
    app.manage(http::Method::PUT, &format!("/session-settings?{query}"))
        .json(settings)
        .send()
        .await
        .expect(200)
}

/// Three sessions: one idle for two hours, one refreshed a moment ago, one that is new.
async fn three(app: &TestApp<'_>, world: &World) -> [String; 3] {
    let (idle, busy) = (app.open("ann").await, app.open("bob").await);
    world.pass(7200);
    let busy = app.refreshed(&busy.refresh).await;
    let new = app.open("cid").await;
    [idle.refresh, busy.refresh, new.refresh]
}

#[tokio::test]
async fn a_shorter_idle_time_out_ends_now_whom_the_dry_run_counts() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let [idle, busy, new] = three(&app, &world).await;
    let shorter = json!({"idle_timeout": 3600});
    let said = put(&app, "applies=now&dry_run=true", shorter.clone()).await.json();
    assert_eq!((&said["effects"]["ends"], &said["effects"]["live_sessions"]), (&json!(1), &json!(3)));
    assert!(app.manage(http::Method::GET, "/sessions?status=ended").send().await.json()["total"] == 0);
    put(&app, "applies=now", shorter).await;
    assert_eq!(app.refresh(&idle).await.expect(401).reason(), "ended_by_settings");
    app.refreshed(&busy).await;
    app.refreshed(&new).await;
}

#[tokio::test]
async fn a_shorter_lifetime_ends_at_the_next_refresh_and_spares_new_sessions() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let [old, busy, new] = three(&app, &world).await;
    let shorter = json!({"absolute_lifetime": 7200, "idle_timeout": 3600});
    let said = put(&app, "applies=next_refresh&dry_run=true", shorter.clone()).await.json();
    assert_eq!(said["effects"]["ends"], 2);
    put(&app, "applies=next_refresh", shorter).await;
    assert!(app.manage(http::Method::GET, "/sessions?status=live").send().await.json()["total"] == 3);
    for token in [&old, &busy] {
        assert!(!app.is_active(token).await, "it would be refused");
        assert_eq!(app.refresh(token).await.expect(401).reason(), "ended_by_settings");
    }
    app.refreshed(&new).await;
}

#[tokio::test]
async fn by_default_live_sessions_keep_what_they_were_given() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let sessions = three(&app, &world).await;
    let said =
        put(&app, "dry_run=true", json!({"absolute_lifetime": 7200, "idle_timeout": 3600})).await.json();
    assert_eq!((&said["effects"]["ends"], &said["effects"]["applies"]), (&json!(0), &json!("new")));
    put(&app, "", json!({"absolute_lifetime": 7200, "idle_timeout": 3600})).await;
    for token in &sessions {
        app.refreshed(token).await;
    }
}

#[tokio::test]
async fn turning_refresh_tokens_off_now_ends_every_session() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let sessions = three(&app, &world).await;
    let off = json!({"refresh_tokens": false});
    assert_eq!(put(&app, "applies=now&dry_run=true", off.clone()).await.json()["effects"]["ends"], 3);
    put(&app, "applies=now", off).await;
    for token in &sessions {
        assert_eq!(app.refresh(token).await.expect(401).reason(), "ended_by_settings");
    }
}

#[tokio::test]
async fn what_is_off_already_can_still_be_ended() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let sessions = three(&app, &world).await;
    let off = json!({"refresh_tokens": false});
    put(&app, "", off.clone()).await;
    let kept = app.refreshed(&sessions[1]).await;
    assert_eq!(put(&app, "applies=now&dry_run=true", off.clone()).await.json()["effects"]["ends"], 3);
    put(&app, "applies=now", off).await;
    assert_eq!(app.refresh(&kept.refresh).await.expect(401).reason(), "ended_by_settings");
}

#[tokio::test]
async fn the_effects_tell_ends_by_cause_and_until_when_tokens_of_before_live() {
    let world = World::new().await;
    let app = world.app("shop").await;
    three(&app, &world).await;
    let shorter = json!({"absolute_lifetime": 10_000, "idle_timeout": 3600, "auth_token_ttl": 60});
    let said = put(&app, "applies=now&dry_run=true", shorter).await.json()["effects"].clone();
    assert_eq!(said["ends_by"], json!({"absolute_lifetime": 0, "idle_timeout": 1, "refresh_tokens": 0}));
    let now = crate::support::clock::START + 7200;
    let tokens = (&said["auth_token_ttl"], &said["auth_tokens_of_before_until"]);
    assert_eq!(tokens, (&json!(60), &json!(now + 600)));
    let both = json!({"absolute_lifetime": 7200, "idle_timeout": 3600});
    let said = put(&app, "applies=now&dry_run=true", both).await.json()["effects"].clone();
    assert_eq!(said["ends_by"], json!({"absolute_lifetime": 2, "idle_timeout": 0, "refresh_tokens": 0}));
    assert_eq!((&said["ends"], &said["reuse_observed"]), (&json!(2), &Value::Null));
    let off = put(&app, "applies=now&dry_run=true", json!({"refresh_tokens": false})).await.json();
    assert_eq!(off["effects"]["ends_by"]["refresh_tokens"], 3);
}

#[tokio::test]
async fn turning_observation_into_ends_tells_first_whom_it_would_have_ended() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"reuse_detection": "observe"})).await;
    let end = json!({"reuse_detection": "end_session"});
    let none = put(&app, "dry_run=true", end.clone()).await.json();
    assert_eq!(none["effects"]["reuse_observed"], json!({"sessions": 0, "users": 0, "since": null}));
    world.pass(50);
    for (user, times) in [("ann", 3), ("ann", 1), ("bob", 3), ("cid", 0)] {
        let first = app.open(user).await;
        app.refreshed(&first.refresh).await;
        for _ in 0..times {
            assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "reused");
        }
        world.pass(50);
    }
    let since = crate::support::clock::START + 50;
    let said = put(&app, "dry_run=true", end).await.json();
    assert_eq!(said["effects"]["reuse_observed"], json!({"sessions": 3, "users": 2, "since": since}));
    assert!(app.manage(http::Method::GET, "/sessions?status=ended").send().await.json()["total"] == 0);
}
