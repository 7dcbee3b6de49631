//! A session's place beside everything else that is said of it.

use http::Method;
use serde_json::json;

use super::{path, place, shop, status};
use crate::support::{KEY, Tokens, World, claims_of};

#[tokio::test]
async fn a_session_of_before_has_its_place_from_its_next_refresh_on() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let before = app.open_with(json!({"user_id": "ann", "claims": {"plan": "pro"}})).await.expect(201);
    let before = Tokens::of(&before);
    app.change_settings(json!({"revocation": "status_list"})).await.expect(200);
    let next = app.refreshed(&before.refresh).await;
    assert_eq!(claims_of(&next.auth)["plan"], "pro");
    let kept = place(&next.auth);
    let next = app.refreshed(&next.refresh).await;
    assert_eq!(place(&next.auth), kept);
    assert_eq!(
        app.session(&next.session).await["claims"],
        json!({"plan": "pro"}),
        "it is no claim of theirs"
    );
    app.sign_out(&next.refresh).await.expect(200);
    assert_eq!(status(&world, &app, &next.auth).await, 1);
}

#[tokio::test]
async fn sixty_four_refreshes_at_once_give_a_session_of_before_one_place() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let before = app.open("ann").await;
    app.change_settings(json!({"revocation": "status_list"})).await.expect(200);
    let call = || app.refreshing(&before.refresh).header("idempotency-key", KEY).send();
    let all: Vec<_> = (0..64).map(|_| tokio::spawn(call())).collect();
    let mut places = Vec::new();
    for answer in all {
        places.push(place(&Tokens::of(&answer.await.unwrap().expect(200)).auth));
    }
    places.dedup();
    assert_eq!(places.len(), 1);
}

#[tokio::test]
async fn changed_claims_and_a_sign_in_anew_keep_the_place_and_nobody_sets_it() {
    let world = World::new().await;
    let app = shop(&world).await;
    let tokens = app.open("ann").await;
    let kept = place(&tokens.auth);
    let at = format!("/sessions/{}", tokens.session);
    let amend = |claims| app.manage(Method::PATCH, &at).json(json!({"claims": claims})).send();
    for claims in [json!({"plan": "pro"}), json!({"plan": null}), json!({"a": {"b": [1]}})] {
        amend(claims).await.expect(200);
    }
    let forged = json!({"status_list": {"idx": 1, "uri": "https://evil.example"}});
    for claims in [json!({"status": forged}), json!({"status": [1, 2]}), json!({"status": null})] {
        amend(claims.clone()).await.refused(422, "invalid_fields");
        let open = json!({"user_id": "eve", "claims": claims});
        app.open_with(open).await.refused(422, "invalid_fields");
    }
    let anew = json!({"amr": ["pwd", "otp"], "acr": "2"});
    let renewed = app.manage(Method::POST, &format!("{at}/reauthenticate")).json(anew).send().await;
    let renewed = Tokens::of(&renewed.expect(200));
    assert_eq!(place(&renewed.auth), kept);
    assert_eq!(claims_of(&renewed.auth)["a"], json!({"b": [1]}));
    assert_eq!(claims_of(&renewed.auth)["acr"], "2");
}

#[tokio::test]
async fn a_session_token_has_no_status() {
    let world = World::new().await;
    let app = shop(&world).await;
    let answer = app.exchanging(&app.open("ann").await.auth).send().await.expect(200).json();
    let said = app.introspect(answer["access_token"].as_str().unwrap()).await;
    assert_eq!((&said["active"], said.get("status")), (&json!(true), None), "whoever checks it asks anyway");
}

#[tokio::test]
async fn a_sign_in_anew_gives_a_session_of_before_its_place() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    app.change_settings(json!({"revocation": "status_list"})).await.expect(200);
    let at = format!("/sessions/{}/reauthenticate", tokens.session);
    let renewed = Tokens::of(&app.manage(Method::POST, &at).json(json!({})).send().await.expect(200));
    let kept = place(&renewed.auth);
    assert_eq!(place(&app.refreshed(&renewed.refresh).await.auth), kept);
}

#[tokio::test]
async fn turned_off_no_token_names_a_list_and_those_that_are_named_are_served() {
    let world = World::new().await;
    let app = shop(&world).await;
    let tokens = app.open("ann").await;
    let kept = place(&tokens.auth);
    app.change_settings(json!({"revocation": "feed"})).await.expect(200);
    let next = app.refreshed(&tokens.refresh).await;
    assert_eq!(claims_of(&next.auth).get("status"), None);
    app.sign_out(&next.refresh).await.expect(200);
    assert_eq!(status(&world, &app, &tokens.auth).await, 1, "it ended while its first token was alive");
    let other = app.open("bob").await;
    assert_eq!(claims_of(&other.auth).get("status"), None);
    app.change_settings(json!({"revocation": "status_list"})).await.expect(200);
    let other = app.refreshed(&other.refresh).await;
    assert_eq!(place(&other.auth).0, kept.0, "the list that was being filled");
    assert_ne!(place(&other.auth).1, kept.1);
}

#[tokio::test]
async fn the_largest_claims_leave_room_for_the_place() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let claims = json!({"c": "x".repeat(3584 - 8)});
    let tokens = app.open_with(json!({"user_id": "a".repeat(255), "claims": claims})).await.expect(201);
    app.change_settings(json!({"revocation": "status_list"})).await.expect(200);
    let next = app.refreshed(&Tokens::of(&tokens).refresh).await;
    place(&next.auth);
    assert!(next.auth.len() < 8 * 1024);
    let session = app.session(&next.session).await;
    assert_eq!(session["claims"], claims);
    let amend = app.manage(Method::PATCH, &format!("/sessions/{}", next.session));
    amend.json(json!({"claims": {"c": "x".repeat(3584 - 7)}})).send().await.refused(422, "invalid_fields");
}

#[tokio::test]
async fn an_app_that_comes_again_has_lists_of_its_own() {
    let world = World::new().await;
    let app = shop(&world).await;
    let (uri, _) = place(&app.open("ann").await.auth);
    world.get(path(&uri)).send().await.expect(200);
    app.manage(Method::DELETE, "").send().await.expect(200);
    world.get(path(&uri)).send().await.refused(404, "not_found");
    world.pass(1);
    let app = shop(&world).await;
    let again = app.open("ann").await;
    world.get(path(&uri)).send().await.refused(404, "not_found");
    assert_eq!(status(&world, &app, &again.auth).await, 0);
}

#[tokio::test]
async fn while_the_store_is_down_a_list_is_neither_unknown_nor_old() {
    let world = World::new().await;
    let app = shop(&world).await;
    let (uri, _) = place(&app.open("ann").await.auth);
    world.get(path(&uri)).send().await.expect(200);
    world.memory.set_out_of_order(true);
    world.get(path(&uri)).send().await.expect(200);
    world.pass(10);
    let answer = world.get(path(&uri)).send().await.refused(503, "unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    world.memory.set_out_of_order(false);
    world.get(path(&uri)).send().await.expect(200);
}
