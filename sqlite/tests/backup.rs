//! Backups: whole, told apart from whatever is none, and made into a store again that knows that it is another one.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{MADE_AT, Place, beside, filled, opening, put};
use tenure_sqlite::backup::{self, BackupError, Restoring, read_manifest, verify};
use tenure_sqlite::{OpenError, Options, Sqlite};
use tenure_store::{Backups as _, Directory as _, Kind, NotMade, Sessions as _};

/// A backup of a filled store, which is closed.
async fn a_backup(place: &Place) -> PathBuf {
    let (store, _) = filled(place, 20).await;
    let file = beside(place, "a.backup");
    store.back_up(&file, MADE_AT).await.unwrap();
    file
}

fn refused(file: &Path) -> BackupError {
    verify(file).map(drop).unwrap_err()
}

#[tokio::test]
async fn a_backup_says_what_it_is() {
    let place = Place::new();
    let (store, families) = filled(&place, 20).await;
    let file = beside(&place, "a.backup");
    let made = store.back_up(&file, MADE_AT).await.unwrap();
    assert_eq!(made, read_manifest(&file).unwrap());
    assert_eq!((made.made_at, made.incarnation, made.feed_head), (MADE_AT, 7, 1));
    assert_eq!((made.families, made.records, &made.kids[..]), (20, 3, &[3][..]));
    assert!(made.high_water <= families[0].head.rotated_at.plus(tenure_core::time::Span::from_secs(60)));
    let verified = verify(&file).unwrap();
    assert_eq!((verified.manifest, verified.canaries[0].key.as_str()), (made.clone(), "3"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(&file).unwrap();
    let tail = String::from_utf8_lossy(&bytes[made.content_bytes as usize..]).into_owned();
    assert!(
        tail.starts_with("\n{\"made_at_ms\":1900000500000,") && tail.ends_with(" tenure-backup-1\n"),
        "{tail}"
    );
    let names: Vec<_> =
        fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 5, "the store's four and the backup: {names:?}");
    // A backup is no store: nobody serves it by mistake.
    let opened = Sqlite::open(&file, Options::new(1).migrating()).map(drop);
    assert!(matches!(opened, Err(OpenError::Foreign { .. })));
}

#[tokio::test]
async fn a_backup_is_one_moment_of_a_store_that_is_written_meanwhile() {
    let place = Place::new();
    let (store, _) = filled(&place, 3000).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, stop) = (store.clone(), stop.clone());
        async move {
            let mut n = 3000;
            while !stop.load(Ordering::Relaxed) {
                // One commit opens a session and the next puts its number into a record: the second is never ahead.
                store.open(&opening(n)).await.unwrap();
                n += 1;
                put(&store, Kind::App, "opened", &n.to_string()).await;
            }
            n
        }
    });
    for round in 0..5 {
        let file = beside(&place, &format!("{round}.backup"));
        let made = store.back_up(&file, MADE_AT).await.unwrap();
        verify(&file).unwrap();
        let target = beside(&place, &format!("{round}.db"));
        let restoring = Restoring::begin(&file, &target, 8, false).unwrap();
        restoring.finish(&target).unwrap();
        let restored = Sqlite::open(&target, Options::new(9)).unwrap();
        let said = restored.get(Kind::App, "opened").await.unwrap();
        let said: u64 = said.map_or(3000, |said| String::from_utf8(said.bytes).unwrap().parse().unwrap());
        assert!(said == made.families || said + 1 == made.families, "{said} of {}", made.families);
    }
    stop.store(true, Ordering::Relaxed);
    assert!(writing.await.unwrap() > 3000);
}

