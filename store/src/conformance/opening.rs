//! Openings: the id, the count that they expect, and the ends that travel with them.

use std::sync::Arc;

use tenure_core::family::State;
use tenure_core::open::Opening;
use tenure_core::refusal::EndReason;
use tenure_core::time::Span;

use super::Fixture;
use super::sample::{NOW, REMEMBERED, advance, end, open, opening, session, session_in, stored, whole_feed};
use crate::{Announcement, OpenOutcome, Subject};

pub async fn a_taken_id_is_refused<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let row = session(1, "ada");
    open(&*store, &row).await;
    let other = session(2, "ada");
    open(&*store, &other).await;
    let mut again = session(1, "bob");
    again.id = row.id;
    let with_end = Opening { ends: vec![other.id], ..opening(&again) };
    for opening in [opening(&row), opening(&again), with_end] {
        assert_eq!(store.open(&opening).await.unwrap(), OpenOutcome::Taken);
    }
    assert!(store.commit(&end(&row)).await.unwrap());
    assert_eq!(store.open(&opening(&again)).await.unwrap(), OpenOutcome::Taken, "though it has ended");
    assert_eq!(stored(&*store, row.id).await, end(&row).apply(&row));
    assert_eq!(stored(&*store, other.id).await, other);
}

pub async fn of_50_openings_with_one_count_one_applies<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for expected in 0..3 {
        let tasks: Vec<_> = (0..50)
            .map(|n| {
                let store = Arc::clone(&store);
                let family = session(u64::from(expected) * 50 + n, "ada");
                let opening = Opening { expected: Some(expected), ..opening(&family) };
                tokio::spawn(async move { store.open(&opening).await.unwrap() })
            })
            .collect();
        let mut opened = 0;
        for task in tasks {
            match task.await.unwrap() {
                OpenOutcome::Opened => opened += 1,
                OpenOutcome::Stale => {}
                OpenOutcome::Taken => panic!("every id is another"),
            }
        }
        assert_eq!(opened, 1, "with {expected} expected");
    }
}

pub async fn only_unended_rows_of_this_user_in_this_app_count<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    open(&*store, &session(1, "ada")).await;
    let mut expired = session(2, "ada");
    expired.life.absolute_end = NOW;
    open(&*store, &expired).await;
    let ended = session(3, "ada");
    open(&*store, &ended).await;
    assert!(store.commit(&end(&ended)).await.unwrap());
    open(&*store, &session(4, "bob")).await;
    open(&*store, &session_in("other", 5, "ada")).await;

    let next = session(6, "ada");
    for expected in [0, 1, 3, 5, u32::MAX] {
        let opening = Opening { expected: Some(expected), ..opening(&next) };
        assert_eq!(store.open(&opening).await.unwrap(), OpenOutcome::Stale, "{expected}");
        assert_eq!(store.load(next.id).await.unwrap(), None);
    }
    let opening = Opening { expected: Some(2), ..opening(&next) };
    assert_eq!(store.open(&opening).await.unwrap(), OpenOutcome::Opened);
}

pub async fn what_an_opening_ends_travels_with_it<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let rows: Vec<_> = (0..4).map(|n| session(n, "ada")).collect();
    for row in &rows {
        open(&*store, row).await;
    }
    let mut new = session(9, "ada");
    new.created_at = NOW.plus(Span::from_secs(50));
    let ends = vec![rows[2].id, rows[0].id];
    let opening = Opening { ends: ends.clone(), expected: Some(4), ..opening(&new) };
    assert_eq!(store.open(&opening).await.unwrap(), OpenOutcome::Opened);

    assert_eq!(stored(&*store, new.id).await, new);
    for row in &rows {
        let mut expected = row.clone();
        if ends.contains(&row.id) {
            expected.state = State::Ended { at: new.created_at, reason: EndReason::Limit };
        }
        assert_eq!(stored(&*store, row.id).await, expected);
    }
    let announced: Vec<_> = whole_feed(&*store).await.into_iter().map(|entry| entry.announcement).collect();
    let expected = ends.iter().map(|id| Announcement {
        app: new.app.clone(),
        subject: Subject::Session(*id),
        at: new.created_at,
        forget_after: REMEMBERED,
    });
    assert_eq!(announced, expected.collect::<Vec<_>>());
}

pub async fn an_opening_whose_end_came_first_changes_nothing<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let (live, ended, never) = (session(1, "ada"), session(2, "ada"), session(3, "ada"));
    open(&*store, &live).await;
    open(&*store, &ended).await;
    assert!(store.commit(&end(&ended)).await.unwrap());
    let new = session(4, "ada");
    for gone in [ended.id, never.id] {
        let opening = Opening { ends: vec![live.id, gone], expected: Some(1), ..opening(&new) };
        assert_eq!(store.open(&opening).await.unwrap(), OpenOutcome::Stale);
        assert_eq!(store.load(new.id).await.unwrap(), None);
        assert_eq!(stored(&*store, live.id).await, live);
        assert_eq!(whole_feed(&*store).await.len(), 1);
    }
    assert!(store.commit(&advance(&live, 1)).await.unwrap(), "it still is live");
}
