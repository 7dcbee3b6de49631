//! The suggestions by type of application.

use http::Method;
use serde_json::{Value, json};

use crate::support::{World, header_of};

async fn presets(world: &World) -> Vec<Value> {
    let answer = world.get("/v1/session-presets").key(&world.admin).send().await.expect(200).json();
    answer["presets"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_three_original_suggestions_have_exactly_their_numbers() {
    let world = World::new().await;
    let presets = presets(&world).await;
    let numbers = |settings: &Value| {
        ["auth_token_ttl", "idle_timeout", "absolute_lifetime", "step_up_max_age"]
            .map(|key| settings[key].clone())
    };
    let expected = [
        ("consumer", [json!(3600), json!(5 * 86_400), json!(30 * 86_400), json!(900)]),
        ("higher-security", [json!(300), json!(1800), json!(86_400), json!(900)]),
        ("long-lived", [json!(3600), json!(null), json!(180 * 86_400), json!(900)]),
    ];
    for (place, (id, expected)) in expected.into_iter().enumerate() {
        assert_eq!(presets[place]["id"], id, "the original three come first");
        assert_eq!(numbers(&presets[place]["settings"]), expected, "{id}");
        let app = world.create_app(id).await;
        let answer = app.change_settings(json!({"preset": id})).await.expect(200).json();
        assert_eq!((&answer["preset"], &answer["settings"]["refresh_tokens"]), (&json!(id), &json!(true)));
        assert_eq!(numbers(&answer["settings"]), expected, "{id}");
    }
}

#[tokio::test]
async fn every_suggestion_is_as_it_is_shown() {
    let world = World::new().await;
    let answer = world.get("/v1/session-presets").key(&world.admin).send().await;
    insta::assert_snapshot!("all", answer.shown());
}

#[tokio::test]
async fn each_is_accepted_and_gives_what_it_shows() {
    let world = World::new().await;
    let presets = presets(&world).await;
    assert_eq!(presets.len(), 18);
    for preset in presets {
        let id = preset["id"].as_str().unwrap();
        let app = world.create_app(id).await;
        let answer = app.change_settings(json!({"preset": id})).await.expect(200).json();
        assert_eq!(answer["settings"], preset["settings"], "{id}");
        assert_eq!(answer["preset"], id);
        let managed = app.manage(Method::GET, "").send().await.expect(200).json();
        assert_eq!(managed["app"]["preset"], id);
        // What is shown may be put back with its name, and without it.
        let again = [json!({"preset": id}), preset["settings"].clone()];
        for again in again {
            assert_eq!(app.change_settings(again).await.expect(200).json(), answer, "{id}");
        }
        let tokens = app.open("ann").await;
        app.refreshed(&tokens.refresh).await;
    }
}

#[tokio::test]
async fn a_preset_sets_the_rest_and_overrides_win() {
    let world = World::new().await;
    let mine = json!({"signing_alg": "EdDSA", "allowed_origins": ["https://a.example"], "max_sessions": 7});
    let app = world.app_with("shop", mine).await;
    let chosen = json!({"preset": "internal-tool", "idle_timeout": 1200, "max_sessions": 2});
    let settings = app.change_settings(chosen).await.expect(200).json()["settings"].clone();
    let picked = |key: &str| settings[key].clone();
    assert_eq!((picked("auth_token_ttl"), picked("absolute_lifetime")), (json!(300), json!(28_800)));
    assert_eq!((picked("idle_timeout"), picked("max_sessions")), (json!(1200), json!(2)));
    // What belongs to the app rather than to its sessions stays.
    assert_eq!(
        (picked("signing_alg"), picked("allowed_origins")),
        (json!("EdDSA"), json!(["https://a.example"]))
    );
    assert_eq!(header_of(&app.open("ann").await.auth)["alg"], "EdDSA");
    let none = app.change_settings(json!({"preset": null})).await.expect(200).json();
    assert_eq!((&none["preset"], &none["settings"]), (&json!(null), &settings));
    for unknown in [json!("nothing"), json!(1), json!({})] {
        let answer = app.change_settings(json!({"preset": unknown})).await.refused(422, "invalid_fields");
        assert_eq!(answer.json()["fields"][0]["path"], "settings.preset");
    }
}

#[tokio::test]
async fn a_deviation_from_the_standard_that_a_preset_names_needs_a_justification() {
    let world = World::new().await;
    let app = world.create_app("shop").await;
    let beyond = json!({"preset": "saas-workforce", "absolute_lifetime": 2 * 86_400});
    let answer = app.change_settings(beyond.clone()).await;
    insta::assert_snapshot!("deviates", answer.shown());
    let mut justified = beyond;
    justified["justification"] = json!("Field staff without a network.");
    app.change_settings(justified).await.expect(200);
    app.change_settings(json!({"justification": "  "})).await.refused(422, "invalid_fields");
}

#[tokio::test]
async fn a_dry_run_warns_of_what_is_not_as_the_preset_asks_for_it() {
    let world = World::new().await;
    let app = world.create_app("shop").await;
    let warned = async |settings: Value| {
        let call = app.manage(Method::PUT, "/session-settings?dry_run=true").json(settings);
        let answer = call.send().await.expect(200).json();
        answer["effects"]["warnings"].as_array().unwrap().clone()
    };
    assert!(warned(json!({"preset": "consumer"})).await.is_empty());
    let no_page = warned(json!({"preset": "social-pwa"})).await;
    assert_eq!(
        no_page,
        ["settings.transport is token: the preset asks for a cookie, which needs pages in allowed_origins"]
    );
    let unbound = warned(json!({"preset": "bank-psd2"})).await;
    assert_eq!(unbound, ["settings.binding is not as the preset asks for it: that is not available yet"]);
    app.change_settings(json!({"allowed_origins": ["https://a.example"]})).await.expect(200);
    assert!(warned(json!({"preset": "social-pwa"})).await.is_empty());
    let cookie = app.change_settings(json!({"preset": "social-pwa"})).await.expect(200).json();
    assert_eq!(cookie["settings"]["transport"], "cookie");
}
