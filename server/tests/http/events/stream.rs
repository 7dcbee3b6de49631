//! The same as it happens: an event stream.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tenure_server::limits::{Patience, STREAMS};
use tenure_server::state::HttpOptions;

use super::{happen, page};
use crate::support::World;
use crate::support::app::TestApp;
use crate::support::call::Call;
use crate::support::stream::Stream;

fn following(app: &TestApp<'_>) -> Call {
    app.manage(Method::GET, "/events")
}

fn number(event: &Value) -> u64 {
    event["n"].as_u64().unwrap()
}

#[tokio::test]
async fn what_happens_is_told_as_it_happens() {
    let world = World::new().await;
    let app = world.app("shop").await;
    happen(&app, "before").send().await.expect(200);
    let mut stream = Stream::of(following(&app)).await;
    assert_eq!(stream.parts.headers["content-type"], "text/event-stream");
    assert_eq!(stream.parts.headers["cache-control"], "no-store");
    assert_eq!(stream.block().await.unwrap(), "retry: 1000");
    happen(&world.app("bank").await, "elsewhere").send().await.expect(200);
    let ann = app.open("ann").await;
    app.sign_out(&ann.refresh).await.expect(200);
    let event = stream.event().await.unwrap();
    assert_eq!((&event["type"], &event["user_id"]), (&json!("ended"), &json!("ann")));
    assert_eq!((&event["app_id"], &event["session_id"]), (&json!("shop"), &json!(ann.session)));
    happen(&app, "bob").send().await.expect(200);
    let next = stream.event().await.unwrap();
    assert_eq!((&next["type"], &next["detail"]), (&json!("user_ended"), &json!({"ended": 0})));
    let listed = page(&app, &format!("?after={}", number(&event))).await;
    assert_eq!(listed["events"], json!([next]), "one event looks the same in both");
}

/// Readers that come and go while more happens than they are told at a time.
#[tokio::test(flavor = "multi_thread")]
async fn across_reconnects_nothing_is_missed_and_nothing_comes_twice() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let bank = world.app("bank").await;
    let mut happening = tokio::task::JoinSet::new();
    for writer in 0..4 {
        for (of, times) in [(&app, 100), (&bank, 30)] {
            let call = happen(of, &format!("u{writer}"));
            happening.spawn(async move {
                for _ in 0..times {
                    call.clone().send().await.expect(200);
                }
            });
        }
    }
    let (mut seen, mut last, mut reads) = (Vec::new(), String::from("0"), 0);
    while seen.len() < 402 {
        let mut stream = Stream::of(following(&app).header("last-event-id", &last)).await;
        // It goes away in the middle of what it was sent.
        for _ in 0..(reads * 7 % 53 + 1).min(402 - seen.len()) {
            let event = stream.event().await.unwrap();
            last = number(&event).to_string();
            seen.push(event);
        }
        reads += 1;
    }
    happening.join_all().await;
    let all = page(&app, "?limit=500").await;
    assert_eq!(seen.len(), all["events"].as_array().unwrap().len());
    assert_eq!(Value::from(seen), all["events"]);
    assert!(reads > 8, "{reads}");
}

#[tokio::test]
async fn a_filter_holds_for_a_stream_and_its_heartbeat_carries_the_cursor_on() {
    let patience = Patience { heartbeat_time: Duration::from_millis(40), ..Patience::default() };
    let world = World::with(HttpOptions { patience, ..HttpOptions::default() }).await;
    let app = world.app("shop").await;
    let call = app.manage(Method::GET, "/events?type=ended&user_id=ann");
    let mut stream = Stream::of(call.clone()).await;
    let (ann, bob) = (app.open("ann").await, app.open("bob").await);
    app.sign_out(&bob.refresh).await.expect(200);
    let head = page(&app, "?limit=1").await["head"].as_u64().unwrap();
    while stream.block().await.unwrap() != format!("id: {head}\n: heartbeat") {}
    drop(stream);
    app.sign_out(&ann.refresh).await.expect(200);
    let mut stream = Stream::of(call.header("last-event-id", &head.to_string())).await;
    assert_eq!(stream.event().await.unwrap()["session_id"], ann.session.as_str());
}

#[tokio::test]
async fn a_key_that_is_taken_back_follows_no_longer() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let key = app.manage(Method::POST, "/api-keys").json(json!({"name": "k", "role": "backend"}));
    let key = key.send().await.expect(201).json();
    let mut stream = Stream::of(world.get(&app.at("/events")).key(key["api_key"].as_str().unwrap())).await;
    stream.block().await.unwrap();
    let path = format!("/api-keys/{}", key["id"].as_str().unwrap());
    app.manage(Method::DELETE, &path).send().await.expect(200);
    happen(&app, "ann").send().await.expect(200);
    assert_eq!(stream.event().await, None, "not even that it was taken back");
}

#[tokio::test]
async fn so_many_streams_and_no_more() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut open = Vec::new();
    for _ in 0..STREAMS {
        open.push(Stream::of(following(&app)).await);
    }
    let refused = following(&app).header("accept", "text/event-stream").send().await;
    assert_eq!(refused.refused(429, "too_many_requests").header("retry-after"), Some("5"));
    following(&app).send().await.expect(200);
    open.pop();
    for _ in 0..200 {
        let (parts, _) = following(&app).header("accept", "text/event-stream").sent().await;
        if parts.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a stream that was closed still counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_takes_nothing_is_cut_off_and_holds_nobody_up() {
    let patience = Patience { write_time: Duration::from_millis(200), ..Patience::default() };
    let world = World::with(HttpOptions { patience, ..HttpOptions::default() }).await;
    let app = world.app("shop").await;
    let mut slow = Stream::of(following(&app)).await;
    let mut tokens = app.open("ann").await;
    for n in 0..400 {
        happen(&app, "bob").send().await.expect(200);
        if n % 40 == 0 {
            tokens = app.refreshed(&tokens.refresh).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    let mut told = 0;
    while slow.event().await.is_some() {
        told += 1;
    }
    assert!(told < 400, "it was cut off: {told}");
}

#[tokio::test]
async fn a_stream_ends_in_the_middle_of_what_it_has_to_say_when_the_process_is_about_to() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for _ in 0..400 {
        happen(&app, "bob").send().await.expect(200);
    }
    let mut behind = Stream::of(following(&app).header("last-event-id", "0")).await;
    world.http.close_streams();
    let mut told = 0;
    while behind.event().await.is_some() {
        told += 1;
    }
    assert!(told < 400, "{told}");
}

#[tokio::test]
async fn streams_end_when_the_process_is_about_to() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut stream = Stream::of(following(&app)).await;
    stream.block().await.unwrap();
    world.http.close_streams();
    stream.rest().await;
    following(&app)
        .header("last-event-id", "x")
        .header("accept", "text/event-stream")
        .send()
        .await
        .expect(400);
}
