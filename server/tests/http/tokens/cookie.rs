//! The cookie transport: the refresh token is in the app's cookie, and nowhere else.

use http::Method;
use serde_json::json;

use crate::support::browser::SetCookie;
use crate::support::{KEY, OTHER_KEY, Tokens, World};

#[tokio::test]
async fn a_refresh_and_a_sign_out_answer_so() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let opened = app.open("ann").await;
    world.pass(60);
    let refreshed = app.page_refresh(&opened.refresh).await;
    insta::assert_snapshot!("cookie_refreshed", refreshed.shown());
    let second = refreshed.token_in_cookie();
    assert_ne!(second, opened.refresh);
    assert!(!refreshed.text().contains("tr1_"), "no token in the body");
    let signed_out = app.page_with(Method::DELETE, "/tokens", &second).send().await;
    insta::assert_snapshot!("cookie_signed_out", signed_out.shown());
    assert_eq!(app.page_refresh(&second).await.expect(401).reason(), "ended_by_user");
    assert!(!app.is_active(&opened.auth).await);
}

#[tokio::test]
async fn ck_1_ck_4_the_cookie_is_for_this_host_alone_and_says_nothing() {
    let world = World::new().await;
    let app = world.cookie_app(&"x".repeat(64)).await;
    let refreshed = app.page_refresh(&app.open("ann").await.refresh).await.expect(200);
    let cookie = refreshed.set_cookie().unwrap(); // Its attributes are checked for every answer of every test.
    assert_eq!(cookie.name, format!("__Host-tenure-{}", app.id()));
    assert!(cookie.name.len() + cookie.value.len() < 200);
    assert!(!cookie.value.contains("ann"));
}

#[tokio::test]
async fn ck_3_the_cookie_lives_as_long_as_the_session_and_the_server_decides_how_long_that_is() {
    let world = World::new().await;
    let settings = json!({"idle_timeout": 7200, "absolute_lifetime": 10_000});
    let app = world.cookie_app_with("shop", settings).await;
    let mut token = app.open("ann").await.refresh;
    for (wait, max_age) in [(0, 7200), (1000, 7200), (3000, 6000), (5999, 1)] {
        world.pass(wait);
        let refreshed = app.page_refresh(&token).await.expect(200);
        assert_eq!(refreshed.set_cookie().unwrap().max_age, Some(max_age));
        token = refreshed.token_in_cookie();
    }
    world.pass(1); // A browser that keeps the cookie for longer changes nothing.
    assert_eq!(app.page_refresh(&token).await.expect(401).reason(), "expired_absolute");
}

#[tokio::test]
async fn a_session_cookie_has_no_end_of_its_own() {
    let world = World::new().await;
    let app = world.cookie_app_with("shop", json!({"cookie_persistence": "session"})).await;
    let refreshed = app.page_refresh(&app.open("ann").await.refresh).await.expect(200);
    assert_eq!(refreshed.set_cookie().unwrap().max_age, None);
}

#[tokio::test]
async fn a_refusal_an_outage_and_a_reuse_leave_the_cookie_alone() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let first = app.open("ann").await.refresh;
    let second = app.page_refresh(&first).await.expect(200).token_in_cookie();
    world.memory.set_out_of_order(true);
    for method in [Method::POST, Method::DELETE] {
        let answer = app.page_with(method, "/tokens", &second).send().await.refused(503, "unavailable");
        assert_eq!(answer.set_cookie(), None);
    }
    world.memory.set_out_of_order(false);
    for token in ["", "tr1_garbage", &first, &second] {
        assert_eq!(app.page_refresh(token).await.refused(401, "invalid_refresh_token").set_cookie(), None);
    }
    assert_eq!(app.page_refresh(&second).await.reason(), "reused");
}

