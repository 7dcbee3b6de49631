//! `DELETE ISS/tokens`: whoever holds a token of a session may end it, any number of times.

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn it_is_200_whatever_the_token_and_again() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    insta::assert_snapshot!("signed_out", app.sign_out(&tokens.refresh).await.shown());
    let once = app.session(&tokens.session).await;
    world.pass(60);
    for token in [&tokens.refresh, "tr1_garbage", "", "\u{1f36a}", &tokens.auth, &"x".repeat(10_000)] {
        app.sign_out(token).await.expect(200);
    }
    assert_eq!(app.session(&tokens.session).await, once, "the first end stays the end");
    assert_eq!(app.refresh(&tokens.refresh).await.expect(401).reason(), "ended_by_user");
    assert!(!app.is_active(&tokens.auth).await);
    assert_eq!(world.count_events("ended").await, 1);
}

#[tokio::test]
async fn any_token_of_the_session_will_do() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let second = app.refreshed(&first.refresh).await;
    let third = app.refreshed(&second.refresh).await;
    app.sign_out(&first.refresh).await.expect(200);
    assert_eq!(app.refresh(&third.refresh).await.expect(401).reason(), "ended_by_user");
    assert_eq!(world.count_events("ended").await, 1);
}

#[tokio::test]
async fn old_clients_may_send_it_in_the_query() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let path = format!("/tokens?refresh_token={}", tokens.refresh);
    world.delete(&app.at(&path)).send().await.expect(200);
    world.delete(&app.at(&path)).send().await.expect(200);
    world.delete(&app.at("/tokens?refresh_token=%FF%00garbage")).send().await.expect(200);
    assert_eq!(app.refresh(&tokens.refresh).await.expect(401).reason(), "ended_by_user");
}

#[tokio::test]
async fn without_a_token_it_is_malformed() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for body in ["", "{}", "null", "[]", r#"{"refresh_token":null}"#, r#"{"refresh_token":1}"#, "tr1_x"] {
        world.delete(&app.at("/tokens")).body(body).send().await.refused(400, "invalid_request");
    }
    world.delete(&app.at("/tokens?x=1")).send().await.refused(400, "invalid_request");
}

#[tokio::test]
async fn after_the_end_it_is_200_too() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    world.pass(400 * 86_400);
    app.sign_out(&tokens.refresh).await.expect(200);
    assert_eq!(app.session(&tokens.session).await["status"], json!("expired"));
}
