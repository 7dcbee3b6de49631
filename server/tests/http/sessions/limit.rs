//! `max_sessions`: how many live sessions a user may have.

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Tokens, World};

#[tokio::test]
async fn rt_27_the_oldest_ends_for_the_newest() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"max_sessions": 2})).await;
    let mut opened = Vec::new();
    for _ in 0..3 {
        opened.push(app.open("ann").await);
        world.pass(1);
    }
    let bob = app.open("bob").await;
    let refused = app.refresh(&opened[0].refresh).await.refused(401, "invalid_refresh_token");
    assert_eq!(refused.reason(), "ended_by_limit");
    assert!(!app.is_active(&opened[0].auth).await);
    for live in [&opened[1], &opened[2], &bob] {
        app.refresh(&live.refresh).await.expect(200);
    }
}

#[tokio::test]
async fn deny_refuses_the_newest_and_ends_nothing() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"max_sessions": 2, "on_limit": "deny"})).await;
    let (first, second) = (app.open("ann").await, app.open("ann").await);
    insta::assert_snapshot!("denied", app.open_with(json!({"user_id": "ann"})).await.shown());
    app.open("bob").await;
    app.sign_out(&first.refresh).await.expect(200);
    app.open("ann").await;
    app.refresh(&second.refresh).await.expect(200);
    // What has expired counts no more.
    world.pass(6 * 86_400);
    app.open("ann").await;
    app.open("ann").await;
    app.open_with(json!({"user_id": "ann"})).await.refused(409, "session_limit");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_leave_as_many_as_are_allowed() {
    for on_limit in ["end_oldest", "deny"] {
        let world = World::new().await;
        let app = world.app_with("shop", json!({"max_sessions": 3, "on_limit": on_limit})).await;
        let call = app.manage(http::Method::POST, "/sessions").json(json!({"user_id": "ann"}));
        let mut sent = JoinSet::new();
        for _ in 0..50 {
            sent.spawn(call.clone().send());
        }
        let answers = sent.join_all().await;
        let opened: Vec<_> = answers.iter().filter(|answer| answer.status() == 201).map(Tokens::of).collect();
        let expected = if on_limit == "deny" { 3 } else { 50 };
        assert_eq!(opened.len(), expected, "{on_limit}");
        assert!(answers.iter().all(|answer| matches!(answer.status(), 201 | 409)));
        let live = app.manage(http::Method::GET, "/sessions?user_id=ann&status=live").send().await.json();
        assert_eq!(live["total"], 3, "{on_limit}");
        let mut served = 0;
        for tokens in opened {
            served += usize::from(app.refresh(&tokens.refresh).await.status() == 200);
        }
        assert_eq!(served, 3, "{on_limit}");
    }
}
