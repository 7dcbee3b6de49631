//! Introspection of session tokens: what one says, when it says nothing, and that its use keeps a session awake.

use http::Method;
use serde_json::{Value, json};

use crate::support::answer::{Answer, shown};
use crate::support::app::TestApp;
use crate::support::{Tokens, World};

/// What is said when the page passes on what its user does.
async fn introspect(app: &TestApp<'_>, token: &str, activity: &str) -> Answer {
    let call = app.manage(Method::POST, "/oauth/introspect").form(&[("token", token)]);
    call.header("tenure-activity", activity).send().await
}

fn exp(said: &Value) -> i64 {
    said["exp"].as_i64().unwrap()
}

#[tokio::test]
async fn in_3_an_active_session_token_says_what_an_auth_token_would() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let opened = json!({
        "user_id": "ann", "auth_time": 1_767_225_000, "amr": ["pwd", "otp"], "acr": "aal2",
        "claims": {"plan": "gold", "roles": ["admin"]},
    });
    let opened = Tokens::of(&app.open_with(opened).await.expect(201));
    let token = app.session_token(&opened.auth).await;
    world.pass(60);
    insta::assert_snapshot!("active_session_token", shown(app.introspect(&token).await));
    // It reads what is stored now, where an auth token would say what was.
    let patch = app.manage(Method::PATCH, &format!("/sessions/{}", opened.session));
    patch.json(json!({"claims": {"plan": "silver", "roles": null}})).send().await.expect(200);
    let said = app.introspect(&token).await;
    assert_eq!((&said["plan"], said.get("roles")), (&json!("silver"), None));
    for key in ["verify", "backend"] {
        let key = world.api_key("shop", key, false).await;
        let call = world.post(&app.at("/oauth/introspect")).form(&[("token", &token)]).key(&key);
        assert_eq!(call.send().await.expect(200).json(), said);
    }
}

#[tokio::test]
async fn in_2_a_session_token_that_is_not_good_is_inactive_and_nothing_else() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let (ended, replaced, foreign) = (app.open("ann").await, app.open("bob").await, bank.open("ann").await);
    let (of_ended, first) = (app.session_token(&ended.auth).await, app.session_token(&replaced.auth).await);
    let second = app.session_token(&replaced.auth).await;
    let of_bank = bank.session_token(&foreign.auth).await;
    let mut forged = second.clone();
    forged.replace_range(95..96, if second.ends_with('A') { "B" } else { "A" });
    app.manage(Method::DELETE, &format!("/sessions/{}", ended.session)).send().await.expect(200);
    for token in
        [&of_ended, &first, &of_bank, &forged, "ts1_", "ts1_x", &second.to_uppercase(), &second[..95]]
    {
        let call = app.manage(Method::POST, "/oauth/introspect").form(&[("token", token)]);
        assert_eq!(call.send().await.expect(200).text(), r#"{"active":false}"#, "{token}");
    }
    assert!(app.is_active(&second).await && bank.is_active(&of_bank).await);
}

#[tokio::test]
async fn in_2_every_way_to_end_a_session_ends_its_session_token() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"max_sessions": 1})).await;
    for how in ["sign_out", "reuse", "limit", "user", "filter", "revoke", "own"] {
        let tokens = app.open(how).await;
        let token = app.session_token(&tokens.auth).await;
        assert!(app.is_active(&token).await);
        match how {
            "sign_out" => drop(app.sign_out(&tokens.refresh).await.expect(200)),
            "reuse" => {
                app.refreshed(&tokens.refresh).await;
                app.refresh(&tokens.refresh).await.expect(401);
            }
            "limit" => drop(app.open(how).await),
            "user" => {
                app.manage(Method::DELETE, &format!("/users/{how}/tokens")).send().await.expect(200);
            }
            "filter" => {
                let end = json!({"filter": {"user_id": how}});
                app.manage(Method::POST, "/sessions/end").json(end).send().await.expect(200);
            }
            "revoke" => {
                let call = app.call(Method::POST, "/oauth/revoke").form(&[("token", &token)]);
                call.send().await.expect(200);
            }
            _ => {
                let path = format!("/me/sessions/{}", tokens.session);
                app.call(Method::DELETE, &path).key(&tokens.auth).send().await.expect(200);
            }
        }
        assert_eq!(app.introspect(&token).await, json!({"active": false}), "{how}");
        assert!(!app.is_live(&tokens.session).await);
    }
    // Settings that shorten sessions reach it at once: it is checked against them, and need not be refreshed first.
    let tokens = app.open("settings").await;
    let token = app.session_token(&tokens.auth).await;
    world.pass(3600);
    let shorter = app.manage(Method::PUT, "/session-settings?applies=next_refresh");
    let shorter =
        shorter.json(json!({"idle_timeout": 1800, "auth_token_ttl": 600, "absolute_lifetime": 3600}));
    shorter.send().await.expect(200);
    assert!(!app.is_active(&token).await);
}

