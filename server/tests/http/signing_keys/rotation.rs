//! `POST ISS/signing-keys`: a new key is published, takes over, and the one before it leaves when its last token has expired.

use http::Method;
use serde_json::{Value, json};

use super::{DAY, published, shown};
use crate::support::app::TestApp;
use crate::support::clock::START;
use crate::support::{World, header_of};

async fn rotate(app: &TestApp<'_>, request: Value) -> Value {
    app.manage(Method::POST, "/signing-keys").json(request).send().await.expect(201).json()
}

async fn kid_of_a_new_token(app: &TestApp<'_>) -> Value {
    header_of(&app.open("ann").await.auth)["kid"].clone()
}

#[tokio::test]
async fn a_new_key_is_shown_published_and_waited_for() {
    let world = World::new().await;
    let app = world.app("shop").await;
    app.open("ann").await;
    let answer = app.manage(Method::POST, "/signing-keys").json(json!({"reason": "yearly"})).send().await;
    insta::assert_snapshot!("rotated", answer.shown());
    let kid = answer.json()["kid"].clone();
    assert!(published(&world, &app).await.contains(&kid));
    insta::assert_snapshot!("both_keys", app.manage(Method::GET, "/signing-keys").send().await.shown());
    world.pass(DAY - 1);
    assert_ne!(kid_of_a_new_token(&app).await, kid);
    world.pass(1);
    assert_eq!(kid_of_a_new_token(&app).await, kid);
    let events = world.events().await;
    let event = events.iter().find(|event| event["type"] == "signing_key_published").unwrap();
    let said = json!({"kid": kid, "alg": "ES256", "signs_from": START + DAY, "reason": "yearly"});
    assert_eq!(event["detail"], said);
}

#[tokio::test]
async fn jk_4_the_old_key_stays_until_its_last_token_has_expired_and_no_longer() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut tokens = app.open("ann").await;
    let old = kid_of_a_new_token(&app).await;
    rotate(&app, json!({})).await;
    world.pass(DAY - 1);
    tokens = app.refreshed(&tokens.refresh).await;
    assert_eq!(header_of(&tokens.auth)["kid"], old, "its last token");
    // Ten minutes of life, a minute of skew, and a minute for a request that was answered late.
    let kept = 1 + 600 + 60 + 60;
    assert_eq!(shown(&app, "kept_until").await[0], START + DAY - 1 + kept);
    world.pass(600 - 1);
    assert!(app.is_active(&tokens.auth).await);
    world.pass(kept - 600);
    assert!(published(&world, &app).await.contains(&old));
    world.pass(1);
    assert!(!published(&world, &app).await.contains(&old));
    assert_eq!(shown(&app, "state").await, ["signing"]);
    // Nothing has run to make it leave; what runs only gives its record back.
    use tenure_store::{Directory as _, Kind};
    let records = async || world.memory.records(Kind::SigningKey, "shop/", None, 10).await.unwrap().len();
    assert_eq!(records().await, 2);
    assert_eq!(world.service.give_space_back().await.unwrap(), 1);
    assert_eq!(records().await, 1);
    app.refreshed(&tokens.refresh).await;
}

#[tokio::test]
async fn a_longer_life_of_earlier_settings_is_waited_for() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"auth_token_ttl": 7200})).await;
    let old = kid_of_a_new_token(&app).await;
    rotate(&app, json!({})).await;
    world.pass(DAY - 10);
    let long = app.open("ann").await.auth;
    app.change_settings(json!({"auth_token_ttl": 60})).await.expect(200);
    world.pass(10);
    assert_ne!(kid_of_a_new_token(&app).await, old);
    world.pass(7200 - 11);
    assert!(app.is_active(&long).await && published(&world, &app).await.contains(&old));
    world.pass(1 + 120);
    assert!(!published(&world, &app).await.contains(&old));
    // Longer lives from now on do not bring it back.
    for ttl in [7200, 60] {
        app.change_settings(json!({"auth_token_ttl": ttl})).await.expect(200);
        assert_eq!(shown(&app, "state").await, ["signing"]);
        world.pass(600);
    }
}