#[tokio::test]
async fn a_backup_never_overwrites_and_leaves_nothing_half_done() {
    let place = Place::new();
    let file = a_backup(&place).await;
    let store = place.open();
    let before = fs::read(&file).unwrap();
    let error = store.back_up(&file, MADE_AT).await.unwrap_err();
    assert!(error.to_string().ends_with("is there already: a backup never overwrites a file"), "{error}");
    assert_eq!(fs::read(&file).unwrap(), before);
    let nowhere = beside(&place, "missing").join("a.backup");
    let error = store.back_up(&nowhere, MADE_AT).await.unwrap_err();
    assert!(matches!(&error, NotMade::Place(says) if says.contains("missing")), "{error}");
    // What one left behind that was killed is removed by the next of its name.
    let part = beside(&place, "b.backup.part");
    fs::write(&part, "half of a backup").unwrap();
    let other = fs::File::open(&part).unwrap();
    other.lock().unwrap();
    let error = store.back_up(&beside(&place, "b.backup"), MADE_AT).await.unwrap_err();
    assert!(error.to_string().ends_with("another backup is being made there"), "{error}");
    assert_eq!(fs::read(&part).unwrap(), b"half of a backup", "it is the other's");
    drop(other);
    store.back_up(&beside(&place, "b.backup"), MADE_AT).await.unwrap();
    assert!(!part.exists());
    verify(&beside(&place, "b.backup")).unwrap();
}

#[tokio::test]
async fn wherever_it_is_cut_off_or_flipped_it_is_refused() {
    let place = Place::new();
    let file = a_backup(&place).await;
    let whole = fs::read(&file).unwrap();
    let content = read_manifest(&file).unwrap().content_bytes as usize;
    let lengths = (content - 50..whole.len()).chain((100..content).step_by(997));
    for length in lengths {
        fs::write(&file, &whole[..length]).unwrap();
        let error = refused(&file);
        assert!(matches!(error, BackupError::CutOff { .. }), "{length} of {}: {error}", whole.len());
    }
    fs::write(&file, &whole[..content / 2]).unwrap();
    let says = refused(&file).to_string();
    assert!(says.contains("is cut off: it has") && says.contains("Fetch it again"), "{says}");
    for at in (0..content).step_by(211).chain(content..whole.len()) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&file, &flipped).unwrap();
        let error = refused(&file);
        let named = matches!(
            error,
            BackupError::Damaged { .. } | BackupError::CutOff { .. } | BackupError::TooNew { .. }
        );
        assert!(named, "byte {at}: {error}");
    }
    for more in [&b"\n"[..], b"x", &whole] {
        fs::write(&file, [&whole[..], more].concat()).unwrap();
        refused(&file);
    }
    fs::write(&file, &whole).unwrap();
    verify(&file).unwrap();
}

#[tokio::test]
async fn what_is_no_backup_is_named() {
    let place = Place::new();
    let file = a_backup(&place).await;
    let other = beside(&place, "other");
    for foreign in [&b""[..], b"x", &[0; 5000]] {
        fs::write(&other, foreign).unwrap();
        assert!(matches!(refused(&other), BackupError::Foreign { .. }));
    }
    rusqlite::Connection::open(&other).map(drop).unwrap_or_default();
    fs::remove_file(&other).unwrap();
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE theirs (n INTEGER)").unwrap();
    assert!(matches!(refused(&other), BackupError::Foreign { .. }));
    let says = refused(&place.path()).to_string();
    assert!(says.ends_with("make a backup of it with `tenure backup create`"), "{says}");
    assert!(matches!(refused(&beside(&place, "nothing")), BackupError::File { .. }));
    // Of a program that is to come: another format, and another schema.
    let mut newer = fs::read(&file).unwrap();
    let at = newer.len() - 2;
    newer[at] = b'2';
    fs::write(&other, &newer).unwrap();
    let says = refused(&other).to_string();
    assert!(says.contains("made by a newer program") && says.contains("format"), "{says}");
}

#[tokio::test]
async fn a_backup_of_a_newer_schema_is_refused() {
    let place = Place::new();
    drop(filled(&place, 2).await);
    let version: u32 = place.stranger().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    for (ahead, fine) in [(1, true), (2, false)] {
        place.stranger().pragma_update(None, "user_version", version + ahead).unwrap();
        let file = beside(&place, &format!("{ahead}.backup"));
        backup::back_up(&place.path(), &file, MADE_AT).unwrap();
        match verify(&file) {
            Ok(_) => assert!(fine),
            Err(error) => {
                assert!(!fine && matches!(error, BackupError::TooNew { .. }), "{error}");
                let target = beside(&place, "target.db");
                assert!(Restoring::begin(&file, &target, 8, false).is_err());
                assert!(!target.exists());
            }
        }
    }
}

