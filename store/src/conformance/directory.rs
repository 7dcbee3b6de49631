//! Writes of records: what they expect, and all or nothing.

use std::sync::Arc;

use super::Fixture;
use super::sample::{NOW, REMEMBERED, app, whole_feed};
use crate::{Announcement, Backend, Expected, Kind, Subject, Write, Written};

pub(super) fn put(kind: Kind, key: &str, expected: Expected, bytes: &[u8]) -> Write {
    Write { kind, key: key.to_owned(), expected, value: Some(bytes.to_vec()) }
}

fn delete(key: &str, expected: Expected) -> Write {
    Write { kind: Kind::App, key: key.to_owned(), expected, value: None }
}

pub(super) async fn write(store: &dyn Backend, write: Write) -> Written {
    store.write(&[write]).await.unwrap()
}

async fn version(store: &dyn Backend, key: &str) -> Option<u64> {
    store.get(Kind::App, key).await.unwrap().map(|record| record.version)
}

pub async fn a_batch_is_written_wholly_or_not_at_all<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let batch = [
        put(Kind::App, "a", Expected::Absent, b"1"),
        put(Kind::Settings, "a/1", Expected::Any, b"2"),
        put(Kind::App, "b", Expected::Absent, b"3"),
    ];
    assert_eq!(store.write(&batch).await.unwrap(), Written::All);
    let again = [
        put(Kind::App, "c", Expected::Absent, b"4"),
        put(Kind::App, "a", Expected::Any, b"5"),
        delete("b", Expected::Version(99)),
        put(Kind::App, "a", Expected::Absent, b"6"),
    ];
    assert_eq!(store.write(&again).await.unwrap(), Written::Conflict(2), "the first that does not hold");
    assert_eq!(store.get(Kind::App, "c").await.unwrap(), None);
    assert_eq!(store.get(Kind::App, "a").await.unwrap().unwrap().bytes, b"1");
    assert_eq!(store.get(Kind::App, "b").await.unwrap().unwrap().bytes, b"3");
    assert_eq!(store.get(Kind::Settings, "a/1").await.unwrap().unwrap().bytes, b"2");
    assert_eq!(store.write(&[]).await.unwrap(), Written::All);
}

pub async fn a_write_applies_while_what_it_expects_is_stored<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let put = |expected, bytes: &[u8]| put(Kind::App, "a", expected, bytes);
    assert_eq!(write(&*store, put(Expected::Version(1), b"x")).await, Written::Conflict(0));
    assert_eq!(version(&*store, "a").await, None);
    assert_eq!(write(&*store, put(Expected::Absent, b"1")).await, Written::All);
    let first = version(&*store, "a").await.unwrap();
    assert_eq!(write(&*store, put(Expected::Absent, b"x")).await, Written::Conflict(0));
    assert_eq!(write(&*store, put(Expected::Version(first + 1), b"x")).await, Written::Conflict(0));
    assert_eq!(write(&*store, put(Expected::Version(first), b"2")).await, Written::All);
    let second = version(&*store, "a").await.unwrap();
    assert!(second > first);
    assert_eq!(write(&*store, put(Expected::Version(first), b"x")).await, Written::Conflict(0));
    assert_eq!(write(&*store, put(Expected::Any, b"2")).await, Written::All);
    assert!(version(&*store, "a").await.unwrap() > second, "it rises though the bytes are the same");
}

pub async fn of_50_writes_with_one_version_one_applies<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut expected = Expected::Absent;
    for round in 0..5 {
        let tasks: Vec<_> = (0..50_u8)
            .map(|n| {
                let store = Arc::clone(&store);
                let write = put(Kind::App, "a", expected, &[n]);
                tokio::spawn(async move { store.write(&[write]).await.unwrap() })
            })
            .collect();
        let mut winner = Vec::new();
        for (n, task) in tasks.into_iter().enumerate() {
            if task.await.unwrap() == Written::All {
                winner.push(n as u8);
            }
        }
        let record = store.get(Kind::App, "a").await.unwrap().unwrap();
        assert_eq!(winner, record.bytes, "round {round}");
        expected = Expected::Version(record.version);
    }
}

pub async fn a_record_that_was_deleted_is_gone<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    assert_eq!(write(&*store, delete("a", Expected::Any)).await, Written::All, "though there is none");
    assert_eq!(write(&*store, put(Kind::App, "a", Expected::Absent, b"1")).await, Written::All);
    let stored = version(&*store, "a").await.unwrap();
    assert_eq!(write(&*store, delete("a", Expected::Absent)).await, Written::Conflict(0));
    assert_eq!(write(&*store, delete("a", Expected::Version(stored + 1))).await, Written::Conflict(0));
    assert_eq!(write(&*store, delete("a", Expected::Version(stored))).await, Written::All);
    assert_eq!(store.get(Kind::App, "a").await.unwrap(), None);
    assert!(store.records(Kind::App, "", None, 10).await.unwrap().is_empty());
    assert_eq!(write(&*store, delete("a", Expected::Version(stored))).await, Written::Conflict(0));
    assert_eq!(write(&*store, put(Kind::App, "a", Expected::Absent, b"2")).await, Written::All);
}

pub async fn an_announcement_is_made_with_its_writes_or_not_at_all<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let said = Announcement {
        app: app("app"),
        subject: Subject::SigningKey("key".to_owned()),
        at: NOW,
        forget_after: REMEMBERED,
    };
    let first = [put(Kind::SigningKey, "app/a", Expected::Absent, b"1")];
    assert_eq!(store.write_announced(&first, &said).await.unwrap(), Written::All);
    assert_eq!(store.high_water().await.unwrap(), NOW);
    let later = Announcement { at: REMEMBERED, ..said.clone() };
    let stale = [put(Kind::App, "b", Expected::Absent, b"2"), first[0].clone()];
    assert_eq!(store.write_announced(&stale, &later).await.unwrap(), Written::Conflict(1));
    assert_eq!(store.get(Kind::App, "b").await.unwrap(), None);
    assert_eq!(store.high_water().await.unwrap(), NOW, "what was not done was not seen");
    let announced: Vec<_> = whole_feed(&*store).await.into_iter().map(|e| e.announcement).collect();
    assert_eq!(announced, [said]);
}
