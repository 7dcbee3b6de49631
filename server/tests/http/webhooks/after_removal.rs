//! The end of an app is told, too; then nothing is left of its webhooks.

use http::Method;
use serde_json::json;
use tenure_store::{Directory as _, Kind};

use super::{Deliveries, Receiver, create, revoked, to};
use crate::support::World;

async fn are_gone(world: &World) {
    for _ in 0..500 {
        let mut left = 0;
        for kind in [Kind::Webhook, Kind::WebhookProgress] {
            left += world.memory.records(kind, "", None, 10).await.unwrap().len();
        }
        if left == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("something is left");
}

#[tokio::test]
async fn the_removal_of_an_app_is_told_to_its_webhooks_before_they_go() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    create(&app, to(&receiver.url())).await;
    let session = app.open("ann").await.session;
    app.manage(Method::DELETE, "").send().await.expect(200);
    app.manage(Method::GET, "/webhooks").send().await.refused(404, "not_found");
    // One of the same name is another app.
    let again = world.app("shop").await;
    assert_eq!(again.manage(Method::GET, "/webhooks").send().await.json(), json!({"webhooks": []}));
    revoked(&again, "bob").await;
    let deliveries = Deliveries::of(&world);
    let got = receiver.until(2).await;
    assert_eq!(got[0].json()["data"]["session_id"], session);
    assert_eq!(got[1].kind(), "app.revoked");
    are_gone(&world).await;
    deliveries.stopped().await;
    assert_eq!(receiver.got().len(), 2);
}

#[tokio::test]
async fn a_second_removal_is_not_told_to_webhooks_of_the_first_app() {
    let world = World::new().await;
    let receivers = [Receiver::new().await, Receiver::new().await];
    for receiver in &receivers {
        let app = world.app("shop").await;
        create(&app, to(&receiver.url())).await;
        revoked(&app, "ann").await;
        app.manage(Method::DELETE, "").send().await.expect(200);
    }
    let deliveries = Deliveries::of(&world);
    are_gone(&world).await;
    deliveries.stopped().await;
    for receiver in receivers {
        let kinds: Vec<_> = receiver.got().iter().map(|got| got.kind()).collect();
        assert_eq!(kinds, ["session.revoked", "app.revoked"]);
    }
}

#[tokio::test]
async fn of_one_that_was_turned_off_nothing_is_left_at_once() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let webhook = create(&app, to("https://hooks.example/")).await;
    super::change(&app, &webhook, json!({"enabled": false})).await.expect(200);
    app.manage(Method::DELETE, "").send().await.expect(200);
    are_gone(&world).await;
}
