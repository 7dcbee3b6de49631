//! `POST ISS/oauth/introspect` (RFC 7662).

mod forged;
mod session_token;

use base64ct::{Base64, Encoding as _};
use serde_json::json;

use crate::support::answer::shown;
use crate::support::{Tokens, World};

#[tokio::test]
async fn in_1_only_an_authenticated_caller_is_told_anything() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.auth;
    let call = world.post(&app.at("/oauth/introspect")).form(&[("token", &token)]);
    insta::assert_snapshot!("refused", call.clone().send().await.shown());
    for key in ["", "tk_", "tk_wrong", &token, &world.api_key("first", "admin", false).await] {
        call.clone().key(key).send().await.refused(401, "invalid_client");
    }
    let get = world.get(&app.at(&format!("/oauth/introspect?token={token}"))).key(&world.admin);
    get.send().await.refused(405, "method_not_allowed");
    call.own_socket().send().await.expect(200);
}

#[tokio::test]
async fn in_1_the_key_may_come_in_every_advertised_way() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.auth;
    let key = world.api_key("shop", "verify", false).await;
    let call = world.post(&app.at("/oauth/introspect"));
    let basic = format!("Basic {}", Base64::encode_string(format!("shop:{key}").as_bytes()));
    let ways = [
        call.clone().form(&[("token", &token)]).key(&key),
        call.clone().form(&[("token", &token)]).header("authorization", &basic),
        call.clone().form(&[("token", &token), ("client_id", "shop"), ("client_secret", &key)]),
    ];
    for way in ways {
        assert_eq!(way.send().await.expect(200).json()["active"], true);
    }
    let both = call.form(&[("token", &token), ("client_secret", &key)]).key(&key);
    both.send().await.refused(400, "invalid_request");
}

#[tokio::test]
async fn in_2_whatever_is_not_active_is_that_and_nothing_else() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let (ended, live, foreign) = (app.open("ann").await, app.open("ann").await, bank.open("ann").await);
    app.sign_out(&ended.refresh).await.expect(200);
    let next = app.refreshed(&live.refresh).await;
    let inactive =
        [&ended.auth, &ended.refresh, &live.refresh, &foreign.auth, &foreign.refresh, "x", "tr1_x", "a.b.c"];
    for token in inactive {
        let call = app.manage(http::Method::POST, "/oauth/introspect").form(&[("token", token)]);
        assert_eq!(call.send().await.expect(200).text(), r#"{"active":false}"#);
    }
    world.pass(600);
    assert_eq!(app.introspect(&next.auth).await, json!({"active": false}), "expired");
    assert!(app.is_active(&next.refresh).await);
    app.manage(http::Method::POST, "/oauth/introspect")
        .form(&[])
        .send()
        .await
        .refused(400, "invalid_request");
}

#[tokio::test]
async fn in_3_what_is_active_comes_with_its_claims() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let opened = json!({
        "user_id": "ann", "auth_time": 1_767_225_000, "amr": ["pwd", "otp"], "acr": "aal2",
        "claims": {"plan": "gold", "roles": ["admin"]},
    });
    let opened = Tokens::of(&app.open_with(opened).await.expect(201));
    world.pass(60);
    insta::assert_snapshot!("active_auth_token", shown(app.introspect(&opened.auth).await));
    insta::assert_snapshot!("active_refresh_token", shown(app.introspect(&opened.refresh).await));
}

#[tokio::test]
async fn in_4_a_resource_server_learns_nothing_of_refresh_tokens_or_of_other_apps() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let (tokens, foreign) = (app.open("ann").await, bank.open("ann").await);
    let key = world.api_key("shop", "verify", false).await;
    for (token, active) in [(&tokens.auth, true), (&tokens.refresh, false), (&foreign.auth, false)] {
        let call = world.post(&app.at("/oauth/introspect")).form(&[("token", token)]).key(&key);
        assert_eq!(call.send().await.expect(200).json()["active"], active);
    }
    let elsewhere = world.post(&bank.at("/oauth/introspect")).form(&[("token", &foreign.auth)]).key(&key);
    elsewhere.send().await.refused(401, "invalid_client");
    let backend = world.api_key("shop", "backend", false).await;
    let call = world.post(&app.at("/oauth/introspect")).form(&[("token", &tokens.refresh)]).key(&backend);
    assert_eq!(call.send().await.expect(200).json()["token_type"], "refresh_token");
}

#[tokio::test]
async fn in_7_no_answer_may_be_kept() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    for token in [&tokens.auth, "garbage"] {
        let call = app.manage(http::Method::POST, "/oauth/introspect").form(&[("token", token)]);
        let answer = call.send().await.expect(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("pragma"), Some("no-cache"));
    }
}

#[tokio::test]
async fn introspection_sees_ends_of_which_this_node_only_has_an_old_view() {
    use tenure_core::id::{AppId, FamilyId};
    use tenure_core::refusal::EndReason;
    use tenure_core::time::Timestamp;
    use tenure_store::{EndWhere, Filter, Sessions as _};
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    assert!(app.is_active(&tokens.auth).await);
    // Another node ended it: nothing in this process has heard of that.
    let session = FamilyId::parse(&tokens.session).unwrap();
    let at = Timestamp::from_secs(crate::support::clock::START);
    let filter = Filter { session: Some(session), ..Filter::of_app(AppId::parse("shop").unwrap()) };
    let end = EndWhere {
        filter,
        after: None,
        reason: EndReason::Admin,
        at,
        remember_until: at,
        announce: None,
        max: 1,
    };
    world.memory.end_where(&end).await.unwrap();
    assert!(!app.is_active(&tokens.auth).await);
    assert_eq!(app.refresh(&tokens.refresh).await.expect(401).reason(), "ended_by_admin");
}
