//! The feed: what is written with an end, and how it is read.

use rusqlite::{Connection, Row, params};
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::time::Timestamp;
use tenure_store::{Announcement, Entry, FeedPage, Subject};

use crate::batch::Batch;
use crate::fault::Fault;
use crate::rows::Fields;

const ENTRY: &str = "n, app, kind, session, name, at, forget_after";

const SESSION: u8 = 1;
const USER: u8 = 2;
const APP: u8 = 3;
const SIGNING_KEY: u8 = 4;

/// Announces the end of one session, in the transaction that ends it.
pub(crate) fn announce_session(
    batch: &Batch<'_>,
    app: &str,
    session: FamilyId,
    at: Timestamp,
    forget_after: Timestamp,
) -> Result<(), Fault> {
    insert(batch, app, SESSION, Some(session), None, at, forget_after)
}

/// Announces anything else.
pub(crate) fn announce(batch: &Batch<'_>, announcement: &Announcement) -> Result<(), Fault> {
    let Announcement { app, subject, at, forget_after } = announcement;
    let (kind, session, name) = match subject {
        Subject::Session(session) => (SESSION, Some(*session), None),
        Subject::User(user) => (USER, None, Some(user.as_str())),
        Subject::App => (APP, None, None),
        Subject::SigningKey(thumbprint) => (SIGNING_KEY, None, Some(thumbprint.as_str())),
    };
    insert(batch, app.as_str(), kind, session, name, *at, *forget_after)
}

fn insert(
    batch: &Batch<'_>,
    app: &str,
    kind: u8,
    session: Option<FamilyId>,
    name: Option<&str>,
    at: Timestamp,
    forget_after: Timestamp,
) -> Result<(), Fault> {
    let session = session.as_ref().map(FamilyId::as_bytes);
    batch.execute(
        "INSERT INTO feed (app, kind, session, name, at, forget_after) VALUES (?, ?, ?, ?, ?, ?)",
        params![app, kind, session, name, at.millis(), forget_after.millis()],
    )?;
    Ok(())
}

/// A page of the feed, in one snapshot.
pub(crate) fn page(db: &Connection, incarnation: u64, after: u64, max: u32) -> Result<FeedPage, Fault> {
    let snapshot = db.unchecked_transaction()?;
    let head = last_number(&snapshot, "feed")?;
    let first: Option<u64> =
        snapshot.prepare_cached("SELECT min(n) FROM feed")?.query_row([], |row| row.get(0))?;
    let sql = format!("SELECT {ENTRY} FROM feed WHERE n > ? ORDER BY n LIMIT ?");
    let mut statement = snapshot.prepare_cached(&sql)?;
    let entries = statement.query_and_then(params![number(after), max], entry)?.collect::<Result<_, _>>()?;
    Ok(FeedPage { incarnation, entries, head, retained_from: first.unwrap_or(head + 1) })
}

fn entry(row: &Row<'_>) -> Result<Entry, Fault> {
    let mut fields = Fields::new("feed", ENTRY, row)?;
    let n = fields.get()?;
    let app = fields.text(AppId::stored)?;
    let kind: u8 = fields.get()?;
    let session: Option<[u8; 16]> = fields.get()?;
    let name = fields.get_ref()?;
    let subject = match (kind, session, name) {
        (SESSION, Some(session), None) => Subject::Session(FamilyId::from_bytes(session)),
        (USER, None, Some(user)) => Subject::User(UserId::parse(user).map_err(|_| fields.illegal())?),
        (APP, None, None) => Subject::App,
        (SIGNING_KEY, None, Some(thumbprint)) => Subject::SigningKey(thumbprint.to_owned()),
        _ => return Err(fields.illegal()),
    };
    let at = Timestamp::from_millis(fields.get()?);
    let forget_after = Timestamp::from_millis(fields.get()?);
    Ok(Entry { n, announcement: Announcement { app, subject, at, forget_after } })
}

/// What the feed of the attached database `before` says of anything but a session and this one's does not, in its order: only
/// what is to be remembered at `now`.
pub(crate) fn lost(db: &Connection, now: Timestamp) -> Result<Vec<Announcement>, Fault> {
    let sql = format!(
        "SELECT {ENTRY} FROM before.feed AS b WHERE b.kind <> {SESSION} AND b.forget_after >= ? AND NOT EXISTS ( \
         SELECT 1 FROM main.feed AS m \
         WHERE m.kind = b.kind AND m.app = b.app AND m.name IS b.name AND m.at = b.at) ORDER BY b.n"
    );
    let mut statement = db.prepare(&sql)?;
    let entries = statement.query_and_then([now.millis()], entry)?;
    entries.map(|entry| Ok(entry?.announcement)).collect()
}

/// The last number that a table gave; numbers that were pruned count.
pub(crate) fn last_number(db: &Connection, table: &str) -> Result<u64, Fault> {
    let sql = "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = ?";
    Ok(db.prepare_cached(sql)?.query_row([table], |row| row.get(0))?)
}

/// A cursor that is beyond every number stays so.
pub(crate) fn number(after: u64) -> i64 {
    i64::try_from(after).unwrap_or(i64::MAX)
}
