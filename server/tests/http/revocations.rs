//! `ISS/revocations`: what verifiers follow.

mod stream;

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tenure_server::limits::FEED_WAIT;

use crate::support::World;
use crate::support::app::TestApp;
use crate::support::call::Call;

/// An app of a server that follows its own feed.
async fn shop(world: &World) -> TestApp<'_> {
    let service = world.service.clone();
    tokio::spawn(async move { service.follow_feed().await });
    world.app("shop").await
}

fn reading(app: &TestApp<'_>, query: &str) -> Call {
    app.manage(Method::GET, &format!("/revocations{query}"))
}

async fn read(app: &TestApp<'_>, query: &str) -> Value {
    reading(app, query).send().await.expect(200).json()
}

async fn snapshot(app: &TestApp<'_>) -> Value {
    app.manage(Method::GET, "/revocations/snapshot").send().await.expect(200).json()
}

/// A member of each entry, where it has it.
fn all<'m>(message: &'m Value, member: &str) -> Vec<&'m Value> {
    message["entries"].as_array().unwrap().iter().filter_map(|entry| entry.get(member)).collect()
}

fn text(message: &Value, member: &str) -> String {
    message[member].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_cause_of_an_end_is_announced() {
    let world = World::new().await;
    let app = shop(&world).await;
    let start = snapshot(&app).await;
    assert_eq!(
        (&start["entries"], &start["reset"], &start["after"]),
        (&json!([]), &json!("start"), &json!(null))
    );
    app.change_settings(json!({"max_sessions": 1})).await.expect(200);
    let limited = app.open("limited").await;
    app.open("limited").await;
    let signed_out = app.open("ann").await;
    app.sign_out(&signed_out.refresh).await.expect(200);
    let stolen = app.open("bob").await;
    app.refreshed(&app.refreshed(&stolen.refresh).await.refresh).await;
    app.refresh(&stolen.refresh).await.expect(401);
    let ended = app.open("cid").await;
    app.manage(Method::DELETE, &format!("/sessions/{}", ended.session)).send().await.expect(200);
    let of_user = app.open("dan").await;
    app.manage(Method::DELETE, "/users/dan/tokens").send().await.expect(200);
    let by_filter = app.open("eve").await;
    let end = json!({"filter": {"user_id": "eve"}, "reason": "gone", "dry_run": false});
    app.manage(Method::POST, "/sessions/end").json(end).send().await.expect(200);
    let message = snapshot(&app).await;
    let expected =
        [limited, signed_out, stolen, ended, of_user, by_filter].map(|tokens| json!(tokens.session));
    assert_eq!(all(&message, "sid"), expected.iter().collect::<Vec<_>>());
    assert_eq!(all(&message, "sub"), [&json!("dan")], "for tokens that belong to no session");
    assert_eq!(message["cursor"], message["head"]);
    for entry in message["entries"].as_array().unwrap() {
        let (at, until) = (entry["at"].as_i64().unwrap(), entry["until"].as_i64().unwrap());
        assert!(
            until >= at + 600 + 30,
            "no token outlives its entry, by a clock that may be 30 s off: {entry}"
        );
    }
}

#[tokio::test]
async fn a_compromised_key_and_an_app_that_is_gone_are_announced() {
    let world = World::new().await;
    let app = shop(&world).await;
    let token = app.open("ann").await.auth;
    let kid = text(&crate::support::header_of(&token), "kid");
    app.manage(Method::POST, "/signing-keys").json(json!({"now": true})).send().await;
    let retire = json!({"compromised": true});
    let retired = app.manage(Method::POST, &format!("/signing-keys/{kid}/retire")).json(retire).send().await;
    retired.expect(200);
    assert_eq!(all(&snapshot(&app).await, "kid"), [&json!(kid)]);
}

#[tokio::test]
async fn whoever_goes_on_after_each_message_misses_nothing_and_is_told_nothing_twice() {
    let world = World::new().await;
    let (app, bank) = (shop(&world).await, world.app("bank").await);
    let mut cursor = text(&snapshot(&app).await, "cursor");
    for round in 0..30 {
        let elsewhere = bank.open("x").await;
        bank.sign_out(&elsewhere.refresh).await.expect(200);
        let quiet = read(&app, &format!("?after={cursor}")).await;
        assert_eq!(
            (&quiet["entries"], &quiet["after"]),
            (&json!([]), &json!(cursor)),
            "another app's is not told"
        );
        assert_eq!(quiet["cursor"], quiet["head"], "but read past");
        if round % 2 == 0 {
            cursor = text(&quiet, "cursor");
        }
        let ann = app.open("ann").await;
        app.sign_out(&ann.refresh).await.expect(200);
        let message = read(&app, &format!("?after={cursor}")).await;
        assert_eq!((all(&message, "sid"), &message["after"]), (vec![&json!(ann.session)], &json!(cursor)));
        assert_eq!(message.get("reset"), None);
        cursor = text(&message, "cursor");
    }
}

#[tokio::test]
async fn a_long_poll_is_answered_when_a_session_ends_and_not_before() {
    let world = World::new().await;
    let app = shop(&world).await;
    let ann = app.open("ann").await;
    let cursor = text(&snapshot(&app).await, "cursor");
    let waiting = tokio::spawn(reading(&app, &format!("?after={cursor}&wait=3600")).send());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    app.sign_out(&ann.refresh).await.expect(200);
    let message = tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("an answer").unwrap();
    assert_eq!(all(&message.expect(200).json(), "sid"), [&json!(ann.session)]);
    assert_eq!(FEED_WAIT, Duration::from_secs(50), "as the reference says");
}

#[tokio::test]
async fn a_long_poll_ends_in_time_and_when_the_process_is_about_to() {
    let world = World::new().await;
    let app = shop(&world).await;
    let cursor = text(&snapshot(&app).await, "cursor");
    let message = read(&app, &format!("?after={cursor}&wait=1")).await;
    assert_eq!((&message["entries"], &message["cursor"]), (&json!([]), &json!(cursor)));
    let waiting = tokio::spawn(reading(&app, &format!("?after={cursor}&wait=50")).send());
    tokio::time::sleep(Duration::from_millis(50)).await;
    world.http.close_streams();
    let answer = tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("an answer").unwrap();
    answer.expect(200);
}

#[tokio::test]
async fn a_reader_that_is_of_another_store_or_fell_behind_is_told_so() {
    let world = World::new().await;
    let app = shop(&world).await;
    let start = text(&snapshot(&app).await, "cursor");
    let (incarnation, number) = start.split_once('-').unwrap();
    let ann = app.open("ann").await;
    app.sign_out(&ann.refresh).await.expect(200);
    for (cursor, why) in [
        (format!("{:016x}-{number}", u64::MAX), "other_store"),
        (format!("{incarnation}-{}", u64::from(u32::MAX)), "other_store"),
    ] {
        let message = read(&app, &format!("?after={cursor}&wait=50")).await;
        assert_eq!((&message["after"], &message["reset"]), (&json!(null), &json!(why)), "{cursor}");
        assert_eq!(all(&message, "sid"), [&json!(ann.session)], "with all that matters");
    }
    world.pass(3700);
    while world.service.give_space_back().await.unwrap() > 0 {}
    let bob = app.open("bob").await;
    app.sign_out(&bob.refresh).await.expect(200);
    let message = read(&app, &format!("?after={start}")).await;
    assert_eq!((&message["after"], &message["reset"]), (&json!(null), &json!("fell_behind")));
    assert_eq!(all(&message, "sid"), [&json!(bob.session)]);
}

#[tokio::test]
async fn what_reaches_no_token_any_more_is_not_told() {
    let world = World::new().await;
    let app = shop(&world).await;
    let ann = app.open("ann").await;
    app.sign_out(&ann.refresh).await.expect(200);
    world.pass(3700);
    let message = snapshot(&app).await;
    assert_eq!((&message["entries"], &message["cursor"]), (&json!([]), &message["head"]));
}

#[tokio::test]
async fn a_great_many_come_in_messages_of_a_thousand() {
    let world = World::new().await;
    let app = shop(&world).await;
    for _ in 0..1100 {
        app.open("ann").await;
    }
    app.manage(Method::DELETE, "/users/ann/tokens").send().await.expect(200);
    let first = snapshot(&app).await;
    assert_eq!(all(&first, "sid").len() + all(&first, "sub").len(), 1000);
    assert_ne!(first["cursor"], first["head"]);
    let rest = read(&app, &format!("?after={}&wait=50", text(&first, "cursor"))).await;
    assert_eq!(all(&rest, "sid").len() + all(&rest, "sub").len(), 101);
    assert_eq!(rest["cursor"], rest["head"]);
}

#[tokio::test]
async fn what_is_no_cursor_is_refused() {
    let world = World::new().await;
    let app = shop(&world).await;
    let good = text(&snapshot(&app).await, "cursor");
    for bad in
        ["1", "x-1", "00000000C0FFEE00-1", "0000000000000001-", "0000000000000001-01", "0000000000000001--1"]
    {
        reading(&app, &format!("?after={bad}")).send().await.refused(400, "invalid_request");
        let streaming = reading(&app, "").header("accept", "text/event-stream").header("last-event-id", bad);
        streaming.send().await.refused(400, "invalid_request");
    }
    for query in [format!("?after={good}&wait=-1"), format!("?after={good}&wait=x"), "?until=1".to_owned()] {
        reading(&app, &query).send().await.refused(400, "invalid_request");
    }
}

#[tokio::test]
async fn an_app_that_serves_no_feed_says_so() {
    let world = World::new().await;
    let app = shop(&world).await;
    app.change_settings(json!({"revocation": "none"})).await.expect(200);
    reading(&app, "").send().await.refused(404, "not_found");
    app.manage(Method::GET, "/revocations/snapshot").send().await.refused(404, "not_found");
}

#[tokio::test]
async fn an_outage_is_503_and_a_feed_that_stands_still() {
    let world = World::new().await;
    let app = shop(&world).await;
    let before = snapshot(&app).await;
    world.memory.set_out_of_order(true);
    reading(&app, "").send().await.refused(503, "unavailable");
    world.memory.set_out_of_order(false);
    world.pass(5);
    let after = snapshot(&app).await;
    assert_eq!(after["as_of"].as_i64(), before["as_of"].as_i64().map(|at| at + 5));
}
