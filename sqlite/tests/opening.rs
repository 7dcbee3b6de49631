//! Which databases are opened, and which are refused.
#![allow(clippy::unwrap_used)]

mod common;

use common::Place;
use tenure_sqlite::{OpenError, Options, Sqlite};
use tenure_store::{Directory, Sessions};

fn refused(place: &Place, options: Options) -> OpenError {
    Sqlite::open(&place.path(), options).map(drop).unwrap_err()
}

#[tokio::test]
async fn a_second_opener_is_refused_until_the_first_is_gone() {
    let place = Place::new();
    let first = place.open();
    let error = refused(&place, Options::new(1));
    assert!(matches!(error, OpenError::Locked { .. }));
    assert!(error.to_string().contains("tenure.db is in use by another process"));
    assert!(matches!(Sqlite::migrate(&place.path(), Options::new(1)), Err(OpenError::Locked { .. })));
    first.probe().await.unwrap();
    drop(first);
    place.open().probe().await.unwrap();
}

#[test]
fn a_database_is_made_only_when_asked_for() {
    let place = Place::new();
    let error = refused(&place, Options::new(1));
    assert!(matches!(error, OpenError::NotMigrated { found: 0, needed: 4 }));
    assert!(!place.path().exists());
    Sqlite::migrate(&place.path(), Options::new(1)).unwrap();
    Sqlite::migrate(&place.path(), Options::new(1)).unwrap();
    Sqlite::open(&place.path(), Options::new(1)).unwrap();
}

#[test]
fn a_schema_one_step_ahead_is_worked_with_and_two_are_refused() {
    let place = Place::new();
    drop(place.open());
    let set_version = |version: u32| place.stranger().pragma_update(None, "user_version", version).unwrap();
    set_version(5);
    drop(Sqlite::open(&place.path(), Options::new(1)).unwrap());
    drop(Sqlite::open(&place.path(), Options::new(1).migrating()).unwrap());
    set_version(6);
    for options in [Options::new(1), Options::new(1).migrating()] {
        let error = refused(&place, options);
        assert!(matches!(error, OpenError::TooNew { found: 6, newest: 5 }));
        assert!(error.to_string().contains("use a newer program"), "{error}");
    }
    let version: u32 = place.stranger().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 6, "nothing was changed");
}

#[test]
fn a_database_of_another_program_is_refused() {
    let place = Place::new();
    place.stranger().execute_batch("CREATE TABLE theirs (n INTEGER)").unwrap();
    for options in [Options::new(1), Options::new(1).migrating()] {
        assert!(matches!(refused(&place, options), OpenError::Foreign { .. }));
    }
    std::fs::write(place.path(), "not a database at all, but long enough to be read as one".repeat(50))
        .unwrap();
    assert!(matches!(refused(&place, Options::new(1)), OpenError::Database { .. }));
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let place = Place::new();
    let path = place.path().with_file_name("missing").join("tenure.db");
    let error = Sqlite::open(&path, Options::new(1).migrating()).map(drop).unwrap_err();
    assert!(matches!(error, OpenError::File { .. }));
    assert!(error.to_string().contains("missing"), "{error}");
}

#[tokio::test]
async fn the_incarnation_is_the_one_of_its_making() {
    for incarnation in [0, 1, u64::MAX] {
        let place = Place::new();
        for later in [incarnation, 5, 6] {
            let store = Sqlite::open(&place.path(), Options::new(later).migrating()).unwrap();
            assert_eq!(store.feed(0, 1).await.unwrap().incarnation, incarnation);
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let store = place.open();
    store.open(&common::opening(1)).await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(place.path().parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        seen += 1;
    }
    assert_eq!(seen, 4, "the database, its log, its index and its lock");
}
