//! What every store does, in the small: opened, refreshed, ended, and all there after a restart.

#![allow(clippy::unwrap_used)]

mod common;

use tenure_core::change::{Change, Scope};
use tenure_core::id::Seq;
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;
use tenure_store::{
    Directory, Event, EventFilter, Expected, Filter, Kind, OpenOutcome, Page, Sessions, Write, Written,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_from_its_opening_to_its_end_and_past_a_restart() {
    let place = common::Place::new();
    let store = place.open();
    let opening = common::opening(1);
    let id = opening.family.id;
    assert_eq!(store.open(&opening).await.unwrap(), OpenOutcome::Opened);
    assert_eq!(store.open(&opening).await.unwrap(), OpenOutcome::Taken);
    assert_eq!(*store.load(id).await.unwrap().unwrap(), opening.family);

    let advance = common::advance(&opening.family);
    assert!(store.commit(&advance).await.unwrap());
    assert!(!store.commit(&advance).await.unwrap());
    let advanced = advance.apply(&opening.family);
    assert_eq!(*store.load(id).await.unwrap().unwrap(), advanced);

    let at = Timestamp::from_secs(2_000_000_000);
    let end = Change::End {
        family: id,
        expected: Some(Seq(2)),
        scope: Scope::Session,
        reason: EndReason::User,
        at,
        remember_until: at,
    };
    assert!(store.commit(&end).await.unwrap());
    assert!(!store.commit(&end).await.unwrap());
    let write =
        Write { kind: Kind::App, key: "a".to_owned(), expected: Expected::Absent, value: Some(vec![1]) };
    assert_eq!(store.write(std::slice::from_ref(&write)).await.unwrap(), Written::All);
    store.probe().await.unwrap();

    drop(store);
    let store = place.open();
    let ended = end.apply(&advanced);
    assert_eq!(*store.load(id).await.unwrap().unwrap(), ended);
    let page = Page { after: None, limit: 10 };
    let filter = Filter::of_user(ended.app.clone(), ended.user.clone());
    assert_eq!(*store.list(&filter, at, page).await.unwrap().families[0], ended);
    assert_eq!(store.count(&filter, at, page).await.unwrap().sessions, 1);
    assert_eq!(store.feed(0, 10).await.unwrap().entries.len(), 1);
    assert_eq!(store.high_water().await.unwrap(), at);
    assert_eq!(store.write(&[write]).await.unwrap(), Written::Conflict(0));
}

/// What no index has is searched for in stretches, each of a bounded number of events.
#[tokio::test(flavor = "multi_thread")]
async fn a_search_among_all_events_goes_on_where_it_stopped() {
    let place = common::Place::new();
    let store = place.open_looking_at(500);
    let event = |kind: &str| Event {
        at: common::OPENED_AT,
        app: None,
        kind: kind.to_owned(),
        user: None,
        session: None,
        detail: "{}".to_owned(),
    };
    store.append(&vec![event("often"); 600]).await.unwrap();
    store.append(&[event("once")]).await.unwrap();
    let filter = EventFilter { kind: Some("once".to_owned()), ..EventFilter::default() };
    let first = store.events(&filter, 0, 10).await.unwrap();
    assert_eq!((first.events.len(), first.looked_to, first.head), (0, 500, 601));
    let second = store.events(&filter, first.looked_to, 10).await.unwrap();
    assert_eq!((second.events.len(), second.looked_to), (1, 601));
    let beyond = store.events(&filter, u64::MAX, 10).await.unwrap();
    assert_eq!((beyond.events.len(), beyond.looked_to), (0, 601));
}