#[tokio::test]
async fn a_session_that_is_used_stays_awake_until_its_absolute_end() {
    let world = World::new().await;
    let settings = json!({"auth_token_ttl": 300, "idle_timeout": 1800, "absolute_lifetime": 36_000});
    let app = world.app_with("shop", settings).await;
    let tokens = app.open("ann").await;
    let token = app.session_token(&tokens.auth).await;
    let begun = exp(&app.introspect(&token).await);
    // Within a twentieth of the idle time-out nothing is written.
    world.pass(90);
    let calls = world.memory.calls();
    assert_eq!(exp(&app.introspect(&token).await), begun);
    assert_eq!(world.memory.calls(), calls + 1, "one read");
    world.pass(1);
    assert_eq!(exp(&app.introspect(&token).await), begun + 91);
    assert_eq!(exp(&app.introspect(&token).await), begun + 91);
    for _ in 0..(36_000 - 91) / 1700 {
        world.pass(1700);
        assert!(app.is_active(&token).await);
    }
    let last = app.introspect(&token).await;
    assert_eq!(exp(&last), begun - 1800 + 36_000, "never beyond the absolute end");
    let seen = app.session(&tokens.session).await;
    assert!(seen["active_at"].as_i64().unwrap() > begun);
    world.pass(36_000 - 91 - (36_000 - 91) / 1700 * 1700);
    assert!(!app.is_active(&token).await);
}

#[tokio::test]
async fn a_session_that_nobody_uses_is_idle() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"auth_token_ttl": 300, "idle_timeout": 1800})).await;
    let tokens = app.open("ann").await;
    let token = app.session_token(&tokens.auth).await;
    world.pass(1799);
    assert!(introspect(&app, &token, "hidden").await.expect(200).json()["active"] == true);
    world.pass(1);
    assert!(!app.is_active(&token).await);
    assert_eq!(app.session(&tokens.session).await["reason"], "expired_idle");
}

#[tokio::test]
async fn activity_counts_as_it_does_at_a_refresh() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"auth_token_ttl": 300, "idle_timeout": 1800})).await;
    for (counts, said, moves) in [
        ("user_activity", "visible;idle=0", 1000),
        ("user_activity", "focused;idle=300", 700),
        ("user_activity", "hidden", 0),
        ("user_activity", "visible;idle=5000", 0),
        ("strict_activity", "focused", 1000),
        ("strict_activity", "", 0),
        ("any_refresh", "hidden", 1000),
    ] {
        app.change_settings(json!({"idle_counts": counts})).await.expect(200);
        let tokens = app.open("ann").await;
        let token = app.session_token(&tokens.auth).await;
        let begun = exp(&introspect(&app, &token, "hidden").await.expect(200).json());
        world.pass(1000);
        let said = match said {
            "" => app.introspect(&token).await,
            said => introspect(&app, &token, said).await.expect(200).json(),
        };
        assert_eq!(exp(&said) - begun, moves, "{counts}");
    }
    let token = app.session_token(&app.open("ann").await.auth).await;
    introspect(&app, &token, "asleep").await.refused(400, "invalid_request");
}

