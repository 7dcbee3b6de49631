//! `ISS/signing-keys`: how another algorithm takes over; under it, how keys follow one another and are retired.

use http::Method;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::{World, header_of};

mod load;
mod retiring;
mod rotation;

const DAY: i64 = 86_400;

/// The keys as operators see them: what `member` says of each.
async fn shown(app: &TestApp<'_>, member: &str) -> Vec<Value> {
    let shown = app.manage(Method::GET, "/signing-keys").send().await.expect(200).json();
    shown["signing_keys"].as_array().unwrap().iter().map(|key| key[member].clone()).collect()
}

async fn published(world: &World, app: &TestApp<'_>) -> Vec<Value> {
    let jwks = world.get(&app.at("/.well-known/jwks.json")).send().await.expect(200).json();
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect()
}

async fn alg_of_a_new_token(world: &World, app: &TestApp<'_>) -> String {
    let header = header_of(&app.open("ann").await.auth);
    assert!(published(world, app).await.contains(&header["kid"]), "a verifier finds every key that signs");
    assert_eq!(header["typ"], "JWT");
    header["alg"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_rs256_app_signs_so_from_its_first_token() {
    let world = World::new().await;
    let app = world.create_app("shop").await;
    app.change_settings(json!({"signing_alg": "RS256", "refresh_tokens": true})).await.expect(200);
    assert_eq!(alg_of_a_new_token(&world, &app).await, "RS256");
    let tokens = app.open("ann").await;
    assert!(app.is_active(&tokens.auth).await);
    assert_eq!(header_of(&app.refreshed(&tokens.refresh).await.auth)["alg"], "RS256");
}

#[tokio::test]
async fn after_a_token_was_issued_a_new_key_is_published_before_it_signs() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let early = app.open("ann").await;
    world.pass(1);
    app.change_settings(json!({"signing_alg": "RS256"})).await.expect(200);
    assert_eq!(published(&world, &app).await.len(), 2);
    assert_eq!(alg_of_a_new_token(&world, &app).await, "ES256");
    world.pass(DAY - 1);
    let late = app.refreshed(&early.refresh).await;
    assert_eq!(header_of(&late.auth)["alg"], "ES256");
    world.pass(1);
    assert_eq!(alg_of_a_new_token(&world, &app).await, "RS256");
    assert!(app.is_active(&late.auth).await, "the old key still verifies");
    assert_eq!(shown(&app, "state").await, ["verifying", "signing"]);
    // Back again: that key has been published long enough.
    app.change_settings(json!({"signing_alg": "ES256"})).await.expect(200);
    assert_eq!(alg_of_a_new_token(&world, &app).await, "ES256");
    assert_eq!(shown(&app, "state").await, ["signing", "verifying"]);
}

#[tokio::test]
async fn a_change_that_is_taken_back_in_time_changes_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    app.open("ann").await;
    world.pass(1);
    app.change_settings(json!({"signing_alg": "RS256"})).await.expect(200);
    app.change_settings(json!({"signing_alg": "ES256"})).await.expect(200);
    assert_eq!(shown(&app, "state").await, ["signing", "verifying"]);
    for _ in 0..3 {
        world.pass(DAY);
        assert_eq!(alg_of_a_new_token(&world, &app).await, "ES256");
    }
    assert_eq!(published(&world, &app).await.len(), 1);
    // A key that is gone does not come back: another one takes its time.
    app.change_settings(json!({"signing_alg": "RS256"})).await.expect(200);
    assert_eq!(shown(&app, "state").await, ["signing", "published"]);
}

#[tokio::test]
async fn the_lead_is_the_app_s_to_choose_and_survives_a_restart() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"publish_lead": 3600})).await;
    app.open("ann").await;
    app.change_settings(json!({"signing_alg": "EdDSA"})).await.expect(200);
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    assert_eq!(alg_of_a_new_token(&world, &app).await, "ES256");
    world.pass(3600);
    assert_eq!(alg_of_a_new_token(&world, &app).await, "EdDSA");
}

#[tokio::test]
async fn a_stateless_app_waits_as_well() {
    let world = World::new().await;
    let app = world.create_app("shop").await;
    app.open("ann").await;
    app.change_settings(json!({"signing_alg": "EdDSA"})).await.expect(200);
    assert_eq!(alg_of_a_new_token(&world, &app).await, "ES256");
    world.pass(DAY);
    assert_eq!(alg_of_a_new_token(&world, &app).await, "EdDSA");
}

#[tokio::test]
async fn the_type_in_the_header_is_the_app_s_to_choose() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let before = app.open("ann").await;
    app.change_settings(json!({"token_typ": "at+jwt"})).await.expect(200);
    let after = app.refreshed(&before.refresh).await;
    assert_eq!(header_of(&after.auth)["typ"], "at+jwt");
    assert!(app.is_active(&before.auth).await && app.is_active(&after.auth).await);
}
