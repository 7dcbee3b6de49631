//! A disk that is full, a file that cannot be written, a queue that is: unavailable, nothing lost, and back by itself.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::{Place, advance, opening};
use tenure_sqlite::{Options, Sqlite};
use tenure_store::{Directory, Event, EventFilter, OpenOutcome, Sessions, Unavailable};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_unavailable_and_loses_nothing() {
    let place = Place::new();
    let store = place.open();
    store.limit_size(200 << 10).await.unwrap();
    let mut stored = Vec::new();
    let outage = loop {
        let opening = opening(stored.len() as u32);
        match store.open(&opening).await {
            Ok(outcome) => assert_eq!(outcome, OpenOutcome::Opened),
            Err(outage) => break outage,
        }
        stored.push(opening.family);
    };
    assert!(outage.context.contains("full"), "{outage}");
    assert!(stored.len() > 100);
    let next = opening(stored.len() as u32);
    store.open(&next).await.unwrap_err();
    let long = Event {
        at: next.family.created_at,
        app: None,
        kind: "long".to_owned(),
        user: None,
        session: None,
        detail: "x".repeat(100_000),
    };
    store.append(&[long]).await.unwrap_err();
    assert_eq!(store.load(next.family.id).await.unwrap(), None);
    assert!(store.events(&EventFilter::default(), 0, 10).await.unwrap().events.is_empty());

    store.limit_size(1 << 40).await.unwrap();
    assert_eq!(store.open(&next).await.unwrap(), OpenOutcome::Opened);
    drop(store);
    let store = place.open();
    for row in stored.iter().chain([&next.family]) {
        assert_eq!(*store.load(row.id).await.unwrap().unwrap(), *row);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_unavailable_at_once() {
    let place = Place::new();
    let options = Options { queue_changes: 4, ..Options::new(1).migrating() };
    let store = Arc::new(Sqlite::open(&place.path(), options).unwrap());
    let rows: Vec<_> = (0..50).map(|n| opening(n).family).collect();
    for n in 0..50 {
        store.open(&opening(n)).await.unwrap();
    }
    let stranger = place.stranger();
    stranger.execute_batch("BEGIN IMMEDIATE").unwrap();
    let tasks: Vec<_> = rows
        .iter()
        .map(|row| {
            let (store, change) = (Arc::clone(&store), advance(row));
            tokio::spawn(async move { store.commit(&change).await })
        })
        .collect();
    let mut outages: Vec<Unavailable> = Vec::new();
    for task in tasks {
        outages.push(task.await.unwrap().unwrap_err());
    }
    let of_queue = outages.iter().filter(|outage| outage.context.contains("too many changes")).count();
    assert!((1..50).contains(&of_queue), "{of_queue} were sent away, the others waited for the lock");
    drop(stranger);
    for row in &rows {
        assert!(store.commit(&advance(row)).await.unwrap(), "nothing of what failed was done");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written_is_unavailable() {
    use std::fs::{OpenOptions, Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let row = opening(1);
    let store = place.open();
    store.open(&row).await.unwrap();
    drop(store);
    set_permissions(place.path(), Permissions::from_mode(0o400)).unwrap();
    if OpenOptions::new().write(true).open(place.path()).is_ok() {
        return; // Whoever may write everything cannot see this.
    }
    let store = place.open();
    assert_eq!(*store.load(row.family.id).await.unwrap().unwrap(), row.family);
    assert!(store.probe().await.unwrap_err().context.contains("readonly"));
    store.commit(&advance(&row.family)).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_on_the_disk() {
    let place = Place::new();
    let store = place.open();
    let mut rows = Vec::new();
    for n in 1..21 {
        let row = opening(n).family;
        store.open(&opening(n)).await.unwrap();
        let change = advance(&row);
        assert!(store.commit(&change).await.unwrap());
        rows.push(change.apply(&row));
    }
    // What a crash would leave behind. The log last: it is what a checkpoint copies from.
    let after_crash = Place::new();
    std::fs::copy(place.path(), after_crash.path()).unwrap();
    std::fs::copy(place.path().with_extension("db-wal"), after_crash.path().with_extension("db-wal"))
        .unwrap();
    let found = after_crash.open();
    for row in &rows {
        assert_eq!(*found.load(row.id).await.unwrap().unwrap(), *row);
    }
    let newest = rows.iter().map(|row| row.head.rotated_at).max().unwrap();
    let mark = found.high_water().await.unwrap();
    assert!(mark <= newest && newest.since(mark) < tenure_core::time::Span::from_secs(1));
}
