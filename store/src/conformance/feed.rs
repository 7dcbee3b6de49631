//! The feed: without a gap, in commit order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tenure_core::refusal::EndReason;

use super::Fixture;
use super::sample::{NOW, REMEMBERED, app, end, open, session, user, whole_feed};
use crate::{Announcement, EndWhere, Filter, Subject};

pub async fn a_feed_that_was_never_written_is_empty<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let page = fixture.backend().feed(0, 10).await.unwrap();
    assert_eq!((page.entries.len(), page.head, page.retained_from), (0, 0, 1));
}

pub async fn the_feed_has_no_gap_under_concurrent_ends<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let rows: Vec<_> = (0..120).map(|n| session(n, if n < 60 { "ada" } else { "bob" })).collect();
    for row in &rows {
        open(&*store, row).await;
    }
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(read_until(Arc::clone(&store), Arc::clone(&done)));
    let mut tasks = Vec::new();
    for end in rows[60..].iter().map(end) {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move { assert!(store.commit(&end).await.unwrap()) }));
    }
    for _ in 0..6 {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            let mut end = EndWhere {
                filter: Filter::of_user(app("app"), user("ada")),
                after: None,
                reason: EndReason::Admin,
                at: NOW,
                remember_until: REMEMBERED,
                announce: None,
                max: 10,
            };
            // Others may be faster with the same sessions: each goes on until nothing is left.
            loop {
                end.after = store.end_where(&end).await.unwrap().next;
                if end.after.is_none() {
                    break;
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let seen = reader.await.unwrap();
    let entries = whole_feed(&*store).await;
    assert_eq!(seen, entries, "a reader that follows misses nothing");
    let numbers: Vec<_> = entries.iter().map(|entry| entry.n).collect();
    assert_eq!(numbers, (1..=120).collect::<Vec<_>>());
    for row in &rows {
        let of_row = entries.iter().filter(|entry| entry.announcement.subject == Subject::Session(row.id));
        assert_eq!(of_row.count(), 1);
    }
}

/// Follows the feed as a verifier does, and looks once more after the end.
async fn read_until(store: Arc<dyn crate::Backend>, done: Arc<AtomicBool>) -> Vec<crate::Entry> {
    let mut seen: Vec<crate::Entry> = Vec::new();
    loop {
        let last = done.load(Ordering::SeqCst);
        let after = seen.last().map_or(0, |entry| entry.n);
        let page = store.feed(after, if last { 1000 } else { 7 }).await.unwrap();
        for (entry, expected) in page.entries.iter().zip(after + 1..) {
            assert_eq!(entry.n, expected, "a gap");
        }
        assert!(page.head >= after + page.entries.len() as u64);
        seen.extend(page.entries);
        if last {
            return seen;
        }
        tokio::task::yield_now().await;
    }
}

pub async fn the_feed_is_read_in_pages<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for n in 0..23 {
        let row = session(n, "ada");
        open(&*store, &row).await;
        assert!(store.commit(&end(&row)).await.unwrap());
    }
    let all = whole_feed(&*store).await;
    assert_eq!(all.len(), 23);
    let mut read = Vec::new();
    while read.len() < all.len() {
        let page = store.feed(read.len() as u64, 5).await.unwrap();
        assert_eq!((page.head, page.retained_from), (23, 1));
        assert_eq!(page.entries.len(), 5.min(all.len() - read.len()));
        read.extend(page.entries);
    }
    assert_eq!(read, all);
    for beyond in [23, 24, u64::MAX] {
        assert!(store.feed(beyond, 5).await.unwrap().entries.is_empty(), "{beyond}");
    }
}

pub async fn every_subject_comes_back<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let subjects = [
        Subject::Session(session(1, "ada").id),
        Subject::User(user("Ægir 🗝 O'Neil")),
        Subject::App,
        Subject::SigningKey("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".to_owned()),
    ];
    let mut expected = Vec::new();
    for subject in subjects {
        let announcement = Announcement { app: app("app"), subject, at: NOW, forget_after: REMEMBERED };
        let end = EndWhere {
            filter: Filter::of_app(app("app")),
            after: None,
            reason: EndReason::Admin,
            at: NOW,
            remember_until: REMEMBERED,
            announce: Some(announcement.clone()),
            max: 1,
        };
        store.end_where(&end).await.unwrap();
        expected.push(announcement);
    }
    let found: Vec<_> = whole_feed(&*store).await.into_iter().map(|entry| entry.announcement).collect();
    assert_eq!(found, expected);
}
