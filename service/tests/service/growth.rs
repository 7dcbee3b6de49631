//! One row a session, and nothing that grows with use.

use tenure_core::id::AppId;
use tenure_core::time::{Span, Timestamp};
use tenure_service::limits::Retention;
use tenure_store::{Directory as _, EventFilter, Filter, Horizon, Kind, Page, Sessions as _};

use crate::node::{Node, START, ring};

/// Everything that is stored: rows, which are of one size but for what the sign-in brought, bytes of records, entries of the
/// feed, events.
async fn stored(node: &Node) -> (usize, usize, usize, usize) {
    let filter = Filter::of_app(AppId::parse("shop").unwrap());
    let now = Timestamp::from_secs(START);
    let rows = node.memory.list(&filter, now, Page { after: None, limit: 10_000 }).await.unwrap().families;
    let mut records = 0;
    for kind in Kind::ALL {
        let of_kind = node.memory.records(kind, "", None, 10_000).await.unwrap();
        records += of_kind.iter().map(|record| record.bytes.len()).sum::<usize>();
    }
    let feed = node.memory.feed(0, 10_000).await.unwrap().entries.len();
    let events = node.memory.events(&EventFilter::default(), 0, 10_000).await.unwrap().events.len();
    (rows.len(), records, feed, events)
}

#[tokio::test]
async fn op_6_thousands_of_refreshes_leave_what_one_leaves() {
    let node = Node::first().await;
    let mut token = node.open("ann").await;
    for _ in 0..5 {
        token = node.next(&token).await;
        node.clock.advance(Span::from_millis(40));
    }
    let before = stored(&node).await;
    for _ in 0..3000 {
        token = node.next(&token).await;
        node.clock.advance(Span::from_millis(40));
    }
    assert_eq!(stored(&node).await, before);
    // Nor do replays, refused presentations and forgeries leave anything.
    let key = Some("0123456789abcdef");
    for _ in 0..4 {
        node.refresh(&token, key).await.unwrap();
    }
    for _ in 0..50 {
        node.reason("tr1_garbage", None).await;
        node.service
            .introspect(
                &tenure_service::credentials::Caller::owner(),
                &node.app,
                &token,
                tenure_core::policy::Activity::Unsaid,
            )
            .await
            .unwrap();
    }
    assert_eq!(stored(&node).await, before);
}

#[tokio::test]
async fn op_6_what_is_over_can_be_freed_and_stays_over() {
    let node = Node::first().await;
    let ended = node.open("ann").await;
    node.service.sign_out(&node.app, None, &ended).await.unwrap();
    let expired = node.open("bob").await;
    node.clock.advance(Span::from_days(60));
    let live = node.open("eve").await;
    let before = Timestamp::from_secs(START).plus(Span::from_days(59));
    assert!(node.memory.prune(Horizon::at(before), 1000).await.unwrap() >= 2);
    assert_eq!(stored(&node).await.0, 1);
    for token in [ended, expired] {
        assert_eq!(node.reason(&token, None).await, "unknown");
    }
    node.next(&live).await;
}

#[tokio::test]
async fn space_is_given_back_for_what_was_over_long_ago_and_for_nothing_else() {
    let node = Node::first().await;
    let (ended, live) = (node.open("ann").await, node.open("bob").await);
    node.service.sign_out(&node.app, None, &ended).await.unwrap();
    let (rows, _, feed, events) = stored(&node).await;
    assert_eq!((rows, feed), (2, 1));
    while node.service.give_space_back().await.unwrap() > 0 {}
    assert_eq!(stored(&node).await.0, 2, "why it ended can still be said");
    node.clock.advance(Span::from_hours(2));
    while node.service.give_space_back().await.unwrap() > 0 {}
    let (rows, _, feed, _) = stored(&node).await;
    assert_eq!((rows, feed), (2, 0), "no auth token lives that long");
    let live = node.next(&live).await;
    node.clock.advance(Span::from_days(100));
    while node.service.give_space_back().await.unwrap() > 0 {}
    let (rows, _, _, later) = stored(&node).await;
    assert_eq!(rows, 0);
    assert!(later < events);
    assert_eq!(node.reason(&live, None).await, "unknown");
}

#[tokio::test]
async fn what_is_over_is_kept_for_as_long_as_is_configured() {
    let first = Node::first().await;
    let retention = Retention { sessions: Span::from_days(2), events: Span::from_days(5) };
    let (memory, clock) = (first.memory.clone(), first.clock.clone());
    let node = Node::start_keeping(memory, clock, &ring(&[(1, "active", 7)]), retention).await.unwrap();
    let ended = node.open("ann").await;
    node.service.sign_out(&node.app, None, &ended).await.unwrap();
    let events = stored(&node).await.3;
    for (days, rows, kept) in [(1, 1, events), (2, 0, events), (3, 0, 0)] {
        node.clock.advance(Span::from_days(days));
        while node.service.give_space_back().await.unwrap() > 0 {}
        let now = stored(&node).await;
        assert_eq!((now.0, now.3), (rows, kept), "after {days} days more");
    }
}
