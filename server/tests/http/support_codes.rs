//! The code that every end carries, for its user to read out: given to whoever held a token of the session, and to nobody else.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Tokens, World};

#[tokio::test]
async fn every_end_carries_the_code_of_its_session() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let code = |answer: Value| answer["support_code"].as_str().map(str::to_owned);
    let (signed_out, caught, idle) = (app.open("ann").await, app.open("bob").await, app.open("cid").await);
    app.sign_out(&signed_out.refresh).await.expect(200);
    app.refreshed(&caught.refresh).await;
    world.pass(6 * 86_400);
    for (tokens, reason) in
        [(&signed_out, "ended_by_user"), (&caught, "expired_idle"), (&idle, "expired_idle")]
    {
        let shown = code(app.session(&tokens.session).await).unwrap();
        assert_eq!(shown.len(), 14);
        let refused = app.refresh(&tokens.refresh).await.refused(401, "invalid_refresh_token");
        assert_eq!((refused.reason(), code(refused.json())), (reason.to_owned(), Some(shown.clone())));
        let oauth = app.grant(&tokens.refresh).send().await.refused(400, "invalid_grant");
        assert_eq!(code(oauth.json()), Some(shown));
    }
    let events = app.manage(Method::GET, "/events?type=ended").send().await.expect(200).json();
    let event = &events["events"][0];
    assert_eq!(event["session_id"], signed_out.session.as_str());
    assert_eq!(code(event.clone()), code(app.session(&signed_out.session).await));
}

#[tokio::test]
async fn the_first_reuse_carries_it_as_well() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let ann = app.open("ann").await;
    app.refreshed(&ann.refresh).await;
    let refused = app.refresh(&ann.refresh).await.refused(401, "invalid_refresh_token");
    assert_eq!(refused.reason(), "reused");
    assert_eq!(refused.json()["support_code"], app.session(&ann.session).await["support_code"]);
}

/// Whatever ended it: the code that is presented is one that was handed out for it.
#[tokio::test]
async fn a_handoff_of_a_session_that_is_over_carries_it_too() {
    let world = World::new().await;
    let app = world.cookie_app_with("shop", json!({"max_sessions": 1})).await;
    let refused = async |code: &str, reason: &str| {
        let answer = app.handing_off(code).send().await.refused(401, "invalid_handoff");
        assert_eq!(answer.reason(), reason);
        answer
    };
    let code_of = async |session: &str| app.session(session).await["support_code"].clone();
    for (user, reason) in [("ann", "ended_by_admin"), ("bob", "ended_by_limit"), ("eve", "reused")] {
        let (opened, code) = app.open_for_handoff(user).await;
        let session = Tokens::of(&opened).session;
        match reason {
            "ended_by_admin" => {
                drop(app.manage(Method::DELETE, &format!("/sessions/{session}")).send().await)
            }
            "ended_by_limit" => drop(app.open_for_handoff(user).await),
            _ => drop(app.handing_off(&code).send().await.expect(200)),
        }
        let (first, again) = (refused(&code, reason).await, refused(&code, reason).await);
        let support_code = code_of(&session).await;
        assert!(support_code.is_string());
        let all = json!({
            "code": "invalid_handoff",
            "error": "This handoff code is not valid.",
            "hint": "A session that this browser had before lives on. Begin the sign-in anew.",
            "reason": reason,
            "support_code": support_code,
        });
        assert_eq!((first.json(), again.json()), (all.clone(), all));
    }
}

#[tokio::test]
async fn a_handoff_that_says_nothing_of_an_end_carries_none() {
    let world = World::new().await;
    let (app, bank) = (world.cookie_app("shop").await, world.cookie_app("bank").await);
    let (_, code) = app.open_for_handoff("ann").await;
    let unknown = app.handing_off("th1_x").send().await.refused(401, "invalid_handoff");
    let elsewhere = bank.handing_off(&code).send().await.refused(401, "invalid_handoff");
    world.memory.set_out_of_order(true);
    let outage = app.handing_off(&code).send().await.refused(503, "unavailable");
    world.memory.set_out_of_order(false);
    world.pass(61);
    let late = app.handing_off(&code).send().await.refused(401, "invalid_handoff");
    for answer in [unknown, elsewhere, outage, late] {
        assert!(answer.json().get("support_code").is_none(), "{}", answer.text());
    }
}

#[tokio::test]
async fn what_says_nothing_of_a_session_carries_none() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let ann = app.open("ann").await;
    let tampered = format!("{}A", &ann.refresh[..ann.refresh.len() - 1]);
    let unknown = app.refresh("tr1_x").await.refused(401, "invalid_refresh_token");
    for token in [tampered.as_str(), "", "x", "tr1_"] {
        let answer = app.refresh(token).await;
        assert!(answer.json().get("support_code").is_none());
        if answer.status() == 401 {
            assert_eq!(answer.body, unknown.body, "byte for byte the same");
        }
    }
    let grant = app.grant(&tampered).send().await.refused(400, "invalid_grant");
    assert!(grant.json().get("support_code").is_none());
    let elsewhere = bank.refresh(&ann.refresh).await.refused(401, "invalid_refresh_token");
    assert_eq!(elsewhere.reason(), "wrong_client");
    assert!(elsewhere.json().get("support_code").is_none(), "the session lives");
    let behind =
        app.refreshing(&ann.refresh).header("tenure-seq", "2").send().await.refused(409, "superseded");
    assert!(behind.json().get("support_code").is_none());
}
