//! What counts as activity of a user: the client's word, as the app wants it understood.

use serde_json::json;

use crate::support::app::TestApp;
use crate::support::{Tokens, World};

const IDLE: i64 = 5 * 86_400;

/// Refreshes with this signal, and says when the user was last active.
async fn active_after(app: &TestApp<'_>, tokens: &Tokens, signal: Option<&str>) -> i64 {
    let call = app.refreshing(&tokens.refresh);
    let call = if let Some(signal) = signal { call.header("tenure-activity", signal) } else { call };
    call.send().await.expect(200);
    let session = app.session(&tokens.session).await;
    session["active_at"].as_i64().unwrap() - session["created_at"].as_i64().unwrap()
}

#[tokio::test]
async fn what_counts_is_the_setting_s_to_say() {
    let signals = [
        (None, [100, 0, 100]),
        (Some("focused"), [100, 100, 100]),
        (Some("visible;idle=30"), [70, 70, 100]),
        (Some("visible; idle=3600"), [0, 0, 100]),
        (Some("hidden"), [0, 0, 100]),
        (Some("hidden;idle=0"), [0, 0, 100]),
    ];
    for (column, counts) in ["user_activity", "strict_activity", "any_refresh"].into_iter().enumerate() {
        let world = World::new().await;
        let app = world.app_with("shop", json!({"idle_counts": counts})).await;
        for (signal, expected) in signals {
            let tokens = app.open("ann").await;
            world.pass(100);
            let active = active_after(&app, &tokens, signal).await;
            assert_eq!(active, expected[column], "{counts} {signal:?}");
        }
    }
}

#[tokio::test]
async fn rt_15_refreshes_in_the_background_do_not_keep_a_session_alive() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut tokens = app.open("ann").await;
    for _ in 0..4 {
        world.pass(IDLE / 5);
        let hidden = app.refreshing(&tokens.refresh).header("tenure-activity", "hidden;idle=9").send().await;
        tokens = Tokens::of(&hidden.expect(200));
    }
    world.pass(IDLE / 5);
    assert_eq!(app.refresh(&tokens.refresh).await.expect(401).reason(), "expired_idle");
}

#[tokio::test]
async fn a_signal_that_is_not_understood_changes_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    for signal in ["", "awake", "focused;idle=-1", "focused;idle=x", "focused;away=1", "hidden;idle="] {
        let answer = app.refreshing(&token).header("tenure-activity", signal).send().await;
        answer.refused(400, "invalid_request");
    }
    app.refresh(&token).await.expect(200);
}
