//! Idle and absolute ends, and that nothing outlives them.

use serde_json::json;

use crate::support::clock::START;
use crate::support::{KEY, Tokens, World, claims_of};

const IDLE: i64 = 5 * 86_400;
const ABSOLUTE: i64 = 30 * 86_400;

#[tokio::test]
async fn rt_15_idle_until_its_very_end_and_not_beyond() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let kept = app.open("ann").await;
    world.pass(IDLE - 1);
    let kept = app.refreshed(&kept.refresh).await;
    world.pass(IDLE);
    let expired = app.refresh(&kept.refresh).await;
    insta::assert_snapshot!("expired_idle", expired.shown());
    let expired = app.grant(&kept.refresh).send().await.refused(400, "invalid_grant");
    assert_eq!(expired.reason(), "expired_idle");
    let session = app.session(&kept.session).await;
    assert_eq!((&session["status"], &session["reason"]), (&json!("expired"), &json!("expired_idle")));
    assert!(!app.is_active(&kept.refresh).await);
}

#[tokio::test]
async fn rt_16_the_absolute_end_is_fixed_at_sign_in() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut tokens = app.open("ann").await;
    let mut left = i64::MAX;
    for _ in 0..29 {
        world.pass(86_400);
        let answer = app.grant(&tokens.refresh).send().await.expect(200).json();
        let now_left = answer["authorization_expires_in"].as_i64().unwrap();
        assert!(now_left < left);
        left = now_left;
        tokens.refresh = answer["refresh_token"].as_str().unwrap().to_owned();
    }
    world.pass(86_399);
    tokens = app.refreshed(&tokens.refresh).await;
    world.pass(1);
    assert_eq!(app.refresh(&tokens.refresh).await.expect(401).reason(), "expired_absolute");
    assert!(!app.is_active(&tokens.auth).await);
}

#[tokio::test]
async fn rt_17_no_auth_token_outlives_its_session() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"idle_timeout": null})).await;
    let tokens = app.open("ann").await;
    world.pass(ABSOLUTE - 10);
    let answer = app.refresh(&tokens.refresh).await.expect(200).json();
    assert_eq!(answer["auth_result"]["expires_in"], 10);
    let tokens = answer["auth_result"].clone();
    let exp = claims_of(tokens["auth_token"].as_str().unwrap())["exp"].as_i64().unwrap();
    assert_eq!(exp, START + ABSOLUTE);
    assert_eq!(tokens["refresh_token_expiration"], exp);
    assert!(tokens["refresh_at"].as_i64().unwrap() <= exp);
}

#[tokio::test]
async fn rt_17_nor_the_idle_end_known_when_it_is_issued() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    world.pass(IDLE - 20);
    let hidden = app.refreshing(&first.refresh).header("tenure-activity", "hidden;idle=0").send().await;
    let hidden = hidden.expect(200);
    assert_eq!(hidden.json()["auth_result"]["expires_in"], 20);
    let grant = app.grant(&Tokens::of(&hidden).refresh).send().await.expect(200).json();
    assert_eq!(grant["expires_in"], 600, "a client that does not say is a client whose user is there");
}

#[tokio::test]
async fn rt_17_jitter_only_shortens() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"auth_token_jitter": 25})).await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..60 {
        let claims = claims_of(&app.open("ann").await.auth);
        let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert!((450..=600).contains(&life), "{life}");
        seen.insert(life);
    }
    assert!(seen.len() > 10, "{seen:?}");
}

#[tokio::test]
async fn a_retry_after_the_end_is_refused() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    app.refresh_with(&first.refresh, KEY).await.expect(200);
    world.pass(IDLE);
    assert_eq!(app.refresh_with(&first.refresh, KEY).await.expect(401).reason(), "expired_idle");
}

#[tokio::test]
async fn a_change_that_shortens_reaches_live_sessions_when_it_is_asked_to() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (old, older) = (app.open("ann").await, app.open("bob").await);
    world.pass(7200);
    let shorter = json!({"idle_timeout": 3000, "absolute_lifetime": 3600});
    app.change_settings(shorter.clone()).await.expect(200);
    let old = app.refreshed(&old.refresh).await;
    let change = app.manage(http::Method::PUT, "/session-settings?applies=next_refresh").json(shorter);
    change.send().await.expect(200);
    assert_eq!(app.refresh(&old.refresh).await.expect(401).reason(), "ended_by_settings");
    assert!(app.is_live(&older.session).await, "not before its next refresh");
    assert_eq!(app.refresh(&older.refresh).await.expect(401).reason(), "ended_by_settings");
}

#[tokio::test]
async fn a_change_never_lengthens_a_live_session() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let opened = app.open_with(json!({"user_id": "ann"})).await.expect(201);
    let before = opened.json()["auth_result"]["refresh_token_expiration"].clone();
    let longer = json!({"idle_timeout": null, "absolute_lifetime": 400 * 86_400});
    let path = "/session-settings?applies=now";
    app.manage(http::Method::PUT, path).json(longer).send().await.expect(200);
    let after = app.refresh(&Tokens::of(&opened).refresh).await.expect(200);
    assert_eq!(after.json()["auth_result"]["refresh_token_expiration"], before);
}
