//! A replaced token that comes back ends what the app says it ends.

use serde_json::json;
use tenure_store::{Sessions as _, Subject};

use crate::support::{KEY, OTHER_KEY, World};

#[tokio::test]
async fn rt_2_rt_3_a_used_token_ends_its_session_and_no_other() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (first, elsewhere) = (app.open("ann").await, app.open("ann").await);
    let second = app.refreshed(&first.refresh).await;
    assert!(app.is_active(&second.auth).await);
    let reused = app.refresh(&first.refresh).await;
    insta::assert_snapshot!("reused", reused.shown());
    for token in [&first.refresh, &second.refresh] {
        assert_eq!(app.refresh(token).await.refused(401, "invalid_refresh_token").reason(), "reused");
        assert_eq!(app.grant(token).send().await.refused(400, "invalid_grant").reason(), "reused");
    }
    for token in [&first.auth, &second.auth, &second.refresh] {
        assert_eq!(app.introspect(token).await, json!({"active": false}));
    }
    assert!(app.is_active(&elsewhere.auth).await);
    app.refresh(&elsewhere.refresh).await.expect(200);
    let feed = world.memory.feed(0, 100).await.unwrap();
    let announced: Vec<_> = feed.entries.iter().map(|entry| &entry.announcement.subject).collect();
    assert!(matches!(announced[..], [Subject::Session(id)] if id.to_string() == first.session));
    assert_eq!(world.count_events("ended").await, 1);
}

#[tokio::test]
async fn rt_2_a_token_two_generations_old_ends_its_session() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let second = app.refreshed(&first.refresh).await;
    let third = app.refreshed(&second.refresh).await;
    assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "reused");
    assert_eq!(app.refresh(&third.refresh).await.expect(401).reason(), "reused");
    assert!(!app.is_active(&third.auth).await);
}

#[tokio::test]
async fn another_key_or_none_is_reuse() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for again in [Some(OTHER_KEY), None] {
        let first = app.open("ann").await;
        app.refresh_with(&first.refresh, KEY).await.expect(200);
        let call = app.refreshing(&first.refresh);
        let call = if let Some(key) = again { call.header("idempotency-key", key) } else { call };
        assert_eq!(call.send().await.expect(401).reason(), "reused", "{again:?}");
        assert!(!app.is_live(&first.session).await);
    }
    // And a first use without a key is not retried by one with a key.
    let first = app.open("ann").await;
    app.refresh(&first.refresh).await.expect(200);
    assert_eq!(app.refresh_with(&first.refresh, KEY).await.expect(401).reason(), "reused");
}

#[tokio::test]
async fn end_user_ends_every_session_of_the_user_in_the_app() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"reuse_detection": "end_user"})).await;
    let elsewhere = world.app("bank").await;
    let (first, other, bob) = (app.open("ann").await, app.open("ann").await, app.open("bob").await);
    let there = elsewhere.open("ann").await;
    app.refreshed(&first.refresh).await;
    assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "reused");
    assert_eq!(app.refresh(&other.refresh).await.expect(401).reason(), "reused");
    assert!(!app.is_active(&other.auth).await);
    app.refresh(&bob.refresh).await.expect(200);
    elsewhere.refresh(&there.refresh).await.expect(200);
}

#[tokio::test]
async fn observe_refuses_ends_nothing_and_counts() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"reuse_detection": "observe"})).await;
    let first = app.open("ann").await;
    let second = app.refreshed(&first.refresh).await;
    for _ in 0..2 {
        let refused = app.refresh(&first.refresh).await.refused(401, "invalid_refresh_token");
        assert_eq!(refused.reason(), "reused");
    }
    assert!(app.is_live(&first.session).await);
    assert!(app.is_active(&second.auth).await);
    app.refresh(&second.refresh).await.expect(200);
    assert_eq!(world.count_events("reuse_observed").await, 2);
    assert_eq!(world.count_events("ended").await, 0);
}
