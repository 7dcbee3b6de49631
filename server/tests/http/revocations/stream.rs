//! The same as it happens: an event stream.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tenure_server::limits::Patience;
use tenure_server::state::HttpOptions;

use super::{all, read, reading, shop, text};
use crate::support::World;
use crate::support::app::TestApp;
use crate::support::stream::Stream;

/// The next message, whose cursor is the event's id.
async fn message(stream: &mut Stream) -> Option<Value> {
    loop {
        let block = stream.block().await?;
        let Some((id, data)) = block.split_once("\ndata: ") else { continue };
        let message: Value = serde_json::from_str(data).unwrap();
        assert_eq!(id, format!("id: {}", text(&message, "cursor")));
        return Some(message);
    }
}

async fn end(app: &TestApp<'_>, user: &str) -> String {
    let tokens = app.open(user).await;
    app.sign_out(&tokens.refresh).await.expect(200);
    tokens.session
}

#[tokio::test]
async fn it_begins_with_a_snapshot_and_goes_on_with_each_end() {
    let world = World::new().await;
    let app = shop(&world).await;
    let before = end(&app, "ann").await;
    let mut stream = Stream::of(reading(&app, "")).await;
    assert_eq!(stream.parts.headers["content-type"], "text/event-stream");
    let first = message(&mut stream).await.unwrap();
    assert_eq!((&first["reset"], all(&first, "sid")), (&json!("start"), vec![&json!(before)]));
    let mut cursor = first["cursor"].clone();
    for user in ["bob", "cid", "dan"] {
        let ended = end(&app, user).await;
        let next = message(&mut stream).await.unwrap();
        assert_eq!((all(&next, "sid"), &next["after"]), (vec![&json!(ended)], &cursor));
        cursor = next["cursor"].clone();
    }
}

/// Readers that come and go while much ends on two nodes.
#[tokio::test(flavor = "multi_thread")]
async fn across_reconnects_each_end_is_told_once_and_in_order() {
    let world = World::new().await;
    let app = shop(&world).await;
    let mut sessions = Vec::new();
    for n in 0..300 {
        sessions.push(app.open(&format!("u{n}")).await);
    }
    let mut ending = tokio::task::JoinSet::new();
    for part in sessions.chunks(75) {
        let calls: Vec<_> = part
            .iter()
            .map(|one| app.manage(Method::DELETE, &format!("/sessions/{}", one.session)))
            .collect();
        ending.spawn(async move {
            for call in calls {
                call.send().await.expect(200);
            }
        });
    }
    let (mut told, mut last): (Vec<Value>, Option<String>) = (Vec::new(), None);
    for round in 1.. {
        let call = match &last {
            Some(last) => reading(&app, "").header("last-event-id", last),
            None => reading(&app, ""),
        };
        let mut stream = Stream::of(call).await;
        for _ in 0..(round * 7 % 5 + 1) {
            if told.len() == sessions.len() {
                break;
            }
            let next = message(&mut stream).await.unwrap();
            if let Some(last) = &last {
                assert_eq!(next["after"], json!(last));
            }
            told.extend(next["entries"].as_array().unwrap().iter().cloned());
            last = Some(text(&next, "cursor"));
        }
        if told.len() == sessions.len() {
            break;
        }
    }
    ending.join_all().await;
    assert!(told.is_sorted_by_key(|entry| entry["n"].as_u64()), "in order");
    let mut ids: Vec<_> = told.iter().map(|entry| text(entry, "sid")).collect();
    let mut expected: Vec<_> = sessions.into_iter().map(|one| one.session).collect();
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected, "each once");
}

#[tokio::test]
async fn another_nodes_ends_are_told_too() {
    let world = World::new().await;
    let app = shop(&world).await;
    let other = world.another_node().await;
    let mut stream = Stream::of(reading(&app, "")).await;
    message(&mut stream).await.unwrap();
    let ended = end(&TestApp::new(&other, "shop"), "ann").await;
    assert_eq!(all(&message(&mut stream).await.unwrap(), "sid"), [&json!(ended)]);
}

#[tokio::test]
async fn a_heartbeat_says_that_nothing_is_missing_and_reads_past_what_is_another_apps() {
    let patience = Patience { feed_heartbeat_time: Duration::from_millis(40), ..Patience::default() };
    let world = World::with(HttpOptions { patience, ..HttpOptions::default() }).await;
    let (app, bank) = (shop(&world).await, world.app("bank").await);
    let mut stream = Stream::of(reading(&app, "")).await;
    let first = message(&mut stream).await.unwrap();
    end(&bank, "x").await;
    world.pass(7);
    let beyond = read(&app, "").await;
    loop {
        let quiet = message(&mut stream).await.unwrap();
        assert_eq!((all(&quiet, "sid").len(), quiet.get("reset")), (0, None));
        if quiet["cursor"] == beyond["cursor"]
            && quiet["as_of"].as_i64() >= first["as_of"].as_i64().map(|at| at + 7)
        {
            break;
        }
    }
}

#[tokio::test]
async fn while_the_store_cannot_be_read_nothing_becomes_fresher() {
    let patience = Patience { feed_heartbeat_time: Duration::from_millis(20), ..Patience::default() };
    let world = World::with(HttpOptions { patience, ..HttpOptions::default() }).await;
    let app = shop(&world).await;
    let mut stream = Stream::of(reading(&app, "")).await;
    let first = message(&mut stream).await.unwrap();
    world.memory.set_out_of_order(true);
    world.pass(60);
    tokio::time::sleep(Duration::from_millis(1200)).await;
    for _ in 0..5 {
        assert_eq!(message(&mut stream).await.unwrap()["as_of"], first["as_of"]);
    }
    world.memory.set_out_of_order(false);
    while message(&mut stream).await.unwrap()["as_of"].as_i64() < first["as_of"].as_i64().map(|at| at + 60) {}
}

#[tokio::test]
async fn it_ends_with_its_key_with_the_setting_and_with_the_process() {
    let patience = Patience { feed_heartbeat_time: Duration::from_millis(40), ..Patience::default() };
    let world = World::with(HttpOptions { patience, ..HttpOptions::default() }).await;
    let app = shop(&world).await;
    let key = app.manage(Method::POST, "/api-keys").json(json!({"name": "k", "role": "verify"}));
    let key = key.send().await.expect(201).json();
    let by_key = world.get(&app.at("/revocations")).key(key["api_key"].as_str().unwrap());
    let mut stream = Stream::of(by_key).await;
    message(&mut stream).await.unwrap();
    app.manage(Method::DELETE, &format!("/api-keys/{}", text(&key, "id"))).send().await.expect(200);
    stream.rest().await;
    let mut stream = Stream::of(reading(&app, "")).await;
    app.change_settings(json!({"revocation": "none"})).await.expect(200);
    stream.rest().await;
    app.change_settings(json!({"revocation": "feed"})).await.expect(200);
    let mut stream = Stream::of(reading(&app, "")).await;
    world.http.close_streams();
    stream.rest().await;
}
