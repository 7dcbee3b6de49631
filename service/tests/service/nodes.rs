//! Several nodes on one store: what one did is what the other sees, whatever it remembers.

use tenure_core::policy::Activity;
use tenure_core::time::Span;
use tenure_service::credentials::Caller;

use crate::node::{Node, ring};

const KEY: Option<&str> = Some("0123456789abcdef");

async fn two() -> (Node, Node) {
    let one = Node::first().await;
    let other = one.beside(&ring(&[(1, "active", 7)])).await;
    (one, other)
}

#[tokio::test]
async fn tokens_go_back_and_forth() {
    let (one, other) = two().await;
    let mut token = one.open("ann").await;
    for _ in 0..10 {
        token = other.next(&token).await;
        token = one.next(&token).await;
    }
}

#[tokio::test]
async fn a_used_token_is_reuse_on_a_node_that_has_an_old_view() {
    let (one, other) = two().await;
    let first = one.open("ann").await;
    let second = one.next(&first).await;
    let third = other.next(&second).await;
    // `one` still believes that the second token is current.
    assert_eq!(one.reason(&second, None).await, "reused");
    for node in [&one, &other] {
        assert_eq!(node.reason(&third, None).await, "reused");
    }
}

#[tokio::test]
async fn an_end_on_one_node_is_an_end_on_the_other() {
    let (one, other) = two().await;
    let first = one.open("ann").await;
    let issued = other.refresh(&first, KEY).await.unwrap().result;
    let (second, auth) = (issued.refresh_token.unwrap(), issued.auth_token);
    one.service.sign_out(&one.app, None, &first).await.unwrap();
    assert_eq!(other.reason(&second, None).await, "ended_by_user");
    assert_eq!(other.reason(&first, KEY).await, "ended_by_user");
    let said = other.service.introspect(&Caller::owner(), &other.app, &auth, Activity::Unsaid).await.unwrap();
    assert!(said.is_none());
}

#[tokio::test]
async fn each_end_is_timed_until_a_node_told_its_readers_of_it() {
    let (one, other) = two().await;
    let token = one.open("ann").await;
    one.service.sign_out(&one.app, None, &token).await.unwrap();
    one.clock.advance(Span::from_millis(700));
    for node in [&one, &other] {
        node.service.feed(&node.app, None).await.unwrap();
        node.service.feed(&node.app, None).await.unwrap();
        let delays = node.service.counts().feed_delays;
        let within = delays.bounds.iter().position(|bound| *bound == 1000).unwrap();
        assert_eq!((delays.counts.iter().sum::<u64>(), delays.counts[within]), (1, 1));
        assert!((700..1000).contains(&delays.sum), "{delays:?}");
    }
    // What a node finds when it starts was not told late.
    let third = one.beside(&ring(&[(1, "active", 7)])).await;
    third.service.feed(&third.app, None).await.unwrap();
    assert_eq!(third.service.counts().feed_delays.sum, 0);
}

#[tokio::test]
async fn a_user_who_was_ended_here_is_ended_there_stateless_tokens_included() {
    let (one, other) = two().await;
    one.set("refresh_tokens", false.into()).await;
    let other = other.beside(&ring(&[(1, "active", 7)])).await;
    let request = serde_json::from_value(serde_json::json!({"user_id": "ann"})).unwrap();
    let token = other.service.open_session(&other.app, &request).await.unwrap().issued.result.auth_token;
    one.service.end_user(&one.app, "ann").await.unwrap();
    for node in [&one, &other] {
        let said =
            node.service.introspect(&Caller::owner(), &node.app, &token, Activity::Unsaid).await.unwrap();
        assert!(said.is_none());
    }
}

#[tokio::test]
async fn a_node_that_does_not_hold_a_key_yet_gives_no_verdict() {
    let one = Node::first().await;
    let first = one.open("ann").await;
    // It has not been heard of for a minute, so that nobody waits for it.
    one.clock.advance(Span::from_secs(60));
    let ahead = one.beside(&ring(&[(1, "verify", 7), (2, "active", 9)])).await;
    let second = ahead.refresh(&first, KEY).await.unwrap().result.refresh_token.unwrap();
    // The first node cannot derive that successor: it says "not now" to a retry.
    assert_eq!(one.reason(&first, KEY).await, "out_of_sync");
    assert_eq!(ahead.refresh(&first, KEY).await.unwrap().result.refresh_token.unwrap(), second);
    ahead.next(&second).await;
}
