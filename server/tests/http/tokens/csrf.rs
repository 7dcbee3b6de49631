//! What a page of somebody else can make a browser send, and what comes of it: nothing.

use http::Method;
use serde_json::json;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::app::TestApp;
use crate::support::browser::PAGE;
use crate::support::world::PUBLIC_URL;

/// The headers of a page's request: origin, `Sec-Fetch-Site`, `Tenure-Client`; an absent one is empty here.
type Sent = [&'static str; 3];

const FOREIGN: &[Sent] = &[
    ["", "", ""],
    ["", "same-origin", "1"],
    [PAGE, "same-site", ""],
    [PAGE, "cross-site", "1"],
    [PAGE, "none", "1"],
    [PAGE, "?", "1"],
    ["null", "cross-site", "1"],
    ["null", "", "1"],
    ["https://evil.example", "cross-site", "1"],
    ["https://evil.example", "", "1"],
    ["https://other.tenure.test", "same-site", "1"],
    ["https://app.tenure.test:443", "same-site", "1"],
    ["https://app.tenure.test/", "same-site", "1"],
    ["https://APP.tenure.test", "same-site", "1"],
    ["http://app.tenure.test", "same-site", "1"],
    ["https://app.tenure.test.evil.example", "", "1"],
    ["https://bank.tenure.test", "same-site", "1"],
    ["*", "same-origin", "1"],
];

async fn ask(app: TestApp<'_>, (method, path): (Method, &str), cookie: &str, sent: Sent) -> Answer {
    let mut call = app.call(method, path).header("cookie", &app.cookie(cookie));
    for (name, value) in ["origin", "sec-fetch-site", "tenure-client"].into_iter().zip(sent) {
        if !value.is_empty() {
            call = call.header(name, value);
        }
    }
    call.json(json!({"handoff": "th1_x"})).send().await
}

#[tokio::test]
async fn bb_2_a_request_that_no_page_of_the_app_sent_changes_nothing() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    world.cookie_app_with("bank", json!({"allowed_origins": ["https://bank.tenure.test"]})).await;
    let tokens = app.open("ann").await;
    let calls = world.memory.calls();
    for sent in FOREIGN {
        for at in [
            (Method::POST, "/tokens"),
            (Method::POST, "/tokens/"),
            (Method::DELETE, "/tokens"),
            (Method::DELETE, "/tokens/"),
            (Method::POST, "/tokens/handoff"),
        ] {
            let answer = ask(app, at.clone(), &tokens.refresh, *sent).await.refused(403, "forbidden");
            assert_eq!(answer.set_cookie(), None, "{at:?} {sent:?}");
        }
    }
    assert_eq!(world.memory.calls(), calls, "no question to the store");
    assert_eq!(app.session(&tokens.session).await["seq"], 1);
    app.page_refresh(&tokens.refresh).await.expect(200);
}

#[tokio::test]
async fn pages_of_the_app_and_our_own_may() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let mut token = app.open("ann").await.refresh;
    for sent in [
        [PAGE, "same-site", "1"],
        [PAGE, "same-origin", "js/1.0"],
        [PAGE, "", "1"], // A browser from before 2020, or Safari before 16.4.
        [PUBLIC_URL, "same-origin", "1"],
    ] {
        let call = app.call(Method::POST, "/tokens").header("cookie", &app.cookie(&token));
        let call = call.header("origin", sent[0]).header("tenure-client", sent[2]);
        let call = if sent[1].is_empty() { call } else { call.header("sec-fetch-site", sent[1]) };
        token = call.send().await.expect(200).token_in_cookie();
    }
}

#[tokio::test]
async fn a_header_that_stands_twice_says_nothing() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let token = app.open("ann").await.refresh;
    for (name, value) in [("origin", PAGE), ("sec-fetch-site", "same-site"), ("tenure-client", "1")] {
        let call = app.page_with(Method::POST, "/tokens", &token).header(name, value);
        call.send().await.refused(403, "forbidden");
    }
    app.page_refresh(&token).await.expect(200);
}

#[tokio::test]
async fn the_refusal_says_what_to_do() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let sent = ["https://evil.example", "cross-site", "1"];
    let answer = ask(app, (Method::POST, "/tokens"), "tr1_x", sent).await;
    insta::assert_snapshot!("csrf_refused", answer.shown());
}

#[tokio::test]
async fn bb_3_pages_of_the_app_alone_may_send_cookies_and_only_where_they_count() {
    let world = World::new().await;
    let app = world.cookie_app("shop").await;
    let plain = world.app_with("plain", json!({"allowed_origins": [PAGE]})).await;
    let credentials = async |app: TestApp<'_>, path: &str, origin: &str| {
        let preflight = app.call(Method::OPTIONS, path).header("origin", origin);
        let preflight = preflight.header("access-control-request-method", "POST").send().await.expect(204);
        let call = app.call(Method::POST, path).header("origin", origin).send().await;
        let of = |answer: &Answer| answer.header("access-control-allow-credentials").map(str::to_owned);
        assert_eq!(of(&preflight), of(&call), "{path} {origin}");
        of(&call)
    };
    for path in ["/tokens", "/tokens/", "/tokens/handoff"] {
        assert_eq!(credentials(app, path, PAGE).await.as_deref(), Some("true"));
        assert_eq!(credentials(app, path, "https://other.tenure.test").await, None);
        assert_eq!(credentials(app, path, "null").await, None);
        assert_eq!(credentials(plain, path, PAGE).await, None);
    }
    for path in ["", "/oauth/token", "/me/sessions", "/.well-known/jwks.json"] {
        assert_eq!(credentials(app, path, PAGE).await, None, "{path}");
    }
}
