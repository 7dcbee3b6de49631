//! Finding the session that somebody asks about.

use tenure_core::id::FamilyId;
use tenure_core::support_code::SupportCode;
use tenure_core::time::{Span, Timestamp};
use tenure_wire::event::EventFilter;
use tenure_wire::session::SessionFilter;

use crate::node::{Node, START};

#[tokio::test]
async fn a_code_finds_its_session_among_those_of_the_same_second() {
    let node = Node::first().await;
    for _ in 0..50 {
        node.open("ann").await;
    }
    let (all, _) = node.service.sessions_page(&node.app, &SessionFilter::default(), None, 100).await.unwrap();
    assert_eq!(all.len(), 50);
    for session in all {
        let code = SupportCode::parse(&session.support_code).unwrap();
        let found = node.service.explain(code).await.unwrap();
        let ids: Vec<_> = found.iter().map(|found| &found.session.session_id).collect();
        assert_eq!(ids, [&session.session_id]);
    }
    let nobody = SupportCode::of(FamilyId::from_bytes([0xff; 16]));
    assert!(node.service.explain(nobody).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_session_that_was_over_nearest_to_a_moment_comes_first() {
    let node = Node::first().await;
    let token = node.open("ann").await;
    node.clock.advance(Span::from_secs(100));
    node.service.sign_out(&node.app, None, &token).await.unwrap();
    node.clock.advance(Span::from_secs(100));
    node.open("ann").await;
    let around = |at| node.service.explain_user(&node.app, "ann", Some(Timestamp::from_secs(at)));
    let found = around(START + 300).await.unwrap();
    assert_eq!((found.len(), found[0].session.ended_at), (2, Some(START + 100)));
    let newest = node.service.explain_user(&node.app, "ann", None).await.unwrap();
    assert_eq!(newest[0].session.ended_at, None);
    assert_eq!(around(START + 50).await.unwrap().len(), 1, "the other was opened later");
    assert!(around(START - 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn recent_events_come_newest_first_and_miss_none() {
    let node = Node::first().await;
    for n in 0..600 {
        let token = node.open(if n % 100 == 0 { "seldom" } else { "often" }).await;
        node.service.sign_out(&node.app, None, &token).await.unwrap();
    }
    for (user, total) in [("often", 594), ("seldom", 6)] {
        let asked = EventFilter { user_id: Some(user.into()), ..EventFilter::default() };
        let query = node.service.event_query(Some(&node.app), &asked).unwrap();
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let (events, next) = node.service.recent_events(&query, before).await.unwrap();
            seen.extend(events.iter().map(|event| event.n));
            before = next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), total);
        assert!(seen.is_sorted_by(|newer, older| newer > older));
    }
}