#[tokio::test]
async fn without_a_cookie_nobody_is_signed_in() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    for _ in 0..200 {
        // No guess: pages ask so when they start.
        let answer = app.page(Method::POST, "/tokens").send().await.refused(401, "invalid_refresh_token");
        assert_eq!((answer.reason().as_str(), answer.set_cookie()), ("unknown", None));
    }
    let signed_out = app.page(Method::DELETE, "/tokens").send().await.expect(200);
    let cleared = SetCookie { name: "__Host-tenure-shop".into(), value: "".into(), max_age: Some(0) };
    assert_eq!(signed_out.set_cookie(), Some(cleared));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_sets_the_same_cookie() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let first = app.open("ann").await.refresh;
    let refresh = |token: &str, key: &str| {
        app.page_with(Method::POST, "/tokens", token).header("idempotency-key", key).send()
    };
    let second = refresh(&first, KEY).await.expect(200).token_in_cookie();
    world.pass(3600);
    assert_eq!(refresh(&first, KEY).await.expect(200).token_in_cookie(), second);
    let third = refresh(&second, OTHER_KEY).await.expect(200).token_in_cookie();
    let late = refresh(&first, KEY).await.refused(409, "superseded");
    assert_eq!(late.set_cookie(), None);
    app.page_refresh(&third).await.expect(200);
}

#[tokio::test]
async fn a_slow_answer_that_put_an_older_cookie_back_is_mended_by_its_key() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let first = app.open("ann").await;
    let refresh = |token: &str, seq: &str, key: &str| {
        let call = app.page_with(Method::POST, "/tokens", token).header("tenure-seq", seq);
        call.header("idempotency-key", key).send()
    };
    let second = refresh(&first.refresh, "1", KEY).await.expect(200).token_in_cookie();
    // The browser has the first cookie again; the page knows that it should be the second.
    refresh(&first.refresh, "2", OTHER_KEY).await.refused(409, "superseded");
    assert_eq!(refresh(&first.refresh, "1", KEY).await.expect(200).token_in_cookie(), second);
    refresh(&second, "2", OTHER_KEY).await.expect(200);
}

#[tokio::test]
async fn a_token_elsewhere_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let tokens = app.open("ann").await;
    let body = json!({"refresh_token": tokens.refresh});
    for method in [Method::POST, Method::DELETE] {
        let with = app.page_with(method.clone(), "/tokens", &tokens.refresh).json(body.clone());
        let without = app.page(method, "/tokens").json(body.clone());
        for call in [with, without] {
            assert_eq!(call.send().await.refused(400, "invalid_request").set_cookie(), None);
        }
    }
    let in_query = format!("/tokens?refresh_token={}", tokens.refresh);
    let in_query = app.page_with(Method::DELETE, &in_query, &tokens.refresh).send().await;
    in_query.refused(400, "invalid_request");
    assert_eq!(app.session(&tokens.session).await["seq"], 1);
    app.page_refresh(&tokens.refresh).await.expect(200);
}

#[tokio::test]
async fn ck_7_of_two_cookies_of_one_name_none_is_taken() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let (ann, bob) = (app.open("ann").await, app.open("bob").await);
    let both = format!("{}; {}", app.cookie(&ann.refresh), app.cookie(&bob.refresh));
    for method in [Method::POST, Method::DELETE] {
        let call = app.page(method, "/tokens").header("cookie", &both);
        assert_eq!(call.send().await.refused(400, "invalid_request").set_cookie(), None);
    }
    for case in ["__HOST-tenure-shop", "__host-tenure-shop", "__Host-tenure-SHOP", "tenure-shop"] {
        let call = app.page(Method::POST, "/tokens").header("cookie", &format!("{case}={}", ann.refresh));
        assert_eq!(call.send().await.expect(401).reason(), "unknown");
    }
    assert!(app.is_live(&ann.session).await && app.is_live(&bob.session).await);
}

