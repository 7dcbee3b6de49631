//! The leeway: for a while, a just-replaced token returns the same successor to a client that sends no key.

use serde_json::json;

use crate::support::{World, claims_of};

#[tokio::test]
async fn rt_4_inside_the_leeway_the_same_successor_and_a_fresh_auth_token() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"retry_leeway": 30})).await;
    let first = app.open("ann").await;
    let second = app.refreshed(&first.refresh).await;
    world.pass(30);
    let again = app.refreshed(&first.refresh).await;
    assert_eq!(again.refresh, second.refresh);
    assert_ne!(claims_of(&again.auth)["jti"], claims_of(&second.auth)["jti"]);
    world.pass(1);
    assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "reused");
    assert!(!app.is_live(&first.session).await);
}

#[tokio::test]
async fn rt_5_the_leeway_does_not_slide() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"retry_leeway": 30})).await;
    let first = app.open("ann").await;
    app.refreshed(&first.refresh).await;
    for _ in 0..3 {
        world.pass(10);
        app.refreshed(&first.refresh).await;
    }
    world.pass(1);
    assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "reused");
}

#[tokio::test]
async fn rt_6_only_the_immediate_predecessor_can_be_retried() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"retry_leeway": 30})).await;
    let first = app.open("ann").await;
    let second = app.refreshed(&first.refresh).await;
    let third = app.refreshed(&second.refresh).await;
    assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "reused");
    assert_eq!(app.refresh(&third.refresh).await.expect(401).reason(), "reused");
}

#[tokio::test]
async fn rt_7_the_first_use_of_the_successor_closes_the_leeway() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"retry_leeway": 30})).await;
    let first = app.open("ann").await;
    let second = app.refreshed(&first.refresh).await;
    assert_eq!(app.refreshed(&first.refresh).await.refresh, second.refresh);
    app.refreshed(&second.refresh).await;
    assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "reused");
}

#[tokio::test]
async fn without_a_leeway_there_is_none_even_at_the_same_moment() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    app.refreshed(&first.refresh).await;
    assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "reused");
}

#[tokio::test]
async fn reissue_gives_a_late_retry_another_successor_and_the_replaced_one_is_dead() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"retry_leeway": 30, "lost_response": "reissue"})).await;
    let first = app.open("ann").await;
    let lost = app.refreshed(&first.refresh).await;
    world.pass(31);
    let reissued = app.refreshed(&first.refresh).await;
    assert_ne!(reissued.refresh, lost.refresh);
    assert!(!app.is_active(&lost.refresh).await);
    assert!(app.is_active(&reissued.refresh).await);
    // Whoever presents the replaced one was displaced: two holders, so the session ends.
    assert_eq!(app.refresh(&lost.refresh).await.expect(401).reason(), "reused");
    assert_eq!(app.refresh(&reissued.refresh).await.expect(401).reason(), "reused");
}
