//! Order, restarts, and receivers beside each other.

use std::sync::Arc;

use http::Method;
use serde_json::json;
use tenure_store::{Directory as _, Kind};
use tokio::sync::Notify;

use super::{Deliveries, Receiver, Reply, create, revoked, show, to, until};
use crate::support::World;
use crate::support::receiver::Got;

fn sessions(got: &[Got]) -> Vec<String> {
    got.iter().map(|got| got.json()["data"]["session_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn many_ends_arrive_in_the_order_of_their_commits() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    let webhook = create(&app, to(&receiver.url())).await;
    for n in 0..250 {
        app.open(&format!("user-{n}")).await;
    }
    let deliveries = Deliveries::of(&world);
    let end = app.manage(Method::POST, "/sessions/end").json(json!({"filter": {}}));
    end.send().await.expect(200);
    let got = receiver.until(250).await;
    let numbers: Vec<u64> =
        got.iter().map(|got| got.header("webhook-id").rsplit('_').next().unwrap().parse().unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    until(&app, &webhook, |now| now["progress"]["cursor"] == now["progress"]["head"]).await;
    deliveries.stopped().await;
}

#[tokio::test]
async fn a_restart_goes_on_where_it_stopped() {
    let world = World::new().await;
    world.app("shop").await;
    let receiver = Receiver::new().await;
    let app = crate::support::app::TestApp::new(&world, "shop");
    create(&app, to(&receiver.url())).await;
    let deliveries = Deliveries::of(&world);
    let mut expected = vec![revoked(&app, "ann").await];
    receiver.until(1).await;
    deliveries.stopped().await;
    // Said while nobody delivers.
    expected.push(revoked(&app, "bob").await);
    let world = world.restarted().await;
    let app = crate::support::app::TestApp::new(&world, "shop");
    let deliveries = Deliveries::of(&world);
    expected.push(revoked(&app, "cleo").await);
    assert_eq!(sessions(&receiver.until(3).await), expected);
    deliveries.stopped().await;
    assert_eq!(receiver.got().len(), 3, "nothing twice after an ordinary end");
}

#[tokio::test]
async fn what_was_under_way_when_the_process_was_killed_comes_again() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    create(&app, to(&receiver.url())).await;
    receiver.answers([Reply::Never]);
    let deliveries = Deliveries::of(&world);
    let session = revoked(&app, "ann").await;
    receiver.until(1).await;
    deliveries.killed().await;
    let world = world.restarted().await;
    let deliveries = Deliveries::of(&world);
    let got = receiver.until(2).await;
    assert_eq!(sessions(&got), [session.clone(), session]);
    assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    deliveries.stopped().await;
}

#[tokio::test]
async fn one_that_never_answers_holds_up_no_other_and_no_refresh() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (mute, well) = (Receiver::new().await, Receiver::new().await);
    mute.always_answers(Reply::Never);
    for _ in 0..3 {
        create(&app, to(&mute.url())).await;
    }
    create(&app, to(&well.url())).await;
    let deliveries = Deliveries::of(&world);
    let mut token = app.open("zoe").await;
    let mut ended = Vec::new();
    for n in 0..20 {
        ended.push(revoked(&app, &format!("user-{n}")).await);
        token = app.refreshed(&token.refresh).await;
    }
    assert_eq!(sessions(&well.until(20).await), ended);
    deliveries.stopped().await;
}

#[tokio::test]
async fn an_outage_of_the_store_loses_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    create(&app, to(&receiver.url())).await;
    let deliveries = Deliveries::of(&world);
    let first = revoked(&app, "ann").await;
    world.memory.set_out_of_order(true);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    world.memory.set_out_of_order(false);
    let second = revoked(&app, "bob").await;
    assert_eq!(sessions(&receiver.until(2).await), [first, second]);
    deliveries.stopped().await;
    assert_eq!(receiver.got().len(), 2);
}

/// What was taken while nothing could be written down, on a full disk say, is not sent for as long as that lasts.
#[tokio::test]
async fn what_was_taken_during_an_outage_does_not_come_again() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    let webhook = create(&app, to(&receiver.url())).await;
    let let_it = Arc::new(Notify::new());
    receiver.answers([Reply::Once(let_it.clone())]);
    let deliveries = Deliveries::of(&world);
    revoked(&app, "ann").await;
    receiver.until(1).await;
    world.memory.set_out_of_order(true);
    let_it.notify_one();
    while world.service.counts().webhook_messages[0] == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    world.memory.set_out_of_order(false);
    until(&app, &webhook, |now| now["progress"]["cursor"] == now["progress"]["head"]).await;
    let second = revoked(&app, "bob").await;
    assert_eq!(sessions(&receiver.until(2).await)[1], second);
    deliveries.stopped().await;
    assert_eq!(receiver.got().len(), 2);
}

/// Each write is a commit, in the queue that refreshes wait in.
#[tokio::test]
async fn how_far_a_webhook_has_come_is_not_written_for_each_message() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    let webhook = create(&app, to(&receiver.url())).await;
    world.clock.hold_waits();
    let deliveries = Deliveries::of(&world);
    for n in 1..=10 {
        revoked(&app, &format!("user-{n}")).await;
        receiver.until(n).await;
    }
    deliveries.stopped().await;
    let key = format!("shop/{}", webhook["id"].as_str().unwrap());
    let written = world.memory.get(Kind::WebhookProgress, &key).await.unwrap().unwrap().version;
    assert_eq!(written, 3, "when it was made, with the first message, at the end");
    let now = show(&app, &webhook).await;
    assert_eq!(now["progress"]["cursor"], now["progress"]["head"]);
}
