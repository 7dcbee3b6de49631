//! Outages: nothing is answered that is not so, and nothing is lost or half done.

use std::sync::Arc;
use std::time::Duration;

use tenure_core::change::{Change, Scope};
use tenure_core::family::State;
use tenure_core::refusal::EndReason;

use super::Fixture;
use super::directory::put;
use super::restart::{Contents, fill};
use super::sample::{
    NOW, REMEMBERED, advance, app, end, happened, open, opening, replay, session, stored, whole_feed,
};
use crate::{Backend, EndWhere, Expected, Filter, Horizon, Kind, OpenOutcome, Subject, Written};

/// Waits until the store works again, which it must by itself.
async fn recovered(store: &dyn Backend) {
    for _ in 0..500 {
        if store.probe().await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the store did not recover");
}

pub async fn an_outage_is_unavailable_and_loses_nothing<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    fill(&*store).await;
    let (row, new) = (session(1000, "ada"), session(1001, "ada"));
    open(&*store, &row).await;
    let before = Contents::of(&*store).await;
    let changes = [replay(&row), advance(&row, 1), end(&advance(&row, 1).apply(&row))];
    let opening = opening(&new);
    let write = put(Kind::ApiKey, "new", Expected::Absent, b"new");
    let end_all = EndWhere {
        filter: Filter::of_app(app("app")),
        after: None,
        reason: EndReason::Admin,
        at: NOW,
        remember_until: REMEMBERED,
        announce: None,
        max: 1000,
    };
    let event = happened("new");

    fixture.set_out_of_order(true).await;
    for change in &changes {
        store.commit(change).await.unwrap_err();
    }
    store.open(&opening).await.unwrap_err();
    store.end_where(&end_all).await.unwrap_err();
    store.append(std::slice::from_ref(&event)).await.unwrap_err();
    store.write(std::slice::from_ref(&write)).await.unwrap_err();
    store.prune(Horizon::at(REMEMBERED), 100).await.unwrap_err();
    let outage = store.probe().await.unwrap_err();
    assert!(!outage.context.is_empty());

    fixture.set_out_of_order(false).await;
    recovered(&*store).await;
    assert_eq!(Contents::of(&*store).await, before);
    for change in &changes {
        assert!(store.commit(change).await.unwrap());
    }
    assert_eq!(store.open(&opening).await.unwrap(), OpenOutcome::Opened);
    assert_eq!(store.write(&[write]).await.unwrap(), Written::All);
    store.append(&[event]).await.unwrap();
    assert!(store.end_where(&end_all).await.unwrap().families.contains(&new.id));
}

/// What was answered is so; what was not may be so; nothing is half so.
pub async fn what_an_outage_cuts_off_is_done_or_not_done<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let rows: Vec<_> = (0..60).map(|n| session(n, &format!("user {}", n / 2))).collect();
    for row in &rows {
        open(&*store, row).await;
    }
    let changes: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(n, row)| if n % 2 == 0 { advance(row, n as u64) } else { end_of_user(row) })
        .collect();
    let tasks: Vec<_> = changes
        .iter()
        .map(|change| {
            let (store, change) = (Arc::clone(&store), change.clone());
            tokio::spawn(async move { store.commit(&change).await })
        })
        .collect();
    fixture.set_out_of_order(true).await;
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    fixture.set_out_of_order(false).await;
    recovered(&*store).await;

    let feed = whole_feed(&*store).await;
    assert!(feed.iter().map(|entry| entry.n).eq(1..=feed.len() as u64));
    for (pair, answers) in rows.chunks(2).zip(answers.chunks(2)) {
        let (first, second) = (stored(&*store, pair[0].id).await, stored(&*store, pair[1].id).await);
        assert_eq!(first.state, second.state, "the sessions of a user end together");
        if let Ok(advanced) = answers[0] {
            assert_eq!(first.head.seq != pair[0].head.seq, advanced);
        }
        if let Ok(ended) = answers[1] {
            assert_eq!(second.state != State::Live, ended);
        }
        for row in [&first, &second] {
            let announced =
                feed.iter().filter(|entry| entry.announcement.subject == Subject::Session(row.id)).count();
            assert_eq!(announced, usize::from(row.state != State::Live));
        }
    }
}

fn end_of_user(row: &tenure_core::family::Family) -> Change {
    let mut change = end(row);
    if let Change::End { scope, .. } = &mut change {
        *scope = Scope::User;
    }
    change
}
