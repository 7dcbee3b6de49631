//! Ending from the outside: one session, a user's, an app's.

use http::Method;
use serde_json::{Value, json};
use tenure_service::clock::Clock as _;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::app::TestApp;
use crate::support::claims_of;

async fn end(app: &TestApp<'_>, body: Value) -> Answer {
    app.manage(Method::POST, "/sessions/end").json(body).send().await
}

#[tokio::test]
async fn rv_8_one_session() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (one, other) = (app.open("ann").await, app.open("ann").await);
    let path = format!("/sessions/{}", one.session);
    insta::assert_snapshot!("ended", app.manage(Method::DELETE, &path).send().await.shown());
    let first = app.session(&one.session).await;
    world.pass(10);
    app.manage(Method::DELETE, &path).send().await.expect(200);
    assert_eq!(app.session(&one.session).await, first, "the first end stays the end");
    assert_eq!(app.refresh(&one.refresh).await.expect(401).reason(), "ended_by_admin");
    assert!(!app.is_active(&one.auth).await && app.is_active(&other.auth).await);
    app.refresh(&other.refresh).await.expect(200);
    assert_eq!(world.count_events("ended").await, 1);
}

#[tokio::test]
async fn rv_8_rt_19_all_of_a_user() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let (one, two, bob) = (app.open("ann").await, app.open("ann").await, app.open("bob").await);
    let elsewhere = bank.open("ann").await;
    let ended = app.manage(Method::DELETE, "/users/ann/tokens").send().await.expect(200);
    assert!(ended.body.is_empty());
    for tokens in [&one, &two] {
        assert_eq!(app.refresh(&tokens.refresh).await.expect(401).reason(), "ended_by_admin");
        assert!(!app.is_active(&tokens.auth).await);
    }
    app.refresh(&bob.refresh).await.expect(200);
    bank.refresh(&elsewhere.refresh).await.expect(200);
    assert!(app.is_active(&bob.auth).await && bank.is_active(&elsewhere.auth).await);
    // Again, and for whoever never was here.
    for user in ["ann", "nobody", "a%2Fb%20c"] {
        app.manage(Method::DELETE, &format!("/users/{user}/tokens")).send().await.expect(200);
    }
    app.manage(Method::DELETE, "/users/a%0Ab/tokens").send().await.refused(422, "invalid_fields");
    let again = app.open("ann").await;
    assert!(app.is_active(&again.auth).await);
    app.refresh(&again.refresh).await.expect(200);
}

#[tokio::test]
async fn rt_19_stateless_tokens_of_a_user_end_and_one_opened_right_afterwards_is_good() {
    let world = World::new().await;
    let app = world.create_app("shop").await;
    world.clock.advance(tenure_core::time::Span::from_millis(300));
    let (before, bob) = (app.open("ann").await, app.open("bob").await);
    assert!(app.is_active(&before.auth).await);
    app.manage(Method::DELETE, "/users/ann/tokens").send().await.expect(200);
    assert_eq!(app.introspect(&before.auth).await, json!({"active": false}));
    let after = app.open("ann").await;
    assert!(app.is_active(&after.auth).await, "the server waits for a second that can be told apart");
    assert!(claims_of(&after.auth)["iat"].as_i64() > claims_of(&before.auth)["iat"].as_i64());
    assert!(app.is_active(&bob.auth).await);
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    assert!(!app.is_active(&before.auth).await && app.is_active(&after.auth).await, "after a restart too");
    app.manage(Method::DELETE, "/users/ann/tokens").send().await.expect(200);
    assert!(!app.is_active(&after.auth).await);
}

#[tokio::test]
async fn rv_8_what_a_filter_selects_and_no_more() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (one, two, bob) = (app.open("ann").await, app.open("ann").await, app.open("bob").await);
    let filter = json!({"user_id": "ann", "except": two.session});
    let dry = end(&app, json!({"filter": filter, "dry_run": true})).await;
    insta::assert_snapshot!("would_end", dry.shown());
    assert!(app.is_live(&one.session).await);
    let done = end(&app, json!({"filter": filter, "reason": "lost phone"})).await;
    insta::assert_snapshot!("ended_matching", done.shown());
    assert_eq!(app.refresh(&one.refresh).await.expect(401).reason(), "ended_by_admin");
    assert!(app.is_live(&two.session).await && app.is_live(&bob.session).await);
    assert_eq!(end(&app, json!({"filter": filter})).await.expect(200).json(), json!({"ended": 0}));
    let events = world.events().await;
    assert!(events.iter().any(|e| e["type"] == "sessions_ended" && e["detail"]["why"] == "lost phone"));
    let long = json!({"filter": filter, "reason": "x".repeat(1001)});
    assert_eq!(end(&app, long).await.refused(422, "invalid_fields").json()["fields"][0]["path"], "reason");
    end(&app, json!({})).await.refused(422, "invalid_fields");
    end(&app, json!({"filter": {"user": "ann"}})).await.refused(422, "invalid_fields");
    end(&app, json!({"filter": {"session_id": "x"}})).await.refused(422, "invalid_fields");
    assert!(app.is_live(&bob.session).await);
}

#[tokio::test]
async fn rv_8_all_of_an_app_in_stretches() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let mut last = None;
    for n in 0..1100 {
        last = Some(app.open(&format!("user-{n}")).await);
    }
    let elsewhere = bank.open("ann").await;
    let ended = end(&app, json!({"filter": {}})).await.expect(200).json();
    assert_eq!(ended, json!({"ended": 1100}));
    assert_eq!(app.refresh(&last.unwrap().refresh).await.expect(401).reason(), "ended_by_admin");
    bank.refresh(&elsewhere.refresh).await.expect(200);
}

#[tokio::test]
async fn rv_8_an_app_that_is_removed_takes_everything_with_it() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let stateless = world.create_app("bank").await;
    let (tokens, jwt) = (app.open("ann").await, stateless.open("ann").await);
    let key = world.api_key("shop", "admin", false).await;
    for app in [&app, &stateless] {
        app.manage(Method::DELETE, "").send().await.expect(200);
        app.manage(Method::DELETE, "").send().await.refused(404, "not_found");
        world.get(&app.at("")).send().await.refused(404, "not_found");
        world.get(&app.at("/.well-known/jwks.json")).send().await.refused(404, "not_found");
    }
    app.refresh(&tokens.refresh).await.refused(404, "not_found");
    world.get(&app.at("/sessions")).key(&key).send().await.refused(401, "invalid_api_key");
    // One of the same name is another app: nothing of the old one comes back to life.
    world.pass(1);
    let again = world.app("shop").await;
    assert_eq!(again.refresh(&tokens.refresh).await.expect(401).reason(), "ended_by_admin");
    assert!(!again.is_active(&tokens.auth).await);
    let stateless = world.create_app("bank").await;
    assert!(!stateless.is_active(&jwt.auth).await);
    assert!(stateless.is_active(&stateless.open("ann").await.auth).await);
}

#[tokio::test]
async fn rt_19_a_user_who_is_ended_again_at_once_keeps_no_token() {
    let world = World::new().await;
    let app = world.create_app("shop").await;
    for round in 0..2 {
        let token = app.open("ann").await.auth;
        let claims = claims_of(&token);
        assert!(claims["iat"].as_i64() <= Some(world.clock.now().secs()), "never from the future");
        assert!(app.is_active(&token).await, "{round}");
        for _ in 0..3 {
            app.manage(Method::DELETE, "/users/ann/tokens").send().await.expect(200);
        }
        assert!(!app.is_active(&token).await, "{round}");
    }
}
