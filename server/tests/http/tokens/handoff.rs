//! `POST ISS/tokens/handoff`: a one-time code becomes the cookie.

use std::collections::HashSet;

use http::Method;
use serde_json::json;
use tenure_core::id::Kid;
use tokio::task::JoinSet;

use crate::support::answer::Answer;
use crate::support::app::TestApp;
use crate::support::call::Call;
use crate::support::{KEY, OTHER_KEY, Tokens, World};

#[tokio::test]
async fn a_session_for_a_handoff_and_the_handoff_answer_so() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let (opened, code) = app.open_for_handoff("ann").await;
    insta::assert_snapshot!("handoff_opened", opened.shown());
    assert!(!opened.text().contains("tr1_"), "the backend gets no refresh token");
    world.pass(5);
    let handed_over = app.handing_off(&code).send().await;
    insta::assert_snapshot!("handed_over", handed_over.shown());
    assert!(!handed_over.text().contains("tr1_"), "nor does the page");
    let session = Tokens::of(&opened).session;
    assert_eq!(Tokens::of(&handed_over).session, session);
    let next = app.page_refresh(&handed_over.token_in_cookie()).await.expect(200);
    assert_eq!(app.session(&session).await["seq"], 3);
    app.page_refresh(&next.token_in_cookie()).await.expect(200);
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let (_, code) = app.open_for_handoff("ann").await;
    let (late, unused) = app.open_for_handoff("bob").await;
    world.pass(60);
    app.handing_off(&code).send().await.expect(200);
    world.pass(1);
    let before = app.session(&Tokens::of(&late).session).await;
    for code in [&unused, &code] {
        let answer = app.handing_off(code).send().await.refused(401, "invalid_handoff");
        assert_eq!((answer.reason().as_str(), answer.set_cookie()), ("handoff_expired", None));
    }
    assert_eq!(app.session(&Tokens::of(&late).session).await, before, "nothing changed");
    let too_late = app.handing_off(&unused).send().await;
    insta::assert_snapshot!("handoff_expired", too_late.shown());
}

#[tokio::test]
async fn a_second_use_is_theft_and_a_retry_is_none() {
    let world = World::new().await;
    let app = world.cookie_app_with("shop", json!({"retry_leeway": 30, "lost_response": "reissue"})).await;
    let (_, code) = app.open_for_handoff("ann").await;
    let ask = |key: &str| app.handing_off(&code).header("idempotency-key", key).send();
    let first = ask(KEY).await.expect(200).token_in_cookie();
    world.pass(20);
    assert_eq!(ask(KEY).await.expect(200).token_in_cookie(), first, "the answer was lost");
    let stolen = ask(OTHER_KEY).await.refused(401, "invalid_handoff");
    assert_eq!((stolen.reason().as_str(), stolen.set_cookie()), ("reused", None));
    assert_eq!(app.page_refresh(&first).await.expect(401).reason(), "reused");
}

#[tokio::test]
async fn a_late_duplicate_is_told_so() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let (_, code) = app.open_for_handoff("ann").await;
    let handing_off = app.handing_off(&code).header("idempotency-key", KEY);
    let first = handing_off.clone().send().await.expect(200).token_in_cookie();
    let refresh = app.page_with(Method::POST, "/tokens", &first).header("idempotency-key", OTHER_KEY);
    let second = refresh.send().await.expect(200).token_in_cookie();
    assert_eq!(handing_off.send().await.refused(409, "superseded").set_cookie(), None);
    app.page_refresh(&second).await.expect(200);
}

#[tokio::test]
async fn what_is_no_code_touches_nothing() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let (opened, code) = app.open_for_handoff("ann").await;
    let token = app.open("bob").await.refresh;
    let forged = format!("{}{}", &code[..90], if code.ends_with('A') { 'E' } else { 'A' });
    let calls = world.memory.calls();
    for text in ["", "x", "th1_", &forged, &token, &code.replace("th1_", "tr1_"), &"th1_".repeat(1000)] {
        let answer = app.handing_off(text).send().await.refused(401, "invalid_handoff");
        assert_eq!((answer.reason().as_str(), answer.set_cookie()), ("unknown", None));
    }
    for body in ["", "{", "{}", "null", r#"{"handoff":null}"#, r#"{"handoff":1}"#] {
        let call = app.page(Method::POST, "/tokens/handoff").body(body);
        call.send().await.refused(400, "invalid_request");
    }
    assert_eq!(world.memory.calls(), calls);
    app.page_refresh(&code.replace("th1_", "tr1_")).await.refused(401, "invalid_refresh_token");
    assert!(app.is_live(&Tokens::of(&opened).session).await);
    app.handing_off(&code).send().await.expect(200);
}

#[tokio::test]
async fn guesses_are_limited() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let (_, code) = app.open_for_handoff("ann").await;
    for _ in 0..120 {
        app.handing_off("th1_x").send().await.expect(401);
    }
    app.handing_off("th1_x").send().await.refused(429, "too_many_requests");
    app.handing_off(&code).send().await.expect(200);
}

