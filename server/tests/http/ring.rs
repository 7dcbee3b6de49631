//! A change of the key ring: added, activated, retired. Nobody is signed out by it but whom the retired key still holds.

mod nodes;
mod report;

use std::process::Command;
use std::time::Duration;

use http::Method;
use tenure_core::id::Kid;

use crate::support::traffic::Traffic;
use crate::support::{KEY, Tokens, World};

/// The kid that a refresh token names, in its first byte.
fn kid_of(token: &str) -> u8 {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    Base64UrlUnpadded::decode_vec(token.strip_prefix("tr1_").unwrap()).unwrap()[0]
}

/// The same text under another kid, as somebody might make it up.
fn under(kid: u8, token: &str) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let mut bytes = Base64UrlUnpadded::decode_vec(token.strip_prefix("tr1_").unwrap()).unwrap();
    bytes[0] = kid;
    format!("tr1_{}", Base64UrlUnpadded::encode_string(&bytes))
}

/// On one thread: whoever blocks it holds up everybody.
#[tokio::test]
async fn a_ring_that_is_slow_to_read_holds_nobody_up_and_is_read_once() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    let path = world.ring_path();
    let text = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(Command::new("mkfifo").args(["-m", "600"]).arg(&path).status().unwrap().success());
    // Whoever reads such a file waits until somebody writes to it: here when it is told to, or after a long time.
    let (go_on, told) = std::sync::mpsc::channel();
    let writer = std::thread::spawn(move || {
        let in_time = told.recv_timeout(Duration::from_secs(5)).is_ok();
        std::fs::write(path, text).unwrap();
        in_time
    });
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let call = app.refreshing(&under(9, &token));
        guesses.spawn(async move { call.send().await.refused(401, "invalid_refresh_token") });
    }
    for _ in 0..7 {
        guesses.join_next().await.unwrap().unwrap();
    }
    app.refreshed(&token).await;
    go_on.send(()).unwrap();
    assert_eq!(guesses.join_all().await.len(), 1, "the one that waits for the ring");
    assert!(writer.join().unwrap(), "nobody else had to wait for it");
}

#[tokio::test]
async fn two_phases_sign_nobody_out_but_the_retired() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (moved, stays) = (app.open("ann").await, app.open("bob").await);
    let backend = world.api_key("shop", "backend", false).await;
    world.edit_ring(|ring| assert_eq!(ring.add(&[9; 32]).unwrap(), Kid(2)));
    world.service.reload_ring().await;
    let moved = app.refreshed(&moved.refresh).await;
    assert_eq!(kid_of(&moved.refresh), 1, "only recognised so far");
    world.edit_ring(|ring| ring.activate(Kid(2)).unwrap());
    world.service.reload_ring().await;
    let again = Tokens::of(&app.refresh_with(&moved.refresh, KEY).await.expect(200));
    assert_eq!(kid_of(&again.refresh), 2, "rotation moves each session");
    let retried = Tokens::of(&app.refresh_with(&moved.refresh, KEY).await.expect(200));
    assert_eq!(retried.refresh, again.refresh);
    assert_eq!(kid_of(&app.open("eve").await.refresh), 2);
    world.edit_ring(|ring| ring.retire(Kid(1)).unwrap());
    world.service.reload_ring().await;
    let refused = app.refresh(&stays.refresh).await.refused(401, "invalid_refresh_token");
    assert_eq!(refused.reason(), "key_retired");
    assert!(!app.is_active(&stays.auth).await);
    assert!(app.is_active(&again.auth).await);
    app.refresh(&again.refresh).await.expect(200);
    // What is not a session goes on: API keys, and signing keys that were sealed under it.
    world.get(&app.at("/sessions")).key(&backend).send().await.expect(200);
    app.manage(Method::GET, "/signing-keys").send().await.expect(200);
    let world = world.restarted().await;
    world.get("/v1/apps/shop/sessions").key(&backend).send().await.expect(200);
}

