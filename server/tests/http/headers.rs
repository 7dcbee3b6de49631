//! What every answer carries.

use http::Method;
use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn te_2_whatever_carries_a_credential_may_not_be_kept_nor_the_errors_beside_it() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let key = json!({"name": "k", "role": "verify"});
    let open = json!({"user_id": "ann"});
    let calls = [
        (app.refreshing(&tokens.refresh), 200),
        (app.refreshing("garbage"), 401),
        (app.refreshing(&tokens.refresh).header("idempotency-key", "x"), 400),
        (world.post(&app.at("/tokens")).body("{"), 400),
        (world.post(&app.at("/tokens")).body("x".repeat(20_000)), 413),
        (world.put(&app.at("/tokens")), 405),
        (app.grant("garbage"), 400),
        (app.grant("garbage").key("x"), 401),
        (world.post(&app.at("/oauth/token")).form(&[]), 400),
        (app.manage(Method::POST, "/oauth/introspect").form(&[("token", "x")]), 200),
        (world.post(&app.at("/oauth/introspect")).form(&[("token", "x")]), 401),
        (world.post(&app.at("/oauth/revoke")).form(&[("token", "x")]), 200),
        (app.manage(Method::POST, "/sessions").json(open.clone()), 201),
        (app.manage(Method::POST, "/sessions").json(json!({})), 422),
        (world.post(&app.at("/sessions")).json(open), 401),
        (app.manage(Method::POST, "/api-keys").json(key), 201),
        (app.manage(Method::POST, "/api-keys").json(json!({})), 422),
        (world.delete(&app.at("/tokens")).json(json!({"refresh_token": "x"})), 200),
        (world.delete(&app.at("/tokens")), 400),
    ];
    for (call, status) in calls {
        let answer = call.send().await.expect(status);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.text());
    }
    let granted = app.grant("garbage").send().await;
    assert_eq!(granted.header("pragma"), Some("no-cache"));
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_its_own_if_that_is_one() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for path in [app.at(""), app.at("/tokens"), "/livez".to_owned(), "/nothing".to_owned()] {
        let answer = world.get(&path).send().await;
        assert!(answer.header("x-request-id").unwrap().starts_with("test-"));
        for own in ["my-request.1_A", &"x".repeat(64)] {
            let answer = world.get(&path).header("x-request-id", own).send().await;
            assert_eq!(answer.header("x-request-id"), Some(own));
        }
        for none in [
            "",
            "short",
            "has a space",
            "a\"quote\"",
            "<script>x</script>",
            "\u{fc}ber-lang",
            &"x".repeat(65),
        ] {
            let answer = world.get(&path).header("x-request-id", none).send().await;
            assert!(answer.header("x-request-id").unwrap().starts_with("test-"), "{none}");
        }
    }
    let ids: std::collections::HashSet<_> =
        [world.get("/livez").send().await, world.get("/livez").send().await]
            .map(|answer| answer.header("x-request-id").unwrap().to_owned())
            .into();
    assert_eq!(ids.len(), 2);
}
