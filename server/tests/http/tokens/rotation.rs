//! Each use replaces the token, at whichever of the two addresses it is used.

use std::collections::HashSet;

use serde_json::json;

use crate::support::{Tokens, World, claims_of};

#[tokio::test]
async fn a_sign_in_and_a_refresh_answer_so() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let opened = app.open_with(json!({"user_id": "ann"})).await;
    insta::assert_snapshot!("opened", opened.shown());
    world.pass(60);
    let refreshed = app.refresh(&Tokens::of(&opened).refresh).await;
    insta::assert_snapshot!("refreshed", refreshed.shown());
}

#[tokio::test]
async fn rt_1_each_of_fifty_refreshes_gives_another_token() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let opened = app.open("ann").await;
    let (mut current, mut seen) = (opened.refresh, HashSet::new());
    for n in 2..=51 {
        assert!(seen.insert(current.clone()));
        let answer = app.refresh(&current).await.expect(200);
        assert_eq!(answer.json()["auth_result"]["seq"], n);
        let next = Tokens::of(&answer);
        assert_eq!(next.session, opened.session);
        assert_eq!(claims_of(&next.auth)["sid"], opened.session);
        current = next.refresh;
    }
    assert!(seen.insert(current));
}

#[tokio::test]
async fn both_places_are_one_path() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await.refresh;
    let second =
        app.grant(&first).send().await.expect(200).json()["refresh_token"].as_str().unwrap().to_owned();
    let third = app.refreshed(&second).await.refresh;
    app.grant(&third).send().await.expect(200);
    app.refresh(&third).await.refused(401, "invalid_refresh_token");
}

#[tokio::test]
async fn a_trailing_slash_and_any_content_type_will_do() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    let slash = world.post(&app.at("/tokens/")).json(json!({"refresh_token": token})).send().await;
    let mut token = Tokens::of(&slash.expect(200)).refresh;
    for content_type in ["text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "?"] {
        let call = world.post(&app.at("/tokens")).header("content-type", content_type);
        let answer = call.body(json!({"refresh_token": token}).to_string()).send().await;
        token = Tokens::of(&answer.expect(200)).refresh;
    }
    let bare = world.post(&app.at("/tokens")).body(json!({"refresh_token": token, "more": 1}).to_string());
    token = Tokens::of(&bare.send().await.expect(200)).refresh;
    let slash = world.delete(&app.at("/tokens/")).body(json!({"refresh_token": token}).to_string()).send();
    slash.await.expect(200);
    assert_eq!(app.refresh(&token).await.expect(401).reason(), "ended_by_user");
}

#[tokio::test]
async fn rt_10_a_token_is_of_one_client_and_app() {
    let world = World::new().await;
    let (shop, bank) = (world.app("shop").await, world.app("bank").await);
    let token = shop.open("ann").await.refresh;
    assert_eq!(bank.refresh(&token).await.refused(401, "invalid_refresh_token").reason(), "wrong_client");
    assert_eq!(bank.grant(&token).send().await.refused(400, "invalid_grant").reason(), "wrong_client");
    bank.sign_out(&token).await.expect(200);
    let other = [("grant_type", "refresh_token"), ("refresh_token", &token), ("client_id", "bank")];
    let other = world.post(&shop.at("/oauth/token")).form(&other).send().await;
    other.refused(401, "invalid_client");
    shop.refresh(&token).await.expect(200);
}

#[tokio::test]
async fn rt_11_who_fails_to_authenticate_ends_nothing_with_a_used_token() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let used = app.open("ann").await;
    let live = app.refreshed(&used.refresh).await;
    let secret = app.grant(&used.refresh).header("authorization", "Basic c2hvcDp3cm9uZw==").send().await;
    secret.refused(401, "invalid_client");
    app.grant(&used.refresh).key("tk_wrong").send().await.refused(401, "invalid_client");
    let named = [("grant_type", "refresh_token"), ("refresh_token", &used.refresh), ("client_id", "bank")];
    let named = world.post(&app.at("/oauth/token")).form(&named).send().await;
    named.refused(401, "invalid_client");
    assert!(app.is_live(&used.session).await);
    app.refresh(&live.refresh).await.expect(200);
}
