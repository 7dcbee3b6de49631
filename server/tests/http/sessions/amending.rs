//! `PATCH ISS/sessions/{sid}`: other claims from the next refresh on, on every node.

use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::answer::Answer;
use crate::support::app::TestApp;
use crate::support::{KEY, Tokens, World, claims_of};

async fn amend(app: &TestApp<'_>, session: &str, claims: Value) -> Answer {
    let path = format!("/sessions/{session}");
    app.manage(Method::PATCH, &path).json(json!({"claims": claims})).send().await
}

async fn open(app: &TestApp<'_>, claims: Value) -> Tokens {
    let request = json!({"user_id": "ann", "amr": ["pwd"], "acr": "aal1", "claims": claims});
    Tokens::of(&app.open_with(request).await.expect(201))
}

#[tokio::test]
async fn claims_change_at_the_next_refresh_and_nothing_else_does() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = open(&app, json!({"plan": "free", "trial": true, "team": {"id": 7, "role": "owner"}})).await;
    let before = app.session(&tokens.session).await;
    world.pass(60);
    let patch =
        json!({"plan": "pro", "trial": null, "team": {"role": null, "name": "x"}, "seats": [1, null]});
    insta::assert_snapshot!("amended", amend(&app, &tokens.session, patch).await.shown());
    let expected = json!({
        "amr": ["pwd"], "acr": "aal1", "plan": "pro", "team": {"id": 7, "name": "x"}, "seats": [1, null],
    });
    let mut after = app.session(&tokens.session).await;
    assert_eq!(after["claims"], expected);
    after["claims"] = before["claims"].clone();
    assert_eq!(after, before, "neither its deadlines nor its token");
    assert_eq!(claims_of(&tokens.auth)["plan"], "free", "what was issued stays as it is");
    let next = claims_of(&app.refreshed(&tokens.refresh).await.auth);
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&next[name], value, "{name}");
    }
    assert_eq!(next.get("trial"), None);
    assert_eq!(world.count_events("amended").await, 1);
}

#[tokio::test]
async fn what_changes_nothing_is_answered_and_not_written() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = open(&app, json!({"plan": "free"})).await;
    let unknown = "x".repeat(100_000);
    for patch in
        [json!({}), json!({"plan": "free"}), json!({"absent": null}), json!({unknown.as_str(): null})]
    {
        amend(&app, &tokens.session, patch).await.expect(200);
    }
    assert_eq!(world.count_events("amended").await, 0);
    amend(&app, &tokens.session, json!({"plan": null, unknown.as_str(): null})).await.expect(200);
    let event = world.events().await.pop().unwrap();
    assert_eq!(event["detail"], json!({"claims": ["plan"]}), "what was never there is not told");
    assert_eq!(app.session(&tokens.session).await["claims"], json!({"amr": ["pwd"], "acr": "aal1"}));
}

#[tokio::test]
async fn names_and_sizes_are_held_as_at_the_opening() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = Tokens::of(&app.open_with(json!({"user_id": "ann"})).await.expect(201));
    let nested = (0..10).fold(json!(1), |inner, _| json!({"a": inner}));
    let padded = |bytes: usize| json!({"x": "y".repeat(bytes - r#"{"x":""}"#.len())});
    let refused = [
        json!({"iss": "x"}),
        json!({"amr": null}),
        json!({"acr": "aal3"}),
        json!({"sid": "x"}),
        nested,
        padded(3585),
    ];
    for patch in refused {
        let answer = amend(&app, &tokens.session, patch).await.refused(422, "invalid_fields").json();
        assert_eq!(answer["fields"][0]["path"], "claims", "{answer}");
    }
    assert_eq!(app.session(&tokens.session).await["claims"], json!({}), "nothing half-done");
    for (bytes, warned) in [(2048, false), (2049, true), (3584, true)] {
        let answer = amend(&app, &tokens.session, padded(bytes)).await.expect(200).json();
        assert_eq!(!answer["warnings"].as_array().unwrap().is_empty(), warned, "{bytes}");
    }
    // What is small by itself may be too much together.
    amend(&app, &tokens.session, json!({"y": 1})).await.refused(422, "invalid_fields");
    for body in [json!({}), json!({"claims": null}), json!({"claims": []}), json!({"claims": {}, "x": 1})] {
        let path = format!("/sessions/{}", tokens.session);
        app.manage(Method::PATCH, &path).json(body).send().await.refused(422, "invalid_fields");
    }
}

#[tokio::test]
async fn a_session_that_is_over_or_elsewhere_is_not_amended() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let (ended, idle) = (app.open("ann").await, app.open("bob").await);
    amend(&bank, &ended.session, json!({"a": 1})).await.refused(404, "not_found");
    amend(&app, "AAAAAAAAAAAAAAAAAAAAAA", json!({"a": 1})).await.refused(404, "not_found");
    app.sign_out(&ended.refresh).await.expect(200);
    insta::assert_snapshot!("over", amend(&app, &ended.session, json!({"a": 1})).await.shown());
    world.pass(6 * 86_400);
    let answer = amend(&app, &idle.session, json!({"a": 1})).await.refused(409, "session_over");
    assert_eq!(answer.reason(), "expired_idle");
}

/// 64 refreshes at once with one token and key, and a change of the claims among them: whoever asks after the change was
/// answered is not told what was before.
#[tokio::test(flavor = "multi_thread")]
async fn no_refresh_after_an_answered_change_carries_the_claims_of_before() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let other = world.another_node().await;
    let there = TestApp::new(&other, "shop");
    for round in 0..12 {
        let mut tokens = open(&app, json!({"plan": "old"})).await;
        // Both nodes have it in memory as it is now.
        tokens = app.refreshed(&tokens.refresh).await;
        tokens = there.refreshed(&tokens.refresh).await;
        let mut before = JoinSet::new();
        for n in 0..64 {
            let at = if n % 2 == 0 { &app } else { &there };
            before.spawn(at.refreshing(&tokens.refresh).header("idempotency-key", KEY).send());
        }
        let changed =
            amend(if round % 2 == 0 { &app } else { &there }, &tokens.session, json!({"plan": "new"}));
        changed.await.expect(200);
        let mut after = JoinSet::new();
        for n in 0..64 {
            let at = if n % 2 == 0 { &app } else { &there };
            after.spawn(at.refreshing(&tokens.refresh).header("idempotency-key", KEY).send());
        }
        let mut successors = std::collections::HashSet::new();
        for answer in before.join_all().await {
            successors.insert(Tokens::of(&answer.expect(200)).refresh);
        }
        for answer in after.join_all().await {
            let tokens = Tokens::of(&answer.expect(200));
            assert_eq!(claims_of(&tokens.auth)["plan"], "new", "round {round}");
            successors.insert(tokens.refresh);
        }
        assert_eq!(successors.len(), 1, "round {round}: one successor");
        let next = successors.into_iter().next().unwrap();
        for at in [&there, &app] {
            let served =
                Tokens::of(&at.refreshing(&next).header("idempotency-key", KEY).send().await.expect(200));
            assert_eq!(claims_of(&served.auth)["plan"], "new", "round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_at_once_each_applies() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let mut sent = JoinSet::new();
    for n in 0..32 {
        let path = format!("/sessions/{}", tokens.session);
        sent.spawn(app.manage(Method::PATCH, &path).json(json!({"claims": {format!("c{n}"): n}})).send());
    }
    assert!(sent.join_all().await.iter().all(|answer| answer.status() == 200));
    let claims = app.session(&tokens.session).await["claims"].clone();
    assert_eq!(claims.as_object().unwrap().len(), 32);
}
