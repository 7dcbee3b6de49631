//! `POST ISS/signing-keys/{kid}/retire`: in the ordinary way, and when somebody else may have the key.

use http::Method;
use serde_json::{Value, json};
use tenure_store::{Sessions as _, Subject};

use super::{DAY, published, shown};
use crate::support::answer::Answer;
use crate::support::app::TestApp;
use crate::support::traffic::Verifier;
use crate::support::{World, header_of};

async fn retire(app: &TestApp<'_>, kid: &Value, request: Value) -> Answer {
    let path = format!("/signing-keys/{}/retire", kid.as_str().unwrap());
    app.manage(Method::POST, &path).json(request).send().await
}

async fn rotate(app: &TestApp<'_>) -> Value {
    app.manage(Method::POST, "/signing-keys").json(json!({})).send().await.expect(201).json()["kid"].clone()
}

async fn signer(app: &TestApp<'_>) -> Value {
    header_of(&app.open("ann").await.auth)["kid"].clone()
}

/// Who is in the revocation feed, and for how long after now.
async fn feed(world: &World) -> Vec<(Subject, i64)> {
    let entries =
        world.memory.feed(0, 100).await.unwrap().entries.into_iter().map(|entry| entry.announcement);
    entries.map(|entry| (entry.subject, entry.forget_after.since(entry.at).secs())).collect()
}

#[tokio::test]
async fn the_only_key_that_may_sign_is_not_retired() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = signer(&app).await;
    insta::assert_snapshot!("nothing_else", retire(&app, &first, json!({})).await.shown());
    rotate(&app).await;
    let says = retire(&app, &first, json!({})).await.refused(409, "conflict").json()["error"].to_string();
    assert!(says.contains("the next key does in 1 day"), "{says}");
    assert_eq!(shown(&app, "state").await, ["signing", "published"]);
}

#[tokio::test]
async fn the_key_before_takes_over_again_and_nobody_notices() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = signer(&app).await;
    world.pass(1);
    let second = rotate(&app).await;
    world.pass(DAY);
    let tokens = app.open("ann").await;
    assert_eq!(header_of(&tokens.auth)["kid"], second);
    let left = retire(&app, &second, json!({"reason": "a verifier cannot read it"})).await.expect(200);
    assert_eq!(left.json()["signing_keys"][0]["state"], "signing");
    assert_eq!(signer(&app).await, first);
    assert!(app.is_active(&tokens.auth).await, "it goes on verifying");
    assert_eq!(feed(&world).await, []);
    retire(&app, &second, json!({})).await.expect(200);
    assert_eq!(world.count_events("signing_key_retired").await, 1, "it was retired already");
    world.pass(DAY);
    assert_eq!(published(&world, &app).await, std::slice::from_ref(&first));
    retire(&app, &second, json!({})).await.refused(404, "not_found");
    // The way back is closed: a retired key never signs again.
    rotate(&app).await;
    world.pass(2 * DAY);
    assert_eq!(shown(&app, "state").await, ["signing"]);
}

#[tokio::test]
async fn a_key_to_come_is_taken_back() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = signer(&app).await;
    let second = rotate(&app).await;
    retire(&app, &second, json!({})).await.expect(200);
    world.pass(DAY + 1);
    assert_eq!(signer(&app).await, first);
    // One that brings the algorithm of the settings is not.
    app.change_settings(json!({"signing_alg": "EdDSA"})).await.expect(200);
    let third = shown(&app, "kid").await[1].clone();
    let says = retire(&app, &third, json!({})).await.refused(409, "conflict").json()["error"].to_string();
    assert!(says.contains("change signing_alg instead"), "{says}");
}

