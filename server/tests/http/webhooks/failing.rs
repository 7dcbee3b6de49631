//! Receivers that do not take what they are sent.

use http::Method;
use serde_json::{Value, json};

use super::{Deliveries, Receiver, Reply, change, create, revoked, show, to, until};
use crate::support::World;
use crate::support::clock::START;

const DAY: i64 = 86_400;

#[tokio::test]
async fn what_was_not_taken_comes_again_under_the_same_id_before_what_follows() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    create(&app, to(&receiver.url())).await;
    receiver.answers([500, 503, 429, 404, 301].map(Reply::Status));
    let deliveries = Deliveries::of(&world);
    let sessions = [revoked(&app, "ann").await, revoked(&app, "bob").await];
    let got = receiver.until(7).await;
    let first: Vec<_> = got.iter().take(6).map(|got| (got.header("webhook-id"), &got.body)).collect();
    assert!(first.iter().all(|one| *one == first[0]), "{first:?}");
    assert_ne!(got[6].header("webhook-id"), first[0].0);
    let of = |n: usize| got[n].json()["data"]["session_id"].clone();
    assert_eq!([of(0), of(6)], sessions);
    let moments: Vec<i64> = got.iter().map(|got| got.header("webhook-timestamp").parse().unwrap()).collect();
    assert!(moments.is_sorted() && moments[5] - moments[0] >= 15, "{moments:?}");
    deliveries.stopped().await;
    assert_eq!(receiver.got().len(), 7);
}

#[tokio::test]
async fn a_failure_is_shown_while_it_lasts() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    let webhook = create(&app, to(&receiver.url())).await;
    world.clock.hold_waits();
    receiver.answers([Reply::Status(500)]);
    let deliveries = Deliveries::of(&world);
    revoked(&app, "ann").await;
    let failed = until(&app, &webhook, |now| now["progress"]["failures"] == 1).await;
    let progress = &failed["progress"];
    assert_eq!(progress["waiting_since"], START);
    assert_eq!(
        (&progress["last_failure"]["status"], &progress["last_failure"]["says"]),
        (&500.into(), &"it answered 500".into())
    );
    assert!((START..=START + 1).contains(&progress["next_try_at"].as_i64().unwrap()));
    assert_ne!(progress["cursor"], progress["head"]);
    // Whoever changes the address need not wait.
    let other = Receiver::new().await;
    world.pass(1);
    change(&app, &webhook, to(&other.url())).await.expect(200);
    other.until(1).await;
    until(&app, &webhook, |now| now["progress"]["failures"] == 0).await;
    // That nothing waits is written down a second later, or with the next thing that is said.
    world.pass(1);
    revoked(&world.app("bank").await, "bob").await;
    let well = until(&app, &webhook, |now| now["progress"]["waiting_since"].is_null()).await;
    assert_eq!(well["progress"]["last_failure"]["status"], 500, "the last one is still known");
    deliveries.stopped().await;
    assert_eq!((receiver.got().len(), other.got().len()), (1, 1));
}

#[tokio::test]
async fn a_receiver_is_left_alone_for_as_long_as_it_asks() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    create(&app, to(&receiver.url())).await;
    let busy = |secs: u64| {
        Reply::Bytes(format!("HTTP/1.1 503 Busy\r\nRetry-After: {secs}\r\nContent-Length: 0\r\n\r\n"))
    };
    receiver.answers([busy(120), busy(999_999)]);
    let deliveries = Deliveries::of(&world);
    revoked(&app, "ann").await;
    let got = receiver.until(3).await;
    let at = |n: usize| got[n].header("webhook-timestamp").parse::<i64>().unwrap();
    assert_eq!((at(1) - at(0), at(2) - at(1)), (120, 3600), "an hour at most");
    deliveries.stopped().await;
}

#[tokio::test]
async fn a_receiver_that_wants_no_more_gets_no_more() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    let webhook = create(&app, to(&receiver.url())).await;
    receiver.answers([Reply::Status(410)]);
    let deliveries = Deliveries::of(&world);
    let first = revoked(&app, "ann").await;
    let off = until(&app, &webhook, |now| now["enabled"] == false).await;
    assert_eq!(off["disabled"], json!({"at": START, "why": "it answered 410: it wants no more messages"}));
    let second = revoked(&app, "bob").await;
    let told: Vec<Value> =
        world.events().await.into_iter().filter(|event| event["type"] == "webhook_disabled").collect();
    assert_eq!((told.len(), &told[0]["detail"]["host"]), (1, &"127.0.0.1".into()));
    assert_eq!(receiver.got().len(), 1);
    // Turned on again it goes on where it stopped.
    change(&app, &webhook, json!({"enabled": true})).await.expect(200);
    let got = receiver.until(3).await;
    let sessions: Vec<_> = got.iter().map(|got| got.json()["data"]["session_id"].clone()).collect();
    assert_eq!(sessions, [first.clone(), first, second]);
    deliveries.stopped().await;
}

#[tokio::test]
async fn one_that_fails_for_days_is_turned_off_and_says_so() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    receiver.always_answers(Reply::Status(500));
    let webhook = create(&app, to(&receiver.url())).await;
    let deliveries = Deliveries::of(&world);
    revoked(&app, "ann").await;
    let off = until(&app, &webhook, |now| now["enabled"] == false).await;
    let at = off["disabled"]["at"].as_i64().unwrap();
    assert!((START + 3 * DAY..START + 3 * DAY + 900).contains(&at), "{off:#}");
    assert_eq!(off["disabled"]["why"], "it failed for 3 days, the last time because it answered 500");
    assert_eq!(world.count_events("webhook_disabled").await, 1);
    let tries = receiver.got().len();
    assert!((288..=600).contains(&tries), "{tries}");
    // Turned on, it has days again.
    change(&app, &webhook, json!({"enabled": true})).await.expect(200);
    receiver.until(tries + 3).await;
    receiver.always_answers(Reply::Status(200));
    let well = until(&app, &webhook, |now| now["progress"]["cursor"] == now["progress"]["head"]).await;
    assert_eq!(well["enabled"], true);
    assert_eq!(show(&app, &webhook).await["progress"]["failures"], 0);
    deliveries.stopped().await;
    app.manage(Method::GET, "/webhooks").send().await.expect(200);
}
