//! `POST ISS/sessions/{sid}/reauthenticate`: a step-up by the app's own sign-in, which renews the refresh token.

use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::answer::Answer;
use crate::support::app::TestApp;
use crate::support::call::Call;
use crate::support::clock::START;
use crate::support::{KEY, Tokens, World, claims_of};

fn asking(app: &TestApp<'_>, session: &str, body: Value) -> Call {
    app.manage(Method::POST, &format!("/sessions/{session}/reauthenticate")).json(body)
}

async fn renew(app: &TestApp<'_>, session: &str, body: Value) -> Answer {
    asking(app, session, body).send().await
}

#[tokio::test]
async fn a_sign_in_anew_renews_the_token_and_says_so_in_it() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let request = json!({"user_id": "ann", "amr": ["pwd"], "acr": "aal1", "claims": {"plan": "pro"}});
    let first = Tokens::of(&app.open_with(request).await.expect(201));
    let before = app.session(&first.session).await;
    world.pass(3600);
    let body = json!({"auth_time": START + 3590, "amr": ["pwd", "otp"], "acr": "aal2"});
    let answer = renew(&app, &first.session, body).await;
    insta::assert_snapshot!("renewed", answer.shown());
    let renewed = Tokens::of(&answer);
    assert_ne!(renewed.refresh, first.refresh);
    let claims = claims_of(&renewed.auth);
    assert_eq!((&claims["auth_time"], &claims["acr"]), (&json!(START + 3590), &json!("aal2")));
    assert_eq!((&claims["amr"], &claims["plan"]), (&json!(["pwd", "otp"]), &json!("pro")));
    let after = app.session(&first.session).await;
    assert_eq!((&after["active_at"], &after["seq"]), (&json!(START + 3590), &json!(2)));
    assert_eq!(after["expires_at"], before["expires_at"], "nothing absolute is put off");
    let next = app.refreshed(&renewed.refresh).await;
    assert_eq!(claims_of(&next.auth)["acr"], "aal2");
    assert_eq!(world.count_events("reauthenticated").await, 1);
}

#[tokio::test]
async fn what_is_not_said_is_not_said_any_more() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let request = json!({"user_id": "ann", "amr": ["pwd", "otp"], "acr": "aal2", "claims": {"plan": "pro"}});
    let first = Tokens::of(&app.open_with(request).await.expect(201));
    world.pass(60);
    let claims = claims_of(&Tokens::of(&renew(&app, &first.session, json!({})).await.expect(200)).auth);
    assert_eq!((claims.get("amr"), claims.get("acr")), (None, None));
    assert_eq!((&claims["auth_time"], &claims["plan"]), (&json!(START + 60), &json!("pro")));
}

#[tokio::test]
async fn the_replaced_token_is_served_nothing_and_signs_nobody_out() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let renewed = Tokens::of(&renew(&app, &first.session, json!({})).await.expect(200));
    for call in
        [app.refreshing(&first.refresh), app.refreshing(&first.refresh).header("idempotency-key", KEY)]
    {
        call.send().await.refused(409, "superseded");
    }
    assert!(app.is_active(&renewed.auth).await && app.is_active(&renewed.refresh).await);
    assert!(!app.is_active(&first.refresh).await);
    let next = app.refreshed(&renewed.refresh).await;
    app.refresh(&first.refresh).await.refused(409, "superseded");
    let newest = app.refreshed(&next.refresh).await;
    // By now nobody can be late any more.
    assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "reused");
    assert_eq!(app.refresh(&newest.refresh).await.expect(401).reason(), "reused");
}

#[tokio::test]
async fn a_thief_is_cut_off_by_it() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let thiefs = app.refreshed(&first.refresh).await;
    let renewed = Tokens::of(&renew(&app, &first.session, json!({})).await.expect(200));
    app.refresh(&thiefs.refresh).await.refused(409, "superseded");
    app.refresh(&first.refresh).await.refused(409, "superseded");
    assert!(app.is_live(&first.session).await);
    app.refreshed(&renewed.refresh).await;
}