#[tokio::test]
async fn a_restored_store_is_another_one_with_the_same_sessions() {
    let place = Place::new();
    let file = a_backup(&place).await;
    let target = Place::new();
    let restoring = Restoring::begin(&file, &target.path(), 8, false).unwrap();
    assert_eq!(restoring.manifest().families, 20);
    assert!(!target.path().exists(), "nothing is there that a server would open");
    assert!(matches!(
        Sqlite::open(&target.path(), Options::new(1).migrating()),
        Err(OpenError::Locked { .. })
    ));
    drop(restoring.open(Options::new(0)).unwrap());
    assert_eq!(restoring.finish(&beside(&target, "kept")).unwrap().kept, None);
    let left: Vec<_> = fs::read_dir(target.path().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(fs::metadata(target.path()).unwrap().permissions().mode() & 0o777, 0o600);
    let (old, new) = (place.open(), target.open());
    assert_eq!(
        (old.feed(0, 9).await.unwrap().incarnation, new.feed(0, 9).await.unwrap().incarnation),
        (7, 8)
    );
    assert_eq!(old.feed(0, 9).await.unwrap().entries, new.feed(0, 9).await.unwrap().entries);
    for family in (0..20).map(|n| opening(n).family.id) {
        assert_eq!(old.load(family).await.unwrap(), new.load(family).await.unwrap());
    }
    new.open(&opening(21)).await.unwrap();
    assert_eq!(new.high_water().await.unwrap(), old.high_water().await.unwrap());
}

#[tokio::test]
async fn a_store_that_is_there_is_replaced_only_when_asked_and_is_kept() {
    let place = Place::new();
    let file = a_backup(&place).await;
    let store = place.open();
    let restore = |replace| Restoring::begin(&file, &place.path(), 8, replace);
    assert!(matches!(restore(true), Err(BackupError::Open(OpenError::Locked { .. }))));
    store.open(&opening(30)).await.unwrap();
    drop(store);
    assert!(matches!(restore(false), Err(BackupError::Exists { .. })));
    // Given up, by whoever asked or by a kill: the store is as it was.
    drop(restore(true).unwrap());
    assert!(place.open().load(opening(30).family.id).await.unwrap().is_some());
    fs::write(beside(&place, "tenure.db.restoring"), "half of a store").unwrap();
    let kept = beside(&place, "kept.db");
    assert_eq!(restore(true).unwrap().finish(&kept).unwrap().kept, Some(kept.clone()));
    assert_eq!(place.open().load(opening(30).family.id).await.unwrap(), None);
    let kept = Sqlite::open(&kept, Options::new(1)).unwrap();
    assert!(kept.load(opening(30).family.id).await.unwrap().is_some());
    assert_eq!(kept.feed(0, 1).await.unwrap().incarnation, 7);
}

#[tokio::test]
async fn a_log_of_another_store_is_not_mixed_in() {
    let place = Place::new();
    let file = a_backup(&place).await;
    let target = Place::new();
    fs::write(beside(&target, "tenure.db-wal"), "frames").unwrap();
    let error = Restoring::begin(&file, &target.path(), 8, false).map(drop).unwrap_err();
    assert!(matches!(error, BackupError::Stray { .. }), "{error}");
    // A file that is no database at all cannot be put aside as one.
    fs::rename(beside(&target, "tenure.db-wal"), target.path()).unwrap();
    fs::write(target.path(), "no database, but long enough to be read as one ".repeat(100)).unwrap();
    let error = Restoring::begin(&file, &target.path(), 8, true).unwrap().finish(&beside(&target, "kept"));
    let says = error.map(drop).unwrap_err().to_string();
    assert!(says.contains("cannot be put aside") && says.contains("without --replace"), "{says}");
    assert!(fs::read(target.path()).unwrap().starts_with(b"no database"));
}
