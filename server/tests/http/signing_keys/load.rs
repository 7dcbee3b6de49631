//! Keys follow one another while clients refresh and the strictest verifiers check: nothing is refused.

use http::Method;
use serde_json::{Value, json};

use super::shown;
use crate::support::World;
use crate::support::app::TestApp;
use crate::support::traffic::Traffic;

const LEAD: i64 = 3600;

async fn act(app: &TestApp<'_>, path: &str, request: Value) -> Value {
    app.manage(Method::POST, path).json(request).send().await.json()
}

#[tokio::test]
async fn jk_4_no_refresh_and_no_verification_is_refused_while_keys_change() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"publish_lead": LEAD})).await;
    let mut traffic = Traffic::of(&world, app).await;
    let first = traffic.signer();
    // A plain rotation, to its end.
    let second = act(&app, "/signing-keys", json!({})).await["kid"].clone();
    traffic.goes_on(LEAD - 100).await;
    assert_eq!(traffic.signer(), first);
    traffic.goes_on(200).await;
    assert_eq!(traffic.signer(), second);
    traffic.goes_on(900).await;
    assert_eq!(shown(&app, "kid").await, std::slice::from_ref(&second));
    // Another algorithm, and shorter lives meanwhile.
    app.change_settings(json!({"signing_alg": "EdDSA"})).await.expect(200);
    traffic.goes_on(LEAD / 2).await;
    app.change_settings(json!({"auth_token_ttl": 120})).await.expect(200);
    traffic.goes_on(LEAD / 2 + 100).await;
    assert_eq!(shown(&app, "state").await, ["verifying", "signing"]);
    // Back at once, then the new key is retired in the ordinary way.
    app.change_settings(json!({"signing_alg": "ES256", "auth_token_ttl": 600})).await.expect(200);
    traffic.goes_on(100).await;
    assert_eq!(traffic.signer(), second);
    let eddsa = shown(&app, "kid").await[1].as_str().unwrap().to_owned();
    act(&app, &format!("/signing-keys/{eddsa}/retire"), json!({})).await;
    traffic.goes_on(900).await;
    assert_eq!(shown(&app, "kid").await, [second]);
    assert!(traffic.served > 5_000, "{}", traffic.served);
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_rotation_changes_nothing() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"publish_lead": LEAD})).await;
    let token = app.open("ann").await.refresh;
    let second = act(&app, "/signing-keys", json!({})).await["kid"].clone();
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    app.refreshed(&token).await;
    let mut traffic = Traffic::of(&world, app).await;
    traffic.goes_on(LEAD).await;
    assert_eq!(traffic.signer(), second);
}
