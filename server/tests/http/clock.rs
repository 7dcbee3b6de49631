//! Clocks that are wrong.

use http::Method;
use tenure_core::time::Span;

use crate::support::World;

#[tokio::test]
async fn a_clock_set_back_is_not_trusted_and_nothing_is_lost() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    world.pass(-5);
    let tokens = app.refreshed(&tokens.refresh).await;
    world.pass(-1);
    let refused = app.refresh(&tokens.refresh).await.refused(503, "unavailable");
    assert_eq!(refused.header("retry-after"), Some("1"));
    app.grant(&tokens.refresh).send().await.refused(503, "temporarily_unavailable");
    app.sign_out(&tokens.refresh).await.refused(503, "unavailable");
    let opening = serde_json::json!({"user_id": "ann"});
    app.open_with(opening).await.refused(503, "unavailable");
    app.manage(Method::POST, "/oauth/introspect").form(&[("token", "x")]).send().await.expect(503);
    world.get("/readyz").send().await.refused(503, "not_ready");
    world.pass(1);
    app.refresh(&tokens.refresh).await.expect(200);
}

#[tokio::test]
async fn nor_after_a_restart() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    world.pass(3600);
    let tokens = app.refreshed(&tokens.refresh).await;
    world.pass(-10);
    let world = world.restarted().await;
    let app = crate::support::app::TestApp::new(&world, "shop");
    app.refresh(&tokens.refresh).await.refused(503, "unavailable");
    world.clock.advance(Span::from_secs(10));
    app.refresh(&tokens.refresh).await.expect(200);
}

#[tokio::test]
async fn a_clock_set_back_lengthens_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let before = app.session(&tokens.session).await;
    world.pass(-4);
    app.refreshed(&tokens.refresh).await;
    let after = app.session(&tokens.session).await;
    for name in ["active_at", "expires_at", "idle_expires_at"] {
        assert_eq!(after[name], before[name], "{name}");
    }
}