#[tokio::test]
async fn a_background_refresh_does_not_take_the_use_of_a_session_token_back() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"auth_token_ttl": 300, "idle_timeout": 1800})).await;
    let tokens = app.open("ann").await;
    let token = app.session_token(&tokens.auth).await;
    // Another node follows the session, and knows it as it was before it was used.
    let node = world.another_node().await;
    let there = TestApp::new(&node, "shop");
    let refresh = |token: String| there.refreshing(&token).header("tenure-activity", "hidden").send();
    let next = Tokens::of(&refresh(tokens.refresh).await.expect(200));
    world.pass(1700);
    let used = exp(&app.introspect(&token).await);
    refresh(next.refresh).await.expect(200);
    assert_eq!(exp(&introspect(&app, &token, "hidden").await.json()), used);
    world.pass(1700);
    assert!(app.is_active(&token).await);
}

/// A node that follows the session by its own refreshes knows it as it was before it was used elsewhere.
#[tokio::test]
async fn a_session_that_is_used_is_not_ended_by_settings_for_being_idle() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"auth_token_ttl": 300, "idle_timeout": 1800})).await;
    let tokens = app.open("ann").await;
    let token = app.session_token(&tokens.auth).await;
    let node = world.another_node().await;
    let there = TestApp::new(&node, "shop");
    let next = Tokens::of(&there.refresh(&tokens.refresh).await.expect(200));
    world.pass(1000);
    assert!(app.is_active(&token).await);
    let shorter = json!({"auth_token_ttl": 300, "idle_timeout": 900});
    let call = there.manage(Method::PUT, "/session-settings?applies=next_refresh").json(shorter);
    call.send().await.expect(200);
    there.refresh(&next.refresh).await.expect(200);
    assert!(app.is_active(&token).await);
}

#[tokio::test]
async fn in_2_a_change_of_the_ring_ends_it_with_its_key() {
    use tenure_core::id::Kid;
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let token = app.session_token(&tokens.auth).await;
    world.edit_ring(|ring| assert_eq!(ring.add(&[9; 32]).unwrap(), Kid(2)));
    world.service.reload_ring().await;
    world.edit_ring(|ring| ring.activate(Kid(2)).unwrap());
    world.service.reload_ring().await;
    assert!(app.is_active(&token).await, "recognised as long as its key is honoured");
    let next = app.refreshed(&tokens.refresh).await;
    assert!(app.is_active(&token).await);
    world.edit_ring(|ring| ring.retire(Kid(1)).unwrap());
    world.service.reload_ring().await;
    assert!(!app.is_active(&token).await);
    // The session has moved to the new key, and its backend gets another token.
    assert!(app.is_live(&tokens.session).await);
    assert!(app.is_active(&app.session_token(&next.auth).await).await);
}

#[tokio::test]
async fn in_2_an_outage_is_no_verdict() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let token = app.session_token(&tokens.auth).await;
    world.memory.set_out_of_order(true);
    let ask = app.manage(Method::POST, "/oauth/introspect").form(&[("token", &token)]);
    let outage = ask.clone().send().await.refused(503, "temporarily_unavailable");
    assert_eq!(outage.header("retry-after"), Some("1"));
    app.exchanging(&tokens.auth).send().await.refused(503, "temporarily_unavailable");
    let revoke = app.call(Method::POST, "/oauth/revoke").form(&[("token", &token)]);
    revoke.send().await.refused(503, "temporarily_unavailable");
    world.memory.set_out_of_order(false);
    assert!(app.is_active(&token).await);
}

/// Reads go on, and the activity that is to be put down is not.
#[tokio::test]
async fn in_2_a_use_that_cannot_be_put_down_refuses_nobody() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"auth_token_ttl": 300, "idle_timeout": 1800})).await;
    let token = app.session_token(&app.open("ann").await.auth).await;
    let begun = exp(&app.introspect(&token).await);
    world.pass(1000);
    world.memory.set_losing_answers(true);
    assert_eq!(exp(&app.introspect(&token).await), begun);
    world.memory.set_losing_answers(false);
    assert_eq!(exp(&app.introspect(&token).await), begun + 1000);
}
