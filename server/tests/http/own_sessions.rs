//! `ISS/me/sessions`: users see and end their own sessions, and nobody else's.

use http::Method;
use serde_json::{Value, json};

use crate::support::answer::Answer;
use crate::support::app::TestApp;
use crate::support::{Tokens, World};

async fn me(app: TestApp<'_>, method: Method, path: &str, token: &str) -> Answer {
    app.call(method, &format!("/me/sessions{path}")).key(token).send().await
}

async fn seen(app: TestApp<'_>, token: &str) -> Vec<Value> {
    me(app, Method::GET, "", token).await.expect(200).json()["sessions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_user_sees_their_live_sessions() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let device = json!({"name": "Ann's phone", "user_agent": "Firefox", "ip": "192.0.2.7"});
    app.open_with(json!({"user_id": "ann", "device": device, "claims": {"plan": "pro"}})).await.expect(201);
    app.open("bob").await;
    let ended = app.open("ann").await;
    app.sign_out(&ended.refresh).await.expect(200);
    world.pass(60);
    let own = app.open("ann").await;
    let answer = me(app, Method::GET, "", &own.auth).await;
    insta::assert_snapshot!("own_sessions", answer.shown());
    let sessions = answer.json()["sessions"].clone();
    assert_eq!((&sessions[0]["session_id"], &sessions[0]["current"]), (&json!(own.session), &json!(true)));
    world.pass(5 * 86_400 - 120);
    let fresh = app.refreshed(&own.refresh).await;
    world.pass(120);
    assert_eq!(seen(app, &fresh.auth).await.len(), 1, "the other one is idle");
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut opened = Vec::new();
    for _ in 0..5 {
        opened.push(app.open("ann").await);
        world.pass(1);
    }
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page =
            me(app, Method::GET, &format!("?limit=2{cursor}"), &opened[0].auth).await.expect(200).json();
        found.extend(page["sessions"].as_array().unwrap().iter().map(|s| s["session_id"].clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let expected: Vec<_> = opened.iter().rev().map(|tokens| json!(tokens.session)).collect();
    assert_eq!(found, expected);
    for wrong in ["?limit=0", "?limit=501", "?cursor=x"] {
        me(app, Method::GET, wrong, &opened[0].auth).await.refused(422, "invalid_fields");
    }
    for wrong in ["?limit=x", "?user_id=bob"] {
        me(app, Method::GET, wrong, &opened[0].auth).await.refused(400, "invalid_request");
    }
}

#[tokio::test]
async fn a_user_ends_one_of_them_and_none_of_anybody_else() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let (own, other) = (app.open("ann").await, app.open("ann").await);
    let (bobs, elsewhere) = (app.open("bob").await, bank.open("ann").await);
    for sid in [&bobs.session[..], &elsewhere.session, "AAAAAAAAAAAAAAAAAAAAAA", "x", "current"] {
        me(app, Method::DELETE, &format!("/{sid}"), &own.auth).await.refused(404, "not_found");
    }
    assert!(app.is_live(&bobs.session).await && bank.is_live(&elsewhere.session).await);
    let path = format!("/{}", other.session);
    insta::assert_snapshot!("own_session_ended", me(app, Method::DELETE, &path, &own.auth).await.shown());
    me(app, Method::DELETE, &path, &own.auth).await.expect(200);
    assert_eq!(world.count_events("ended").await, 1);
    assert_eq!(app.refresh(&other.refresh).await.expect(401).reason(), "ended_by_user");
    assert!(!app.is_active(&other.auth).await);
    me(app, Method::DELETE, &format!("/{}", own.session), &own.auth).await.expect(200);
    me(app, Method::GET, "", &own.auth).await.refused(401, "invalid_auth_token");
}

#[tokio::test]
async fn a_user_ends_all_others() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let own = app.open("ann").await;
    let others = [app.open("ann").await, app.open("ann").await];
    let bobs = app.open("bob").await;
    for query in ["", "?except=", "?except=all", &format!("?except={}", own.session), "?x=1"] {
        me(app, Method::DELETE, query, &own.auth).await.refused(400, "invalid_request");
    }
    assert_eq!(seen(app, &own.auth).await.len(), 3);
    let ended = me(app, Method::DELETE, "?except=current", &own.auth).await;
    insta::assert_snapshot!("other_sessions_ended", ended.shown());
    for other in &others {
        assert_eq!(app.refresh(&other.refresh).await.expect(401).reason(), "ended_by_user");
    }
    assert_eq!(seen(app, &own.auth).await.len(), 1);
    assert!(app.is_live(&bobs.session).await);
    app.refresh(&own.refresh).await.expect(200);
}

#[tokio::test]
async fn the_token_must_be_good_now_by_what_the_store_says() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let node = world.another_node().await;
    let elsewhere = TestApp::new(&node, "shop");
    seen(app, &tokens.auth).await;
    elsewhere.sign_out(&tokens.refresh).await.expect(200);
    let refused = me(app, Method::GET, "", &tokens.auth).await;
    insta::assert_snapshot!("auth_token_over", refused.shown());
    let tokens = app.open("ann").await;
    world.pass(600);
    for _ in 0..200 {
        // No guess: clients come with tokens that have just expired.
        me(app, Method::GET, "", &tokens.auth).await.refused(401, "invalid_auth_token");
    }
    for _ in 0..120 {
        me(app, Method::GET, "", "x").await.expect(401);
    }
    me(app, Method::GET, "", "x").await.refused(429, "too_many_requests");
}

#[tokio::test]
async fn a_stateless_token_is_of_no_session() {
    let world = World::new().await;
    let app = world.create_app("shop").await;
    let Tokens { auth, .. } = app.open("ann").await;
    for (method, path) in [(Method::GET, ""), (Method::DELETE, "?except=current"), (Method::DELETE, "/x")] {
        me(app, method, path, &auth).await.refused(403, "forbidden");
    }
}

#[tokio::test]
async fn pages_of_the_app_may_call() {
    let world = World::new().await;
    let origin = "https://app.example";
    let app = world.app_with("shop", json!({"allowed_origins": [origin]})).await;
    let tokens = app.open("ann").await;
    for path in ["/me/sessions", "/me/sessions/x"] {
        let preflight = app.call(Method::OPTIONS, path).header("origin", origin);
        let preflight = preflight.header("access-control-request-method", "DELETE").send().await.expect(204);
        assert_eq!(preflight.header("access-control-allow-origin"), Some(origin));
        let call = app.call(Method::DELETE, path).key(&tokens.auth).header("origin", origin).send().await;
        assert_eq!(call.header("access-control-allow-origin"), Some(origin));
    }
}
