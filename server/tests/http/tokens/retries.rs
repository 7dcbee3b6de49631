//! A client that sends an `Idempotency-Key` can lose any number of answers.

use crate::support::{KEY, OTHER_KEY, Tokens, World};

#[tokio::test]
async fn a_retry_with_the_same_key_gets_the_same_token_at_once_and_an_hour_later() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let lost = Tokens::of(&app.refresh_with(&first.refresh, KEY).await.expect(200));
    let mut auth = vec![lost.auth.clone()];
    for wait in [0, 1, 3600, 24 * 3600] {
        world.pass(wait);
        let again = Tokens::of(&app.refresh_with(&first.refresh, KEY).await.expect(200));
        assert_eq!(again.refresh, lost.refresh);
        assert!(!auth.contains(&again.auth), "a fresh auth token each time");
        assert!(app.is_active(&again.auth).await);
        auth.push(again.auth);
    }
    let retried = app.grant(&first.refresh).header("idempotency-key", KEY).send().await.expect(200);
    assert_eq!(retried.json()["refresh_token"], lost.refresh.as_str());
    let next = Tokens::of(&app.refresh_with(&lost.refresh, OTHER_KEY).await.expect(200));
    app.refresh(&next.refresh).await.expect(200);
}

#[tokio::test]
async fn a_retry_moves_neither_the_deadline_nor_the_counter() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let lost = app.refresh_with(&first.refresh, KEY).await.expect(200).json();
    let before = app.session(&first.session).await;
    world.pass(3600);
    let again = app.refresh_with(&first.refresh, KEY).await.expect(200).json();
    for name in ["refresh_token_expiration", "seq", "session_id"] {
        assert_eq!(lost["auth_result"][name], again["auth_result"][name]);
    }
    assert_eq!(app.session(&first.session).await, before);
}

#[tokio::test]
async fn a_late_duplicate_of_our_own_is_told_so_and_ends_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let second = Tokens::of(&app.refresh_with(&first.refresh, KEY).await.expect(200));
    let third = Tokens::of(&app.refresh_with(&second.refresh, OTHER_KEY).await.expect(200));
    let late = app.refresh_with(&first.refresh, KEY).await;
    insta::assert_snapshot!("superseded", late.shown());
    let late = app.grant(&first.refresh).header("idempotency-key", KEY).send().await;
    insta::assert_snapshot!("superseded_oauth", late.shown());
    app.refresh(&third.refresh).await.expect(200);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    let long = "x".repeat(256);
    for key in ["", "fifteen-letters", "sixteen letters!", "a-key-with-an-\u{fc}-in-it", &long] {
        app.refresh_with(&token, key).await.refused(400, "invalid_request");
        app.grant(&token).header("idempotency-key", key).send().await.refused(400, "invalid_request");
    }
    let twice = app.refreshing(&token).header("idempotency-key", KEY).header("idempotency-key", KEY);
    twice.send().await.refused(400, "invalid_request");
    let longest = "x".repeat(255);
    app.refresh_with(&token, &longest).await.expect(200);
}

#[tokio::test]
async fn retries_beyond_what_lost_answers_explain_are_an_event_and_no_verdict() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await.refresh;
    for _ in 0..5 {
        app.refresh_with(&first, KEY).await.expect(200);
    }
    assert_eq!(world.count_events("retry_pattern").await, 0);
    for _ in 0..5 {
        app.refresh_with(&first, KEY).await.expect(200);
    }
    assert_eq!(world.count_events("retry_pattern").await, 1);
}
