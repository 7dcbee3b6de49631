//! Limits of rate: on guesses by address, on refreshes by session, and never against a valid token.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::json;
use tenure_server::state::HttpOptions;

use crate::support::{KEY, Tokens, World};

const GUESSER: [u8; 4] = [198, 51, 100, 1];

#[tokio::test]
async fn te_13_guesses_are_limited_and_a_valid_token_from_there_is_served() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let victim = app.open("ann").await;
    let guess = app.refreshing("tr1_garbage").peer(GUESSER);
    let mut statuses = Vec::new();
    for _ in 0..200 {
        statuses.push(guess.clone().send().await.status());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 120);
    assert!(statuses[120..].iter().all(|status| *status == 429));
    insta::assert_snapshot!("too_many", guess.clone().send().await.shown());
    let grant = app.grant("tr1_garbage").peer(GUESSER).send().await.refused(429, "too_many_requests");
    assert!(grant.header("retry-after").is_some());
    let key = world.get(&app.at("/sessions")).key("tk_x").peer(GUESSER).send().await;
    key.refused(429, "too_many_requests");
    // From the same address, whoever has a valid token or key is served, and so is a refused one that is ours.
    let next = Tokens::of(&app.refreshing(&victim.refresh).peer(GUESSER).send().await.expect(200));
    let reused = app.refreshing(&victim.refresh).peer(GUESSER).send().await.expect(401);
    assert_eq!(reused.reason(), "reused");
    world.get(&app.at("/sessions")).key(&world.admin).peer(GUESSER).send().await.expect(200);
    // Another address has its own count, and this one has one again after a while.
    app.refreshing("tr1_garbage").peer([198, 51, 100, 2]).send().await.expect(401);
    world.pass(1);
    guess.clone().send().await.expect(401);
    world.pass(60);
    for _ in 0..120 {
        guess.clone().send().await.expect(401);
    }
    guess.send().await.expect(429);
    drop(next);
}

#[tokio::test]
async fn te_13_the_owner_s_socket_is_not_counted() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for _ in 0..200 {
        app.refreshing("tr1_garbage").own_socket().send().await.expect(401);
    }
}

#[tokio::test]
async fn an_ipv6_network_is_one_address() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let within = |n: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, n, n, n, n));
    for n in 0..120 {
        app.refreshing("tr1_garbage").peer(within(n)).send().await.expect(401);
    }
    app.refreshing("tr1_garbage").peer(within(999)).send().await.expect(429);
    let beside = Ipv6Addr::new(0x2001, 0xdb8, 1, 3, 0, 0, 0, 1);
    app.refreshing("tr1_garbage").peer(beside).send().await.expect(401);
    let mapped = Ipv4Addr::from(GUESSER).to_ipv6_mapped();
    for _ in 0..120 {
        app.refreshing("tr1_garbage").peer(mapped).send().await.expect(401);
    }
    app.refreshing("tr1_garbage").peer(GUESSER).send().await.expect(429);
}

#[tokio::test]
async fn x_forwarded_for_is_believed_of_trusted_proxies_only() {
    let proxy = Ipv4Addr::new(10, 0, 0, 1);
    let second = Ipv4Addr::new(10, 0, 0, 2);
    let trusted_proxies = vec![IpAddr::V4(proxy), IpAddr::V4(second)];
    let world = World::with(HttpOptions { trusted_proxies, ..HttpOptions::default() }).await;
    let app = world.app("shop").await;
    let guess = |peer: IpAddr, forwarded: &str| {
        let call = app.refreshing("tr1_garbage").peer(peer);
        if forwarded.is_empty() { call.send() } else { call.header("x-forwarded-for", forwarded).send() }
    };
    // A stranger that makes up addresses is counted as itself.
    for n in 0..120 {
        guess(GUESSER.into(), &format!("203.0.113.{n}")).await.expect(401);
    }
    guess(GUESSER.into(), "203.0.113.200").await.expect(429);
    // Through the proxies it is that same address, whatever it wrote before them.
    let through =
        ["198.51.100.1", "1.2.3.4, 198.51.100.1", "198.51.100.1, 10.0.0.2", "x, 198.51.100.1,10.0.0.2"];
    for forwarded in through {
        guess(proxy.into(), forwarded).await.expect(429);
    }
    guess(proxy.into(), "203.0.113.200").await.expect(401);
    // A proxy that says nothing is the address.
    for _ in 0..120 {
        guess(proxy.into(), "").await.expect(401);
    }
    guess(proxy.into(), "not an address").await.expect(429);
    guess(second.into(), "").await.expect(401);
}

#[tokio::test]
async fn a_session_may_not_be_refreshed_faster_than_anyone_needs() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let call = app.refreshing(&tokens.refresh).header("idempotency-key", KEY);
    let mut last = String::new();
    for _ in 0..500 {
        last = Tokens::of(&call.clone().send().await.expect(200)).refresh;
    }
    let refused = call.clone().send().await.refused(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), Some("1"));
    app.refresh(&app.open("ann").await.refresh).await.expect(200);
    assert!(app.is_live(&tokens.session).await);
    world.pass(1);
    for _ in 0..50 {
        call.clone().send().await.expect(200);
    }
    call.send().await.expect(429);
    world.pass(1);
    app.refresh(&last).await.expect(200);
}

#[tokio::test]
async fn management_is_not_limited() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for _ in 0..300 {
        app.manage(http::Method::POST, "/sessions").json(json!({})).send().await.expect(422);
    }
}
