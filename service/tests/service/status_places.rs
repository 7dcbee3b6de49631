//! Places in status lists: each is given out once, by whichever node, and a crash changes nothing about that.

use std::collections::HashSet;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::Value;
use tenure_core::time::Span;

use crate::node::{Node, ring};

type Place = (String, u64);

async fn first() -> Node {
    let node = Node::first().await;
    node.set("revocation", "status_list".into()).await;
    node
}

/// Opens a session and gives its place.
async fn open(node: &Node) -> Place {
    let request = serde_json::from_value(serde_json::json!({"user_id": "ann"})).unwrap();
    let opened = node.service.open_session(&node.app, &request).await.unwrap();
    let payload = opened.issued.result.auth_token.split('.').nth(1).unwrap().to_owned();
    let claims: Value = serde_json::from_slice(&Base64UrlUnpadded::decode_vec(&payload).unwrap()).unwrap();
    let status = &claims["status"]["status_list"];
    (status["uri"].as_str().unwrap().to_owned(), status["idx"].as_u64().unwrap())
}

#[tokio::test]
async fn sl_7_no_two_sessions_have_one_place_whichever_node_opens_them_and_whichever_dies() {
    let one = first().await;
    let keys = ring(&[(1, "active", 7)]);
    let other = one.beside(&keys).await;
    let mut seen = HashSet::new();
    for turn in 0..300 {
        let both = tokio::join!(open(&one), open(&other));
        assert!(seen.insert(both.0) & seen.insert(both.1));
        if turn % 10 == 0 {
            // A process that was killed leaves what is in the store, and nothing else.
            let next = Node::start(one.memory.clone(), one.clock.clone(), &keys).await.unwrap();
            assert!(seen.insert(open(&next).await));
        }
    }
    assert_eq!(seen.len(), 630);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sl_7_nodes_that_take_lots_at_once_take_different_ones() {
    let node = first().await;
    let nodes: Vec<_> = (0..16)
        .map(|_| {
            let node = node.clone();
            // Each start takes a lot.
            tokio::spawn(async move {
                let mut lots = Vec::new();
                for _ in 0..16 {
                    let keys = ring(&[(1, "active", 7)]);
                    let next = Node::start(node.memory.clone(), node.clock.clone(), &keys).await.unwrap();
                    let (list, index) = open(&next).await;
                    lots.push((list, index % 64));
                }
                lots
            })
        })
        .collect();
    let mut seen = HashSet::new();
    for lots in nodes {
        for lot in lots.await.unwrap() {
            assert!(seen.insert(lot.clone()), "{lot:?} was taken twice");
        }
    }
    assert_eq!(node.service.status_lists(&node.app).await.unwrap().status_lists.len(), 4);
}

#[tokio::test]
async fn sl_7_a_place_tells_neither_the_next_one_nor_how_many_there_are() {
    let node = first().await;
    let mut indexes = Vec::new();
    for _ in 0..200 {
        indexes.push(open(&node).await.1);
    }
    let rising = indexes.windows(2).filter(|pair| pair[0] < pair[1]).count();
    assert!((60..140).contains(&rising), "{rising} of 199 come after a lower one");
    let spread = indexes.iter().filter(|index| **index < 8192).count();
    assert!((60..140).contains(&spread), "{spread} of 200 are in the lower half");
}

#[tokio::test]
async fn a_list_that_is_full_is_followed_by_another_and_both_are_served() {
    let node = first().await;
    let keys = ring(&[(1, "active", 7)]);
    let mut lists = HashSet::new();
    // Each start takes a lot, of which a list has 64.
    for _ in 0..65 {
        let next = Node::start(node.memory.clone(), node.clock.clone(), &keys).await.unwrap();
        lists.insert(open(&next).await.0);
    }
    assert_eq!(lists.len(), 2);
    let named = node.service.status_lists(&node.app).await.unwrap();
    assert_eq!(named.status_lists.iter().cloned().collect::<HashSet<_>>(), lists);
    // When the longest session that it can have is over, the first one goes as the next one comes.
    node.clock.advance(Span::from_days(800));
    for _ in 0..64 {
        let next = Node::start(node.memory.clone(), node.clock.clone(), &keys).await.unwrap();
        lists.insert(open(&next).await.0);
    }
    assert_eq!(lists.len(), 3);
    assert_eq!(node.service.status_lists(&node.app).await.unwrap().status_lists.len(), 2);
}

#[tokio::test]
async fn a_lot_is_given_out_for_a_day() {
    let node = first().await;
    let class = |place: Place| place.1 % 64;
    let before = class(open(&node).await);
    assert_eq!(class(open(&node).await), before);
    let mut classes = HashSet::from([before]);
    for _ in 0..5 {
        node.clock.advance(Span::from_days(1));
        classes.insert(class(open(&node).await));
    }
    assert_eq!(classes.len(), 6, "a lot that is taken is nobody's again");
}
