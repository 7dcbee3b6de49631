//! `/livez`, `/readyz` and `/metrics`.

use tenure_server::state::HttpOptions;

use crate::support::World;

#[tokio::test]
async fn alive_and_ready() {
    let world = World::new().await;
    insta::assert_snapshot!("live", world.get("/livez").send().await.shown());
    insta::assert_snapshot!("ready", world.get("/readyz").send().await.shown());
}

#[tokio::test]
async fn metrics_count_and_name_nobody() {
    let world = World::with(HttpOptions { open_metrics: true, ..HttpOptions::default() }).await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let second = app.refreshed(&first.refresh).await;
    app.refresh(&first.refresh).await.expect(401);
    app.refresh(&second.refresh).await.expect(401);
    app.sign_out(&app.open("ann").await.refresh).await.expect(200);
    let answer = world.get("/metrics").send().await.expect(200);
    insta::assert_snapshot!("metrics", answer.shown());
}

#[tokio::test]
async fn metrics_need_a_key_outside_of_dev() {
    let world = World::new().await;
    world.get("/metrics").send().await.refused(401, "invalid_api_key");
    let key = world.api_key("first", "verify", true).await;
    world.get("/metrics").key(&key).send().await.expect(200);
}
