//! What the tests of this store share.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use tenure_core::change::Change;
use tenure_core::digest::{Digest, Salt};
use tenure_core::end::end_again;
use tenure_core::family::{Family, Head, Life, Retries, State};
use tenure_core::id::{AppId, ClientId, Edition, FamilyId, Kid, Seq, UserId};
use tenure_core::open::Opening;
use tenure_core::refusal::EndReason;
use tenure_core::time::{Span, Timestamp};
use tenure_sqlite::{Options, Sqlite};
use tenure_store::{Directory as _, Expected, Kind, Sessions as _, Write};

pub(crate) const OPENED_AT: Timestamp = Timestamp::from_secs(1_900_000_000);

/// A directory of one database, which goes when the test is over.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("tenure.db")
    }

    pub(crate) fn open(&self) -> Arc<Sqlite> {
        Arc::new(Sqlite::open(&self.path(), Options::new(7).migrating()).unwrap())
    }

    /// The same, with reads that look at so many rows at most.
    pub(crate) fn open_looking_at(&self, rows: u32) -> Arc<Sqlite> {
        let options = Options { looked_at_rows: rows, ..Options::new(7).migrating() };
        Arc::new(Sqlite::open(&self.path(), options).unwrap())
    }

    /// A connection of somebody else.
    pub(crate) fn stranger(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }
}

/// The opening of the `n`th session; ten belong to a user.
pub(crate) fn opening(n: u32) -> Opening {
    let at = OPENED_AT.plus(Span::from_millis(i64::from(n)));
    let mut random = [0; 12];
    random[..4].copy_from_slice(&n.wrapping_mul(0x9e37_79b1).to_be_bytes());
    random[4..8].copy_from_slice(&n.to_be_bytes());
    let family = Family {
        id: FamilyId::new(at, random),
        app: AppId::parse("app").unwrap(),
        user: UserId::parse(&format!("9f1c2a77-5d1e-4b0a-8a53-{:012}", n / 10)).unwrap(),
        client: ClientId::parse("app").unwrap(),
        head: Head {
            seq: Seq::FIRST,
            kid: Kid(1),
            current: Digest::from_bytes([n as u8; 16]),
            previous: None,
            attempt: None,
            previous_attempt: None,
            salt: Salt::from_bytes([3; 16]),
            rotated_at: at,
            retries: Retries::default(),
        },
        created_at: at,
        authenticated_at: at,
        life: Life {
            active_at: at,
            idle_timeout: Some(Span::from_days(14)),
            absolute_end: at.plus(Span::from_days(90)),
            policy_version: 1,
        },
        state: State::Live,
        confirmation: None,
        device: None,
        claims: None,
        edition: Edition::FIRST,
        session_token: None,
    };
    Opening { family, ends: Vec::new(), expected: None, remember_until: at }
}

/// The next rotation of `row`, with everything in it that a rotation can have.
pub(crate) fn advance(row: &Family) -> Change {
    let at = row.head.rotated_at.plus(Span::from_secs(60));
    let fresh = row.head.seq.0 as u8;
    Change::Advance {
        family: row.id,
        expected: row.seen(),
        head: Head {
            seq: row.head.seq.next(),
            current: Digest::from_bytes([fresh; 16]),
            previous: Some(row.head.current),
            attempt: Some(tenure_core::digest::Attempt::from_bytes([fresh; 16])),
            previous_attempt: row.head.attempt,
            salt: Salt::from_bytes([fresh; 16]),
            rotated_at: at,
            ..row.head.clone()
        },
        life: Life { active_at: at, ..row.life },
    }
}

/// When backups are made.
pub(crate) const MADE_AT: Timestamp = Timestamp::from_secs(1_900_000_500);

/// A file beside the database.
pub(crate) fn beside(place: &Place, name: &str) -> PathBuf {
    place.path().with_file_name(name)
}

/// Writes a record, whatever is there.
pub(crate) async fn put(store: &Sqlite, kind: Kind, key: &str, value: &str) {
    let write =
        Write { kind, key: key.to_owned(), expected: Expected::Any, value: Some(value.as_bytes().to_vec()) };
    store.write(&[write]).await.unwrap();
}

/// A store with `n` sessions, one of them rotated and one ended, and a few records.
pub(crate) async fn filled(place: &Place, n: u32) -> (Arc<Sqlite>, Vec<Family>) {
    let store = place.open();
    let mut families = Vec::new();
    for opening in (0..n).map(opening) {
        store.open(&opening).await.unwrap();
        families.push(opening.family);
    }
    store.commit(&advance(&families[0])).await.unwrap();
    store.commit(&end_again(families[1].id, EndReason::User, OPENED_AT)).await.unwrap();
    put(&store, Kind::App, "shop", "a").await;
    put(&store, Kind::ApiKey, "old", "a").await;
    put(&store, Kind::Canary, "3", "0123456789abcdef").await;
    (store, families)
}