#[tokio::test]
async fn a_code_is_of_one_app() {
    let world = World::new().await;
    let (shop, bank) = (world.cookie_app("shop").await, world.cookie_app("bank").await);
    let (_, code) = shop.open_for_handoff("ann").await;
    let elsewhere = bank.handing_off(&code).send().await.refused(401, "invalid_handoff");
    assert_eq!((elsewhere.reason().as_str(), elsewhere.set_cookie()), ("wrong_client", None));
    shop.handing_off(&code).send().await.expect(200);
}

#[tokio::test]
async fn the_session_that_the_browser_had_ends_once_the_new_one_is_there() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let before = app.open("ann").await;
    let with_cookie = |code: &str, cookie: &str| app.handing_off(code).header("cookie", cookie).send();
    let refused = with_cookie("th1_x", &app.cookie(&before.refresh)).await.refused(401, "invalid_handoff");
    assert_eq!(refused.set_cookie(), None);
    assert!(app.is_live(&before.session).await, "a code that is refused changes nothing");
    let (opened, code) = app.open_for_handoff("bob").await;
    let now = with_cookie(&code, &app.cookie(&before.refresh)).await.expect(200).token_in_cookie();
    assert_eq!(app.page_refresh(&before.refresh).await.expect(401).reason(), "ended_by_user");
    assert!(app.is_live(&Tokens::of(&opened).session).await);
    for cookie in ["garbage", &world.app("plain").await.open("eve").await.refresh] {
        let (_, code) = app.open_for_handoff("ann").await;
        with_cookie(&code, &app.cookie(cookie)).await.expect(200);
    }
    app.page_refresh(&now).await.expect(200);
}

#[tokio::test]
async fn a_retry_does_not_end_what_it_has_just_brought() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let (opened, code) = app.open_for_handoff("ann").await;
    let ask = |cookie: String| {
        let call = app.handing_off(&code).header("idempotency-key", KEY).header("cookie", &cookie);
        call.send()
    };
    let token = ask("a=b".to_owned()).await.expect(200).token_in_cookie();
    assert_eq!(ask(app.cookie(&token)).await.expect(200).token_in_cookie(), token);
    assert!(app.is_live(&Tokens::of(&opened).session).await);
}

#[tokio::test]
async fn it_is_for_apps_with_the_cookie_transport() {
    let world = World::new().await;
    let plain = world.app("plain").await;
    let cookies = world.cookie_app("cookies").await;
    let stateless = world.cookie_app_with("stateless", json!({"refresh_tokens": false})).await;
    for app in [plain, stateless] {
        let answer = app.open_with(json!({"user_id": "ann", "handoff": true})).await;
        assert_eq!(answer.refused(422, "invalid_fields").json()["fields"][0]["path"], "handoff");
    }
    let (_, code) = cookies.open_for_handoff("ann").await;
    plain.handing_off(&code).send().await.refused(400, "invalid_request");
    let without = cookies.open_with(json!({"user_id": "ann", "handoff": false})).await.expect(201);
    assert!(without.json().get("handoff").is_none() && without.text().contains("tr1_"));
}

#[tokio::test]
async fn an_outage_is_no_verdict_on_a_code() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let (_, code) = app.open_for_handoff("ann").await;
    world.memory.set_out_of_order(true);
    assert_eq!(app.handing_off(&code).send().await.refused(503, "unavailable").set_cookie(), None);
    world.memory.set_out_of_order(false);
    app.handing_off(&code).send().await.expect(200);
}

#[tokio::test]
async fn a_restart_and_a_change_of_keys_lose_no_code() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let (_, code) = app.open_for_handoff("ann").await;
    let (_, under_old_key) = app.open_for_handoff("bob").await;
    let (_, retired) = app.open_for_handoff("eve").await;
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    app.handing_off(&code).send().await.expect(200);
    world.edit_ring(|ring| {
        ring.add(&[9; 32]).unwrap();
        ring.activate(Kid(2)).unwrap();
    });
    world.service.reload_ring().await;
    let token = app.handing_off(&under_old_key).send().await.expect(200).token_in_cookie();
    world.edit_ring(|ring| ring.retire(Kid(1)).unwrap());
    world.service.reload_ring().await;
    let refused = app.handing_off(&retired).send().await.refused(401, "invalid_handoff");
    assert_eq!(refused.reason(), "key_retired");
    app.page_refresh(&token).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_with_one_key_all_get_one_token_and_without_one_at_most_one_is_served() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let (_, code) = app.open_for_handoff("ann").await;
    let retry = app.handing_off(&code).header("idempotency-key", KEY);
    let tokens: HashSet<_> =
        all(32, &retry).await.into_iter().map(|answer| answer.expect(200).token_in_cookie()).collect();
    assert_eq!(tokens.len(), 1);
    let (opened, code) = app.open_for_handoff("ann").await;
    let served = all(32, &app.handing_off(&code)).await;
    let served = served.iter().filter(|answer| answer.status() == 200).count();
    assert!(served <= 1, "{served}");
    assert!(!app.is_live(&Tokens::of(&opened).session).await);
}

async fn all(times: usize, call: &Call) -> Vec<Answer> {
    let mut sent = JoinSet::new();
    for _ in 0..times {
        sent.spawn(call.clone().send());
    }
    sent.join_all().await
}
