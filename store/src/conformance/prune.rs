//! Prune: only what is over goes, and numbers are never given again.

use tenure_core::change::Change;
use tenure_core::refusal::EndReason;
use tenure_core::time::{Span, Timestamp};

use super::Fixture;
use super::sample::{NOW, app, count, end, end_at, happened, open, session, stored, whole_feed};
use crate::{Announcement, Backend, EndWhere, Event, EventFilter, Filter, Horizon, Subject};

fn after(seconds: i64) -> Timestamp {
    NOW.plus(Span::from_secs(seconds))
}

/// Announces something that may be forgotten after this moment.
async fn announce(store: &dyn Backend, forget_after: Timestamp) {
    let announcement = Announcement { app: app("app"), subject: Subject::App, at: NOW, forget_after };
    let end = EndWhere {
        filter: Filter::of_app(app("nothing")),
        after: None,
        reason: EndReason::Admin,
        at: NOW,
        remember_until: NOW,
        announce: Some(announcement),
        max: 1,
    };
    store.end_where(&end).await.unwrap();
}

pub async fn prune_removes_only_what_is_over<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let ended = |n, at| (session(n, "ada"), Some(at));
    let idle_until = |n, at: Timestamp| {
        let mut row = session(n, "ada");
        row.life.idle_timeout = Some(at.since(row.life.active_at));
        (row, None)
    };
    let absolute_until = |n, at| {
        let mut row = session(n, "ada");
        row.life.idle_timeout = None;
        row.life.absolute_end = at;
        (row, None)
    };
    let (early, exactly, late) = (after(99), after(100), after(101));
    let gone = [ended(1, early), idle_until(2, early), absolute_until(3, early)];
    let kept = [
        ended(4, exactly),
        ended(5, late),
        idle_until(6, exactly),
        idle_until(7, late),
        absolute_until(8, exactly),
        absolute_until(9, late),
        (session(10, "ada"), None),
    ];
    for (row, end) in gone.iter().chain(&kept) {
        open(&*store, row).await;
        if let Some(at) = end {
            assert!(store.commit(&end_at(row, *at)).await.unwrap());
        }
    }
    assert_eq!(store.prune(Horizon::at(exactly), 1000).await.unwrap(), 3);
    assert_eq!(store.prune(Horizon::at(exactly), 1000).await.unwrap(), 0);
    for (row, _) in &gone {
        assert_eq!(store.load(row.id).await.unwrap(), None);
    }
    for (row, end) in &kept {
        let expected = end.map_or(row.clone(), |at| end_at(row, at).apply(row));
        assert_eq!(stored(&*store, row.id).await, expected);
    }
    assert_eq!(count(&*store, &Filter::of_app(app("app")), NOW, 100).await, kept.len());
}

pub async fn prune_leaves_the_feed_without_a_gap<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for seconds in [10, 20, 90, 10, 90, 20] {
        announce(&*store, after(seconds)).await;
    }
    assert_eq!(store.prune(Horizon::at(after(10)), 100).await.unwrap(), 0, "not before it is past");
    let all = whole_feed(&*store).await;
    assert_eq!(store.prune(Horizon::at(after(50)), 100).await.unwrap(), 2, "only from the beginning");
    let page = store.feed(0, 100).await.unwrap();
    assert_eq!(page.entries, all[2..]);
    assert_eq!((page.head, page.retained_from), (6, 3));
    assert_eq!(store.feed(4, 100).await.unwrap().entries, all[4..]);
}

pub async fn prune_leaves_what_somebody_has_yet_to_read<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for seconds in [10, 10, 10, 90] {
        announce(&*store, after(seconds)).await;
        store.append(&[Event { at: after(seconds), ..happened("old") }]).await.unwrap();
    }
    let all = whole_feed(&*store).await;
    let up_to = |n| Horizon { feed_up_to: n, events: NOW, ..Horizon::at(after(50)) };
    for (read, removed) in [(0, 0), (2, 2), (2, 0), (9, 1)] {
        assert_eq!(store.prune(up_to(read), 100).await.unwrap(), removed, "up to {read}");
    }
    assert_eq!(whole_feed(&*store).await, all[3..]);
    let head = store.feed(u64::MAX, 1).await.unwrap();
    assert_eq!((head.entries.len(), head.head, head.retained_from), (0, 4, 4));
    assert_eq!(store.prune(Horizon { feed_up_to: 0, ..Horizon::at(after(50)) }, 100).await.unwrap(), 3);
}

pub async fn numbers_that_were_pruned_are_not_given_again<F: Fixture>() {
    let mut fixture = F::open_fresh().await;
    let store = fixture.backend();
    for n in 0..3 {
        announce(&*store, after(n)).await;
        store.append(&[Event { at: after(n), ..happened("pruned") }]).await.unwrap();
    }
    let last_event = store.events(&EventFilter::default(), 0, 10).await.unwrap().head;
    assert_eq!(store.prune(Horizon::at(after(100)), 100).await.unwrap(), 6);
    let page = store.feed(0, 10).await.unwrap();
    assert_eq!((page.entries.len(), page.head, page.retained_from), (0, 3, 4));
    let incarnation = page.incarnation;
    drop(store);
    fixture.restart().await;
    let store = fixture.backend();
    announce(&*store, after(200)).await;
    let page = store.feed(3, 10).await.unwrap();
    assert_eq!(page.entries.iter().map(|entry| entry.n).collect::<Vec<_>>(), [4]);
    assert_eq!((page.incarnation, page.head, page.retained_from), (incarnation, 4, 4));
    store.append(&[happened("new")]).await.unwrap();
    assert!(store.events(&EventFilter::default(), last_event, 10).await.unwrap().events.len() == 1);
}

pub async fn prune_removes_no_more_than_it_may<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for n in 0..10 {
        let row = session(n, "ada");
        open(&*store, &row).await;
        let mut end = end(&row);
        if let Change::End { at, remember_until, .. } = &mut end {
            (*at, *remember_until) = (after(1), after(1));
        }
        assert!(store.commit(&end).await.unwrap());
        store.append(&[happened("old")]).await.unwrap();
    }
    let of_each = |families: usize, entries: usize, events: usize| {
        let store = &store;
        async move {
            assert_eq!(count(&**store, &Filter::of_app(app("app")), NOW, 100).await, families);
            assert_eq!(whole_feed(&**store).await.len(), entries);
            assert_eq!(store.events(&EventFilter::default(), 0, 100).await.unwrap().events.len(), events);
        }
    };
    assert_eq!(store.prune(Horizon::at(after(50)), 4).await.unwrap(), 12);
    of_each(6, 6, 6).await;
    assert_eq!(store.prune(Horizon::at(after(50)), 4).await.unwrap(), 12);
    of_each(2, 2, 2).await;
    assert_eq!(store.prune(Horizon::at(after(50)), 4).await.unwrap(), 6);
    of_each(0, 0, 0).await;
}