/// The page refreshes at the very moment at which its backend renews the token.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_refreshes_at_the_same_moment_is_not_signed_out() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (mut first_won, mut renewal_won) = (0, 0);
    for round in 0..40 {
        let first = app.open("ann").await;
        let mut page = JoinSet::new();
        let mut backend = JoinSet::new();
        let refresh = app.refreshing(&first.refresh).header("idempotency-key", KEY);
        let renewal = asking(&app, &first.session, json!({"acr": "aal2"}));
        for n in 0..8 {
            page.spawn(refresh.clone().send());
            if n == round % 8 {
                backend.spawn(renewal.clone().send());
            }
        }
        let renewed = Tokens::of(&backend.join_next().await.unwrap().unwrap().expect(200));
        for answer in page.join_all().await {
            match answer.status() {
                200 => first_won += 1,
                _ => {
                    answer.refused(409, "superseded");
                    renewal_won += 1;
                }
            }
        }
        assert!(app.is_live(&first.session).await, "round {round}");
        let next = app.refreshed(&renewed.refresh).await;
        assert_eq!(claims_of(&next.auth)["acr"], "aal2", "round {round}");
    }
    assert!(first_won + renewal_won == 320);
}

#[tokio::test]
async fn a_backend_may_ask_twice() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let lost = Tokens::of(&renew(&app, &first.session, json!({})).await.expect(200));
    let renewed = Tokens::of(&renew(&app, &first.session, json!({})).await.expect(200));
    app.refresh(&first.refresh).await.refused(409, "superseded");
    app.refresh(&lost.refresh).await.refused(409, "superseded");
    app.refreshed(&renewed.refresh).await;
}

#[tokio::test]
async fn it_counts_as_activity_and_no_more_than_that() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"idle_timeout": 7200, "absolute_lifetime": 10_800})).await;
    let first = app.open("ann").await;
    world.pass(7000);
    let renewed = Tokens::of(&renew(&app, &first.session, json!({})).await.expect(200));
    world.pass(3700);
    let next = app.refreshed(&renewed.refresh).await;
    let last = Tokens::of(&renew(&app, &first.session, json!({})).await.expect(200));
    assert!(claims_of(&last.auth)["exp"].as_i64().unwrap() <= START + 10_800);
    world.pass(100);
    assert_eq!(app.refresh(&last.refresh).await.expect(401).reason(), "expired_absolute");
    assert!(!app.is_active(&next.auth).await);
    let answer = renew(&app, &first.session, json!({})).await.refused(409, "session_over");
    assert_eq!(answer.reason(), "expired_absolute");
}

#[tokio::test]
async fn what_is_said_has_its_bounds() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let first = app.open("ann").await;
    world.pass(100);
    let bad = [
        (json!({"auth_time": START - 1}), "auth_time"),
        (json!({"auth_time": START + 161}), "auth_time"),
        (json!({"auth_time": -1}), "auth_time"),
        (json!({"amr": vec!["x"; 17]}), "amr"),
        (json!({"acr": ""}), "acr"),
        (json!({"claims": {}}), "claims"),
    ];
    for (body, path) in bad {
        let answer = renew(&app, &first.session, body).await.refused(422, "invalid_fields").json();
        assert_eq!(answer["fields"][0]["path"], path, "{answer}");
    }
    renew(&bank, &first.session, json!({})).await.refused(404, "not_found");
    assert_eq!(app.session(&first.session).await["seq"], 1, "nothing was changed");
    renew(&app, &first.session, json!({"auth_time": START})).await.expect(200);
    app.manage(Method::DELETE, &format!("/sessions/{}", first.session)).send().await.expect(200);
    let answer = renew(&app, &first.session, json!({})).await.refused(409, "session_over");
    assert_eq!(answer.reason(), "ended_by_admin");
}

#[tokio::test]
async fn an_answer_that_the_store_lost_costs_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    world.memory.set_losing_answers(true);
    let renewed = Tokens::of(&renew(&app, &first.session, json!({"acr": "aal2"})).await.expect(200));
    let path = format!("/sessions/{}", first.session);
    let amend = app.manage(Method::PATCH, &path).json(json!({"claims": {"plan": "pro"}}));
    amend.clone().send().await.refused(503, "unavailable");
    world.memory.set_losing_answers(false);
    amend.send().await.expect(200);
    let claims = claims_of(&app.refreshed(&renewed.refresh).await.auth);
    assert_eq!((&claims["acr"], &claims["plan"]), (&json!("aal2"), &json!("pro")));
}