#[tokio::test]
async fn an_app_without_tokens_need_not_wait() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let new = rotate(&app, json!({})).await;
    assert_eq!((&new["state"], &new["signs_from"]), (&json!("signing"), &json!(START)));
    assert_eq!(kid_of_a_new_token(&app).await, new["kid"]);
    // Now there is a token.
    assert_eq!(rotate(&app, json!({})).await["state"], "published");
}

#[tokio::test]
async fn of_many_rotations_at_once_one_comes_about() {
    let world = World::new().await;
    let app = world.app("shop").await;
    app.open("ann").await;
    let calls: Vec<_> = (0..20)
        .map(|_| tokio::spawn(app.manage(Method::POST, "/signing-keys").json(json!({})).send()))
        .collect();
    let mut made = Vec::new();
    for call in calls {
        let answer = call.await.unwrap();
        match answer.status() {
            201 => made.push(answer.json()["kid"].clone()),
            _ => {
                let says = answer.refused(409, "conflict").json()["error"].clone();
                let from = START + DAY;
                let expected = format!("is published already, and signs from {from} on");
                assert!(says.as_str().unwrap().ends_with(&expected), "{says}");
            }
        }
    }
    assert_eq!(made.len(), 1);
    assert_eq!(shown(&app, "kid").await[1..], made);
}

#[tokio::test]
async fn keys_do_not_pile_up() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"publish_lead": 0, "auth_token_ttl": 7200})).await;
    app.open("ann").await;
    for _ in 1..8 {
        rotate(&app, json!({})).await;
        world.pass(1);
    }
    let full = app.manage(Method::POST, "/signing-keys").json(json!({})).send().await;
    let says = full.refused(409, "conflict").json()["error"].as_str().unwrap().to_owned();
    assert!(says.contains("8 signing keys") && says.contains(&(START + 7320).to_string()), "{says}");
    world.pass(7320);
    rotate(&app, json!({})).await;
    let left = shown(&app, "state").await;
    assert_eq!(left.len(), 2, "what is over does not count: {left:?}");
}

#[tokio::test]
async fn another_algorithm_is_a_change_of_settings() {
    let world = World::new().await;
    let app = world.app("shop").await;
    app.open("ann").await;
    let new = rotate(&app, json!({"alg": "EdDSA", "reason": "faster"})).await;
    assert_eq!((&new["alg"], &new["state"]), (&json!("EdDSA"), &json!("published")));
    let settings = app.settings().await;
    assert_eq!((&settings["settings"]["signing_alg"], &settings["version"]), (&json!("EdDSA"), &json!(3)));
    app.manage(Method::POST, "/signing-keys")
        .json(json!({"alg": "EdDSA"}))
        .send()
        .await
        .refused(409, "conflict");
    world.pass(DAY);
    assert_eq!(header_of(&app.open("ann").await.auth)["alg"], "EdDSA");
    for wrong in [json!({"alg": "HS256"}), json!({"alg": 1}), json!({"algorithm": "ES256"})] {
        app.manage(Method::POST, "/signing-keys").json(wrong).send().await.refused(422, "invalid_fields");
    }
    let long = json!({"reason": "x".repeat(1001)});
    app.manage(Method::POST, "/signing-keys").json(long).send().await.refused(422, "invalid_fields");
}

#[tokio::test]
async fn a_store_that_does_not_answer_leaves_everything_as_it_was() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let before = shown(&app, "kid").await;
    world.memory.set_out_of_order(true);
    app.manage(Method::POST, "/signing-keys").json(json!({})).send().await.refused(503, "unavailable");
    assert_eq!(shown(&app, "kid").await, before);
    world.memory.set_out_of_order(false);
    assert_eq!(shown(&app, "kid").await, before);
    app.refreshed(&tokens.refresh).await;
    rotate(&app, json!({})).await;
}