#[tokio::test]
async fn ck_8_another_apps_cookie_is_not_ours_and_renamed_it_changes_nothing() {
    let world = World::new().await;
    let (shop, bank) = (world.cookie_app("shop").await, world.cookie_app("bank").await);
    let tokens = bank.open("ann").await;
    let call = shop.page(Method::POST, "/tokens").header("cookie", &bank.cookie(&tokens.refresh));
    assert_eq!(call.send().await.expect(401).reason(), "unknown");
    assert_eq!(shop.page_refresh(&tokens.refresh).await.expect(401).reason(), "wrong_client");
    shop.page_with(Method::DELETE, "/tokens", &tokens.refresh).send().await.expect(200);
    assert_eq!(bank.session(&tokens.session).await["seq"], 1);
    bank.page_refresh(&tokens.refresh).await.expect(200);
}

#[tokio::test]
async fn a_number_that_the_page_does_not_mean_is_409_and_changes_nothing() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let opened = app.open("ann").await;
    let refresh = |token: &str, seq: &str| {
        app.page_with(Method::POST, "/tokens", token).header("tenure-seq", seq).send()
    };
    let second = refresh(&opened.refresh, "1").await.expect(200).token_in_cookie();
    for (token, seq) in [(&second, "1"), (&second, "3"), (&second, "4294967295"), (&opened.refresh, "2")] {
        assert_eq!(refresh(token, seq).await.refused(409, "superseded").set_cookie(), None);
    }
    for seq in ["", "x", "-1", "+2", "2.0", "4294967296", "2, 2"] {
        refresh(&second, seq).await.refused(400, "invalid_request");
    }
    assert_eq!(app.session(&opened.session).await["seq"], 2);
    refresh(&second, "2").await.expect(200);
    let of_body = world.app("plain").await;
    let token = of_body.open("ann").await.refresh;
    of_body.refreshing(&token).header("tenure-seq", "2").send().await.refused(409, "superseded");
    of_body.refreshing(&token).header("tenure-seq", "1").send().await.expect(200);
}

#[tokio::test]
async fn an_app_without_the_transport_looks_at_no_cookie() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (ann, bob) = (app.open("ann").await, app.open("bob").await);
    let cookie = app.cookie(&ann.refresh);
    let alone = world.post(&app.at("/tokens")).header("cookie", &cookie).send().await;
    alone.refused(400, "invalid_request");
    let both = app.refreshing(&bob.refresh).header("cookie", &cookie).send().await.expect(200);
    assert_eq!((both.set_cookie(), Tokens::of(&both).session), (None, bob.session));
    world.delete(&app.at("/tokens")).header("cookie", &cookie).send().await.refused(400, "invalid_request");
    assert_eq!(app.session(&ann.session).await["seq"], 1);
}

#[tokio::test]
async fn the_oauth_addresses_look_at_no_cookie() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let tokens = app.open("ann").await;
    for path in ["/oauth/token", "/oauth/revoke"] {
        let call =
            app.page_with(Method::POST, path, &tokens.refresh).form(&[("grant_type", "refresh_token")]);
        assert_eq!(call.send().await.refused(400, "invalid_request").set_cookie(), None);
    }
    let granted = app.grant(&tokens.refresh).header("cookie", &app.cookie("x")).send().await.expect(200);
    assert_eq!(granted.set_cookie(), None);
    assert!(granted.json()["refresh_token"].is_string());
}

#[tokio::test]
async fn bb_5_when_the_session_is_over_so_is_the_cookie() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let tokens = app.open("ann").await;
    app.manage(Method::DELETE, &format!("/sessions/{}", tokens.session)).send().await.expect(200);
    assert_eq!(app.page_refresh(&tokens.refresh).await.expect(401).reason(), "ended_by_admin");
}

#[tokio::test]
async fn ck_9_signing_out_clears_this_cookie_and_no_other() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let token = app.open("ann").await.refresh;
    let call = app.page_with(Method::DELETE, "/tokens", &token).header("cookie", "theirs=1");
    let answer = call.send().await.expect(200);
    assert_eq!(answer.set_cookie().unwrap().name, "__Host-tenure-shop");
    assert_eq!(answer.header("clear-site-data"), None, "it would clear the cookies of the whole site");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}
