//! `POST ISS/sessions`: what may be said of a sign-in, and what a stateless app makes of it.

use serde_json::json;

use crate::support::clock::START;
use crate::support::{Tokens, World, claims_of};

#[tokio::test]
async fn a_stateless_app_gives_no_refresh_token_and_stores_nothing() {
    let world = World::new().await;
    let app = world.create_app("shop").await;
    app.change_settings(json!({"auth_token_jitter": 0})).await.expect(200);
    let before = world.memory.calls();
    let opened = app.open_with(json!({"user_id": "ann", "amr": ["pwd"], "claims": {"plan": "gold"}})).await;
    insta::assert_snapshot!("stateless", opened.shown());
    // Once, before its first signature, the key is marked as used: one read and one write.
    assert_eq!(world.memory.calls(), before + 2);
    for _ in 0..5 {
        app.open("ann").await;
    }
    assert_eq!(world.memory.calls(), before + 2);
    let list = app.manage(http::Method::GET, "/sessions").send().await.expect(200).json();
    assert_eq!(list["sessions"], json!([]));
    let tokens = Tokens::of(&opened);
    assert_eq!((tokens.refresh.as_str(), tokens.session.as_str()), ("", ""));
    let claims = claims_of(&tokens.auth);
    assert_eq!(
        (&claims["client_id"], claims.get("sid"), &claims["plan"]),
        (&json!("shop"), None, &json!("gold"))
    );
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    assert!(app.is_active(&tokens.auth).await);
}

#[tokio::test]
async fn refresh_tokens_can_be_turned_off_again_and_live_sessions_go_on() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    app.change_settings(json!({"refresh_tokens": false})).await.expect(200);
    assert_eq!(app.open("ann").await.refresh, "");
    app.refreshed(&tokens.refresh).await;
}

#[tokio::test]
async fn what_was_said_of_a_sign_in_is_in_every_auth_token() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let request = json!({
        "user_id": "ann\u{fc}-7/\u{1f36a}", "auth_time": START - 3600, "amr": ["pwd", "otp"], "acr": "aal2",
        "claims": {"plan": "gold", "deep": {"list": [1, null, {"a": "\"}{"}]}},
    });
    let mut tokens = Tokens::of(&app.open_with(request).await.expect(201));
    for _ in 0..2 {
        let claims = claims_of(&tokens.auth);
        assert_eq!(claims["sub"], "ann\u{fc}-7/\u{1f36a}");
        assert_eq!((&claims["auth_time"], &claims["acr"]), (&json!(START - 3600), &json!("aal2")));
        assert_eq!((&claims["amr"], &claims["plan"]), (&json!(["pwd", "otp"]), &json!("gold")));
        assert_eq!(claims["deep"], json!({"list": [1, null, {"a": "\"}{"}]}));
        assert!(app.is_active(&tokens.auth).await);
        world.pass(300);
        tokens = app.refreshed(&tokens.refresh).await;
    }
}

#[tokio::test]
async fn reserved_names_and_what_is_too_large_are_refused() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let reserved = [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "sid",
        "client_id",
        "cnf",
        "nonce",
        "at_hash",
        "c_hash",
        "auth_time",
        "amr",
        "acr",
        "act",
        "may_act",
        "scope",
        "events",
        "status",
    ];
    for name in reserved {
        let answer = app.open_with(json!({"user_id": "ann", "claims": {name: "x"}})).await;
        let answer = answer.refused(422, "invalid_fields").json();
        assert!(answer["error"].as_str().unwrap().contains(name), "{answer}");
    }
    let padded =
        |bytes: usize| json!({"user_id": "ann", "claims": {"x": "y".repeat(bytes - r#"{"x":""}"#.len())}});
    for (bytes, warned) in [(2048, false), (2049, true), (3584, true)] {
        let answer = app.open_with(padded(bytes)).await.expect(201).json();
        assert_eq!(!answer["warnings"].as_array().unwrap().is_empty(), warned, "{bytes}");
        assert!(app.is_active(answer["auth_result"]["auth_token"].as_str().unwrap()).await);
    }
    let nested = |depth: usize| {
        let value = (0..depth).fold(json!(1), |inner, _| json!({"a": inner}));
        json!({"user_id": "ann", "claims": {"x": value}})
    };
    let deepest = Tokens::of(&app.open_with(nested(8)).await.expect(201));
    assert!(app.is_active(&deepest.auth).await, "what is accepted can be verified");
    app.open_with(nested(9)).await.refused(422, "invalid_fields");
    insta::assert_snapshot!("too_large", app.open_with(padded(3585)).await.shown());
}

#[tokio::test]
async fn every_other_field_has_its_bounds() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let ok = [
        json!({"user_id": "x".repeat(255)}),
        json!({"user_id": "ann", "auth_time": START + 60}),
        json!({"user_id": "ann", "auth_time": 0}),
        json!({"user_id": "ann", "amr": [], "claims": {}, "device": {}}),
        json!({"user_id": "ann", "handoff": false, "acr": null, "amr": null, "device": null}),
    ];
    for request in ok {
        app.open_with(request).await.expect(201);
    }
    let bad = [
        (json!({"user_id": ""}), "user_id"),
        (json!({"user_id": "x".repeat(256)}), "user_id"),
        (json!({"user_id": "a\nb"}), "user_id"),
        (json!({"user_id": "ann", "auth_time": START + 61}), "auth_time"),
        (json!({"user_id": "ann", "auth_time": -1}), "auth_time"),
        (json!({"user_id": "ann", "auth_time": 9_000_000_000_000_000_000_i64}), "auth_time"),
        (json!({"user_id": "ann", "amr": vec!["x"; 17]}), "amr"),
        (json!({"user_id": "ann", "amr": [""]}), "amr"),
        (json!({"user_id": "ann", "acr": ""}), "acr"),
        (json!({"user_id": "ann", "acr": "x".repeat(256)}), "acr"),
        (json!({"user_id": "ann", "device": {"name": "x".repeat(1100)}}), "device"),
        (json!({"user_id": "ann", "handoff": true}), "handoff"),
    ];
    for (request, path) in bad {
        let answer = app.open_with(request).await.refused(422, "invalid_fields").json();
        assert_eq!(answer["fields"][0]["path"], path, "{answer}");
    }
    app.manage(http::Method::POST, "/sessions").json(json!({"user_id": "ann"})).send().await.expect(201);
    let nobody = world.post("/v1/apps/nobody/sessions").key(&world.admin).json(json!({"user_id": "ann"}));
    nobody.send().await.refused(404, "not_found");
}
