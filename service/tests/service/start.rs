//! Starting: with the ring of the store, or not at all.

use tenure_core::time::Span;
use tenure_service::ring::RingError;
use tenure_service::start::StartError;

use crate::node::{Node, ring};

async fn start_with(node: &Node, ring: &str) -> Result<Node, StartError> {
    Node::start(node.memory.clone(), node.clock.clone(), ring).await
}

#[tokio::test]
async fn another_or_an_incomplete_ring_is_refused_in_words() {
    let node = Node::first().await;
    let token = node.open("ann").await;
    node.beside(&ring(&[(1, "active", 7), (2, "verify", 9)])).await;
    let wrong = start_with(&node, &ring(&[(1, "active", 8), (2, "verify", 9)])).await.err().unwrap();
    assert!(matches!(wrong, StartError::Ring(RingError::Wrong(1))), "{wrong}");
    let lacking = start_with(&node, &ring(&[(1, "active", 7)])).await.err().unwrap();
    assert!(matches!(lacking, StartError::Ring(RingError::Missing(2))), "{lacking}");
    for error in [wrong, lacking] {
        assert!(
            error.to_string().contains("use the ring") || error.to_string().contains("Use the ring"),
            "{error}"
        );
    }
    node.clock.advance(Span::from_secs(60)); // The other node is gone.
    let again = start_with(&node, &ring(&[(2, "active", 9), (1, "retired", 7)])).await.unwrap();
    assert_eq!(again.reason(&token, None).await, "key_retired");
}

#[tokio::test]
async fn a_ring_that_is_none_is_refused_without_saying_it_back() {
    let node = Node::first().await;
    let two_active = ring(&[(1, "active", 7), (2, "active", 9)]);
    let twice = ring(&[(1, "active", 7), (1, "verify", 7)]);
    let none_active = ring(&[(1, "verify", 7)]);
    let short = "[[key]]\nkid = 1\nstate = \"active\"\nsecret = \"BwcHBwcHB\"\n";
    let unknown = format!("{}colour = \"red\"\n", ring(&[(1, "active", 7)]));
    for text in
        [&two_active, &twice, &none_active, short, &unknown, "", "x", "[[key]]\nsecret = \"BwcHBwcHB\""]
    {
        let error = start_with(&node, text).await.err().unwrap().to_string();
        assert!(error.starts_with("the key ring is not valid"), "{error}");
        assert!(!error.contains("BwcHBwcHB"), "{error}");
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_said() {
    let node = Node::first().await;
    node.memory.set_out_of_order(true);
    let error = start_with(&node, &ring(&[(1, "active", 7)])).await.err().unwrap();
    assert!(matches!(error, StartError::Service(tenure_service::error::Error::Unavailable(_))), "{error}");
}