#[tokio::test]
async fn an_old_token_under_a_retired_key_is_no_evidence_of_theft() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    world.edit_ring(|ring| {
        ring.add(&[9; 32]).unwrap();
        ring.activate(Kid(2)).unwrap();
    });
    world.service.reload_ring().await;
    let second = app.refreshed(&first.refresh).await;
    world.edit_ring(|ring| ring.retire(Kid(1)).unwrap());
    world.service.reload_ring().await;
    assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "key_retired");
    app.sign_out(&first.refresh).await.expect(200);
    assert!(app.is_live(&second.session).await, "whoever stole the key ends nobody's session");
    app.refresh(&second.refresh).await.expect(200);
}

#[tokio::test]
async fn a_token_under_a_key_that_another_node_has_already_makes_this_one_look() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    // The other node: it shares the store, and has read the new ring. This one has not been heard of for a minute.
    world.pass(60);
    world.edit_ring(|ring| {
        ring.add(&[9; 32]).unwrap();
        ring.activate(Kid(2)).unwrap();
    });
    let other = world.another_node().await;
    let there = crate::support::app::TestApp::new(&other, "shop");
    let second = there.refreshed(&first.refresh).await;
    assert_eq!(kid_of(&second.refresh), 2);
    let third = app.refreshed(&second.refresh).await;
    assert_eq!(kid_of(&third.refresh), 2);
}

#[tokio::test]
async fn a_made_up_kid_is_unknown_and_asks_the_store_nothing() {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    let unknown = app.refresh("garbage").await.expect(401);
    let calls = world.memory.calls();
    for kid in [0, 2, 3, 128, 255] {
        let mut bytes = Base64UrlUnpadded::decode_vec(token.strip_prefix("tr1_").unwrap()).unwrap();
        bytes[0] = kid;
        let made_up = format!("tr1_{}", Base64UrlUnpadded::encode_string(&bytes));
        assert_eq!(app.refresh(&made_up).await.expect(401).body, unknown.body);
        world.pass(11);
    }
    assert_eq!(world.memory.calls(), calls);
}

#[tokio::test]
async fn a_ring_that_is_not_the_store_s_is_not_taken_over() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut tokens = app.open("ann").await;
    let good = world.ring_file();
    let wrong =
        [tenure_service::ring::RingFile::with_key(&[8; 32]), tenure_service::ring::RingFile::default()];
    for wrong in wrong {
        world.edit_ring(|ring| *ring = wrong);
        world.service.reload_ring().await;
        tokens = app.refreshed(&tokens.refresh).await;
    }
    world.edit_ring(|ring| *ring = good);
    world.service.reload_ring().await;
    app.refreshed(&tokens.refresh).await;
}

#[tokio::test]
async fn nothing_is_refused_while_the_ring_changes_under_load() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut traffic = Traffic::of(&world, app).await;
    let change = async |edit: fn(&mut tenure_service::ring::RingFile)| {
        world.edit_ring(edit);
        world.service.reload_ring().await;
    };
    let kids = |traffic: &Traffic<'_>| -> Vec<_> {
        traffic.clients().iter().map(|tokens| kid_of(&tokens.refresh)).collect()
    };
    for old in [1, 2] {
        change(|ring| assert!(ring.add(&[9 + ring.states().count() as u8; 32]).is_ok())).await;
        traffic.goes_on(200).await;
        assert_eq!(kids(&traffic), [old; 3]);
        change(|ring| ring.activate(Kid(ring.states().count() as u8)).unwrap()).await;
        traffic.goes_on(200).await;
        assert_eq!(kids(&traffic), [old + 1; 3], "each moved with its refresh");
        change(|ring| ring.retire(Kid(ring.states().count() as u8 - 1)).unwrap()).await;
        // Its auth tokens of before are good to their end: nothing of them came from the ring.
        traffic.goes_on(700).await;
    }
    assert!(traffic.served > 1_000, "{}", traffic.served);
}
