//! Lists of records: by prefix, in the order of bytes.

use super::Fixture;
use super::directory::{put, write};
use crate::{Backend, Expected, Kind, Written};

const KEYS: [&str; 19] = [
    "a",
    "a/",
    "a/1",
    "a/10",
    "a/2",
    "a%",
    "a%b",
    "a_",
    "a_b",
    "aXb",
    "ab",
    "abc",
    "A",
    "b",
    "a'b",
    "a\\b",
    "é",
    "e\u{301}",
    "a\u{10ffff}z",
];

async fn fill(store: &dyn Backend) {
    for key in KEYS {
        assert_eq!(write(store, put(Kind::App, key, Expected::Absent, key.as_bytes())).await, Written::All);
    }
}

pub async fn records_are_found_by_prefix_in_byte_order<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    fill(&*store).await;
    let mut sorted = KEYS;
    sorted.sort();
    let prefixes =
        ["", "a", "a/", "a/1", "a%", "a_", "ab", "abcd", "A", "é", "e", "a\u{10ffff}", "zz", "'", "\\"];
    let afters = [None, Some(""), Some("a"), Some("a/1"), Some("a/15"), Some("a_"), Some("b"), Some("zz")];
    for prefix in prefixes {
        for after in afters {
            for max in [0, 1, 3, 100] {
                let found = store.records(Kind::App, prefix, after, max).await.unwrap();
                let expected: Vec<_> = sorted
                    .iter()
                    .filter(|key| key.starts_with(prefix) && after.is_none_or(|after| **key > after))
                    .take(max as usize)
                    .collect();
                let keys: Vec<_> = found.iter().map(|record| &record.key).collect();
                assert_eq!(keys, expected, "{prefix:?} after {after:?}");
                assert!(found.iter().all(|record| record.bytes == record.key.as_bytes()));
            }
        }
    }
}

pub async fn kinds_of_records_do_not_mix<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for (n, kind) in Kind::ALL.into_iter().enumerate() {
        assert_eq!(write(&*store, put(kind, "same", Expected::Absent, &[n as u8])).await, Written::All);
    }
    for (n, kind) in Kind::ALL.into_iter().enumerate() {
        let record = store.get(kind, "same").await.unwrap().unwrap();
        assert_eq!(record.bytes, [n as u8]);
        assert_eq!(store.records(kind, "", None, 10).await.unwrap(), [record]);
    }
}

pub async fn bytes_of_a_record_come_back<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let every_byte: Vec<u8> = (0..=255).collect();
    for bytes in [Vec::new(), vec![0], every_byte.clone(), every_byte.repeat(400)] {
        let any = put(Kind::Installation, "a", Expected::Any, &bytes);
        assert_eq!(write(&*store, any).await, Written::All);
        assert_eq!(store.get(Kind::Installation, "a").await.unwrap().unwrap().bytes, bytes);
    }
}
