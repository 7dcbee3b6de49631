//! What a webhook has yet to be told is kept for it; what could not be kept is not passed over in silence.

use serde_json::json;

use super::{Deliveries, Receiver, Reply, change, create, revoked, to, until};
use crate::support::World;

const DAY: i64 = 86_400;

async fn give_space_back(world: &World) {
    while world.service.give_space_back().await.unwrap() > 0 {}
}

#[tokio::test]
async fn the_feed_is_kept_until_a_webhook_that_is_behind_has_read_it() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    let webhook = create(&app, to(&receiver.url())).await;
    let sessions = [revoked(&app, "ann").await, revoked(&app, "bob").await];
    world.pass(DAY);
    give_space_back(&world).await;
    let deliveries = Deliveries::of(&world);
    let got = receiver.until(2).await;
    assert_eq!([0, 1].map(|n| got[n].json()["data"]["session_id"].clone()), sessions);
    until(&app, &webhook, |now| now["progress"]["cursor"] == now["progress"]["head"]).await;
    deliveries.stopped().await;
    let read = tenure_store::Sessions::feed(&*world.memory, 0, 10).await.unwrap();
    assert!(read.retained_from <= 1);
    give_space_back(&world).await;
    let read = tenure_store::Sessions::feed(&*world.memory, 0, 10).await.unwrap();
    assert_eq!(read.retained_from, read.head + 1, "and no longer");
}

/// One whose receiver takes everything, and less than there is, does not fail and never comes to the end.
#[tokio::test]
async fn the_feed_is_not_kept_for_longer_than_days() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (slow, well) = (Receiver::new().await, Receiver::new().await);
    create(&app, to(&slow.url())).await;
    revoked(&app, "ann").await;
    world.pass(3 * DAY);
    create(&app, to(&well.url())).await;
    let later = revoked(&app, "bob").await;
    let retained_from = || async {
        give_space_back(&world).await;
        tenure_store::Sessions::feed(&*world.memory, 0, 10).await.unwrap().retained_from
    };
    assert_eq!(retained_from().await, 1);
    world.pass(DAY + 1);
    assert_eq!(retained_from().await, 2, "what the other one has yet to be told is kept");
    let deliveries = Deliveries::of(&world);
    let got = slow.until(2).await;
    assert_eq!(
        (got[0].kind(), &got[0].json()["data"]["missed_up_to"]),
        ("revocations.missed".into(), &json!(1))
    );
    assert_eq!(got[1].json()["data"]["session_id"], later);
    assert_eq!(well.until(1).await[0].json()["data"]["session_id"], later);
    deliveries.stopped().await;
}

#[tokio::test]
async fn one_that_was_turned_off_for_too_long_is_told_what_it_missed() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    let webhook = create(&app, to(&receiver.url())).await;
    change(&app, &webhook, json!({"enabled": false})).await.expect(200);
    let deliveries = Deliveries::of(&world);
    revoked(&app, "ann").await;
    world.pass(DAY);
    give_space_back(&world).await;
    let kept = revoked(&app, "bob").await;
    change(&app, &webhook, json!({"enabled": true})).await.expect(200);
    let got = receiver.until(2).await;
    assert_eq!(got[0].kind(), "revocations.missed");
    let missed = got[0].json()["data"]["missed_up_to"].as_u64().unwrap();
    let next: u64 = got[1].header("webhook-id").rsplit('_').next().unwrap().parse().unwrap();
    assert_eq!(next, missed + 1);
    assert_eq!(got[1].json()["data"]["session_id"], kept);
    deliveries.stopped().await;
    assert_eq!(receiver.got().len(), 2);
}

#[tokio::test]
async fn a_webhook_that_nothing_concerns_keeps_no_feed() {
    let world = World::new().await;
    let (shop, bank) = (world.app("shop").await, world.app("bank").await);
    let receiver = Receiver::new().await;
    let webhook = create(&shop, to(&receiver.url())).await;
    let deliveries = Deliveries::of(&world);
    for _ in 0..5 {
        revoked(&bank, "bob").await;
        world.pass(120);
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    until(&shop, &webhook, |now| now["progress"]["cursor"].as_u64() > Some(0)).await;
    deliveries.stopped().await;
    world.pass(DAY);
    give_space_back(&world).await;
    let read = tenure_store::Sessions::feed(&*world.memory, 0, 10).await.unwrap();
    assert_eq!((read.entries.len(), receiver.got().len()), (0, 0));
}

#[tokio::test]
async fn one_that_fails_keeps_the_feed_and_one_that_was_turned_off_does_not() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    receiver.always_answers(Reply::Status(500));
    let webhook = create(&app, to(&receiver.url())).await;
    let deliveries = Deliveries::of(&world);
    revoked(&app, "ann").await;
    until(&app, &webhook, |now| now["enabled"] == false).await;
    give_space_back(&world).await;
    let read = tenure_store::Sessions::feed(&*world.memory, 0, 10).await.unwrap();
    assert_eq!(read.entries.len(), 0);
    deliveries.stopped().await;
}