#[tokio::test]
async fn a_compromised_key_is_gone_at_once_and_sessions_go_on() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let stateless = world.create_app("bank").await;
    let elsewhere = stateless.open("ann").await;
    let first = signer(&app).await;
    let answer = retire(&app, &first, json!({"compromised": true, "reason": "a laptop was stolen"})).await;
    insta::assert_snapshot!("compromised", answer.shown());
    assert!(!published(&world, &app).await.contains(&first));
    assert!(!app.is_active(&tokens.auth).await);
    let next = app.refreshed(&tokens.refresh).await;
    assert!(app.is_active(&next.auth).await);
    assert_ne!(header_of(&next.auth)["kid"], first);
    assert!(Verifier::default().accepts(&world, &app, &next.auth).await.is_ok());
    // Whoever has the key can write any expiry: verifiers remember it for as long as they may keep the key.
    let subject = Subject::SigningKey(first.as_str().unwrap().to_owned());
    assert_eq!(feed(&world).await, [(subject, 86_400 + 600 + 60)]);
    let events = world.events().await;
    let event = events.iter().find(|event| event["type"] == "signing_key_retired").unwrap();
    let said = json!({"kid": first, "compromised": true, "reason": "a laptop was stolen"});
    assert_eq!(event["detail"], said);
    retire(&app, &first, json!({"compromised": true})).await.refused(404, "not_found");
    assert!(stateless.is_active(&elsewhere.auth).await, "another app's keys are its own");
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    app.refreshed(&next.refresh).await;
    assert!(!app.is_active(&tokens.auth).await);
}

#[tokio::test]
async fn a_key_that_was_to_come_signs_at_once_in_place_of_a_compromised_one() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = signer(&app).await;
    let second = rotate(&app).await;
    world.pass(600);
    let mut verifier = Verifier::default();
    verifier.accepts(&world, &app, &app.open("ann").await.auth).await.unwrap();
    retire(&app, &first, json!({"compromised": true})).await.expect(200);
    let token = app.open("ann").await.auth;
    assert_eq!(header_of(&token)["kid"], second);
    assert_eq!(verifier.accepts(&world, &app, &token).await, Ok(()), "it is known already");
    assert_eq!(shown(&app, "state").await, ["signing"]);
}

#[tokio::test]
async fn a_compromised_key_goes_in_whatever_state_it_is() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = signer(&app).await;
    let second = rotate(&app).await;
    let left = retire(&app, &second, json!({"compromised": true})).await.expect(200).json();
    assert_eq!(left["signing_keys"].as_array().unwrap().len(), 1, "the other one goes on signing");
    let third = rotate(&app).await;
    world.pass(DAY);
    retire(&app, &first, json!({"compromised": true})).await.expect(200);
    assert_eq!(shown(&app, "kid").await, std::slice::from_ref(&third));
    // One that was to bring another algorithm has a successor of it.
    app.change_settings(json!({"signing_alg": "EdDSA"})).await.expect(200);
    let fourth = shown(&app, "kid").await[1].clone();
    retire(&app, &fourth, json!({"compromised": true})).await.expect(200);
    assert_eq!(shown(&app, "alg").await, ["ES256", "EdDSA"]);
    assert_eq!(shown(&app, "state").await, ["signing", "published"]);
    assert_ne!(shown(&app, "kid").await[1], fourth);
    assert_eq!(feed(&world).await.len(), 3);
}

#[tokio::test]
async fn what_is_not_understood_retires_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = signer(&app).await;
    for wrong in [json!({"compromised": "yes"}), json!({"why": "x"}), json!({"reason": "x".repeat(1001)})] {
        retire(&app, &first, wrong).await.refused(422, "invalid_fields");
    }
    for kid in ["x", "%00", &"x".repeat(5000)] {
        retire(&app, &json!(kid), json!({"compromised": true})).await.refused(404, "not_found");
    }
    assert_eq!(shown(&app, "kid").await, [first]);
    assert_eq!(feed(&world).await, []);
}

#[tokio::test]
async fn refreshes_go_on_while_a_compromised_key_goes() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut clients = Vec::new();
    for n in 0..8 {
        clients.push(app.open(&format!("user-{n}")).await.refresh);
    }
    for _ in 0..5 {
        let first = shown(&app, "kid").await[0].clone();
        let retiring = {
            let path = format!("/signing-keys/{}/retire", first.as_str().unwrap());
            tokio::spawn(app.manage(Method::POST, &path).json(json!({"compromised": true})).send())
        };
        for _ in 0..10 {
            let calls: Vec<_> =
                clients.iter().map(|token| tokio::spawn(app.refreshing(token).send())).collect();
            for (client, call) in clients.iter_mut().zip(calls) {
                *client = crate::support::Tokens::of(&call.await.unwrap().expect(200)).refresh;
            }
        }
        retiring.await.unwrap().expect(200);
        assert_eq!(shown(&app, "state").await, ["signing"]);
    }
}
