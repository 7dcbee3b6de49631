//! The writes of sessions, each inside a transaction that it shares with others.

use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use tenure_core::change::{Change, Scope};
use tenure_core::digest::{Attempt, Digest};
use tenure_core::family::{Family, Head, Life, Retries, Seen, State};
use tenure_core::id::{AppId, Edition, FamilyId, Seq, UserId};
use tenure_core::open::Opening;
use tenure_core::refusal::EndReason;
use tenure_core::session_token::Kept;
use tenure_core::time::Timestamp;
use tenure_store::{EndWhere, Ended, Filter, OpenOutcome};

use crate::batch::Batch;
use crate::fault::Fault;
use crate::filter::{Condition, Order};
use crate::job::Steps;
use crate::rows::{self, ABSENT, Key};
use crate::{feed, search};

/// How many statements a change writes with.
pub(crate) fn steps(change: &Change) -> Steps {
    match change {
        Change::Advance { .. }
        | Change::Replay { .. }
        | Change::Amend { .. }
        | Change::Exchange { .. }
        | Change::Active { .. } => Steps::One,
        Change::Reauthenticate { .. } | Change::End { .. } => Steps::Many,
    }
}

/// Applies a change while its guard holds.
pub(crate) fn commit(batch: &Batch<'_>, change: &Change) -> Result<bool, Fault> {
    match change {
        Change::Advance { family, expected, head, life } => {
            advance(batch, (*family).into(), *expected, head, life)
        }
        Change::Replay { family, expected } => replay(batch, (*family).into(), *expected),
        Change::Reauthenticate { family, expected, head, life, authenticated_at, claims } => {
            let key = (*family).into();
            Ok(advance(batch, key, *expected, head, life)?
                && sign_in(batch, key, *authenticated_at, claims.as_deref())?)
        }
        Change::Amend { family, expected, claims } => {
            amend(batch, (*family).into(), *expected, claims.as_deref())
        }
        Change::Exchange { family, token } => exchange(batch, (*family).into(), token),
        Change::Active { family, at } => active(batch, (*family).into(), *at),
        Change::End { family, expected, scope, reason, at, remember_until } => {
            let end = End { reason: *reason, at: *at, remember_until: *remember_until };
            end.commit(batch, *family, *expected, *scope)
        }
    }
}

/// A new head, where the guard holds. `kid` is only written when it is another one: an index holds it.
fn advance(batch: &Batch<'_>, key: Key, expected: Seen, head: &Head, life: &Life) -> Result<bool, Fault> {
    let values = params![
        head.kid.0,
        head.seq.0,
        head.current.as_bytes(),
        head.previous.as_ref().map_or(&ABSENT, Digest::as_bytes),
        head.attempt.as_ref().map_or(&ABSENT, Attempt::as_bytes),
        head.previous_attempt.as_ref().map_or(&ABSENT, Attempt::as_bytes),
        head.salt.as_bytes(),
        head.rotated_at.millis(),
        head.retries.packed(),
        life.active_at.millis(),
        life.idle_timeout.map(|idle| idle.millis()),
        life.absolute_end.millis(),
        life.policy_version,
        key.id,
        key.tail,
        expected.seq.0,
        expected.edition.0,
    ];
    let mut changed = batch.execute(
        "UPDATE family SET seq = ?2, current = ?3, previous = ?4, attempt = ?5, previous_attempt = ?6, salt = ?7, \
         rotated_at = ?8, retries = ?9, active_at = max(active_at, ?10), idle_timeout = ?11, absolute_end = ?12, policy_version = ?13 \
         WHERE id = ?14 AND tail = ?15 AND seq = ?16 AND edition = ?17 AND kid = ?1 AND ended_at IS NULL",
        values,
    )?;
    if changed == 0 {
        changed = batch.execute(
            "UPDATE family SET kid = ?1, seq = ?2, current = ?3, previous = ?4, attempt = ?5, previous_attempt = ?6, \
             salt = ?7, rotated_at = ?8, retries = ?9, active_at = max(active_at, ?10), idle_timeout = ?11, absolute_end = ?12, \
             policy_version = ?13 \
             WHERE id = ?14 AND tail = ?15 AND seq = ?16 AND edition = ?17 AND ended_at IS NULL",
            values,
        )?;
    }
    if changed > 0 {
        batch.saw(head.rotated_at);
    }
    Ok(changed > 0)
}

fn replay(batch: &Batch<'_>, key: Key, expected: Seen) -> Result<bool, Fault> {
    let changed = batch.execute(
        "UPDATE family SET retries = min(retries + ?, ?) \
         WHERE id = ? AND tail = ? AND seq = ? AND edition = ? AND ended_at IS NULL",
        params![Retries::ONE, u32::MAX, key.id, key.tail, expected.seq.0, expected.edition.0],
    )?;
    Ok(changed > 0)
}

/// What a re-authentication says of the user, after its head was written under the guard.
fn sign_in(batch: &Batch<'_>, key: Key, at: Timestamp, claims: Option<&str>) -> Result<bool, Fault> {
    let changed = batch.execute(
        "UPDATE family SET authenticated_at = ?, claims = ?, edition = (edition + 1) & ? WHERE id = ? AND tail = ?",
        params![at.millis(), claims, u32::MAX, key.id, key.tail],
    )?;
    Ok(changed > 0)
}

fn amend(batch: &Batch<'_>, key: Key, expected: Edition, claims: Option<&str>) -> Result<bool, Fault> {
    let changed = batch.execute(
        "UPDATE family SET claims = ?, edition = (edition + 1) & ? \
         WHERE id = ? AND tail = ? AND edition = ? AND ended_at IS NULL",
        params![claims, u32::MAX, key.id, key.tail, expected.0],
    )?;
    Ok(changed > 0)
}

/// The seconds come first in what is kept, so that of two the newer one is the greater one.
fn exchange(batch: &Batch<'_>, key: Key, token: &Kept) -> Result<bool, Fault> {
    let changed = batch.execute(
        "UPDATE family SET session_token = ?1 \
         WHERE id = ?2 AND tail = ?3 AND ifnull(substr(session_token, 1, 4) <= substr(?1, 1, 4), 1) AND ended_at IS NULL",
        params![rows::kept(token), key.id, key.tail],
    )?;
    Ok(changed > 0)
}

fn active(batch: &Batch<'_>, key: Key, at: Timestamp) -> Result<bool, Fault> {
    let changed = batch.execute(
        "UPDATE family SET active_at = max(active_at, ?) WHERE id = ? AND tail = ? AND ended_at IS NULL",
        params![at.millis(), key.id, key.tail],
    )?;
    if changed > 0 {
        batch.saw(at);
    }
    Ok(changed > 0)
}

/// Adds a family and ends those that make room for it. What it finds wrong it finds before it writes.
pub(crate) fn open(batch: &Batch<'_>, opening: &Opening) -> Result<OpenOutcome, Fault> {
    let new = &opening.family;
    if batch.prepare("SELECT 1 FROM family WHERE id = ?")?.exists([Key::from(new.id).id])? {
        return Ok(OpenOutcome::Taken);
    }
    if let Some(expected) = opening.expected {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM family INDEXED BY family_unended \
                   WHERE app = ? AND user = ? AND ended_at IS NULL LIMIT ?)";
        let most = i64::from(expected) + 1;
        let unended: i64 = batch
            .prepare(sql)?
            .query_row(params![new.app.as_str(), new.user.as_str(), most], |row| row.get(0))?;
        if unended != i64::from(expected) {
            return Ok(OpenOutcome::Stale);
        }
    }
    for id in &opening.ends {
        let Key { id, tail } = (*id).into();
        let sql = "SELECT 1 FROM family WHERE id = ? AND tail = ? AND ended_at IS NULL";
        if !batch.prepare(sql)?.exists([id, tail])? {
            return Ok(OpenOutcome::Stale);
        }
    }
    let end = End { reason: EndReason::Limit, at: new.created_at, remember_until: opening.remember_until };
    for id in &opening.ends {
        end.one(batch, *id, Condition::unended())?;
    }
    insert(batch, new)?;
    batch.saw(new.created_at);
    Ok(OpenOutcome::Opened)
}

fn insert(batch: &Batch<'_>, family: &Family) -> Result<(), Fault> {
    let Family { head, life, .. } = family;
    let key = Key::from(family.id);
    let (ended_at, reason) = match family.state {
        State::Live => (None, None),
        State::Ended { at, reason } => (Some(at.millis()), Some(reason.code())),
    };
    let client = Some(family.client.as_str()).filter(|client| *client != family.app.as_str());
    batch.execute(
        "INSERT INTO family (id, tail, seq, kid, current, previous, attempt, previous_attempt, salt, rotated_at, \
         retries, active_at, idle_timeout, absolute_end, policy_version, ended_at, end_reason, app, user, client, \
         created_at, authenticated_at, confirmation, device, claims, edition, session_token) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            key.id,
            key.tail,
            head.seq.0,
            head.kid.0,
            head.current.as_bytes(),
            head.previous.as_ref().map_or(&ABSENT, Digest::as_bytes),
            head.attempt.as_ref().map_or(&ABSENT, Attempt::as_bytes),
            head.previous_attempt.as_ref().map_or(&ABSENT, Attempt::as_bytes),
            head.salt.as_bytes(),
            head.rotated_at.millis(),
            head.retries.packed(),
            life.active_at.millis(),
            life.idle_timeout.map(|idle| idle.millis()),
            life.absolute_end.millis(),
            life.policy_version,
            ended_at,
            reason,
            family.app.as_str(),
            family.user.as_str(),
            client,
            family.created_at.millis(),
            family.authenticated_at.millis(),
            family.confirmation.as_deref(),
            family.device.as_deref(),
            family.claims.as_deref(),
            family.edition.0,
            family.session_token.as_ref().map(rows::kept),
        ],
    )?;
    Ok(())
}

/// What may end in one commit, found by a reader.
pub(crate) struct ToEnd {
    families: Vec<FamilyId>,
    /// There may be more after this one.
    next: Option<FamilyId>,
}

impl ToEnd {
    /// What becomes of it without a commit, where nothing has to be written.
    pub(crate) fn as_nothing(&self, asked: &EndWhere) -> Option<Ended> {
        let is_nothing = self.families.is_empty() && asked.announce.is_none() && asked.after.is_some();
        is_nothing.then(|| Ended { families: Vec::new(), next: self.next })
    }
}

/// Sessions that match and may return, oldest first, as many as may end in one commit. Looks at many rows for a few, and so is
/// no work for the writer.
pub(crate) fn to_end(db: &Connection, asked: &EndWhere, rows: u32) -> Result<ToEnd, Fault> {
    let snapshot = db.unchecked_transaction()?;
    let condition = Condition::may_return(&asked.filter, asked.at);
    let (condition, edge) = search::stretch(&snapshot, condition, asked.after, Order::OldToNew, rows)?;
    let mut families = ids(&snapshot, condition, i64::from(asked.max) + 1)?;
    let more = families.len() > asked.max as usize;
    families.truncate(asked.max as usize);
    Ok(ToEnd { next: if more { families.last().copied() } else { edge }, families })
}

/// Ends those of `found` that still match and may return, then announces what was asked for.
pub(crate) fn end_where(batch: &Batch<'_>, asked: &EndWhere, found: &ToEnd) -> Result<Ended, Fault> {
    let end = End { reason: asked.reason, at: asked.at, remember_until: asked.remember_until };
    let mut families = Vec::with_capacity(found.families.len());
    for family in &found.families {
        if end.one(batch, *family, Condition::may_return(&asked.filter, asked.at))?.is_some() {
            families.push(*family);
        }
    }
    if let Some(announcement) = &asked.announce {
        feed::announce(batch, announcement)?;
    }
    batch.saw(asked.at);
    Ok(Ended { families, next: found.next })
}

fn ids(db: &Connection, condition: Condition, most: i64) -> Result<Vec<FamilyId>, Fault> {
    let (sql, values) = condition.into_query("SELECT id, tail", "ORDER BY id LIMIT ?", most);
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement.query_map(params_from_iter(values), search::id)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// An end, whomever it meets.
struct End {
    reason: EndReason,
    at: Timestamp,
    remember_until: Timestamp,
}

impl End {
    fn commit(
        &self,
        batch: &Batch<'_>,
        family: FamilyId,
        expected: Option<Seq>,
        scope: Scope,
    ) -> Result<bool, Fault> {
        let mut guard = Condition::unended();
        if let Some(seq) = expected {
            guard.and_seq(seq);
        }
        let Some((app, user)) = self.one(batch, family, guard)? else { return Ok(false) };
        if scope == Scope::User {
            // All of them with this one, or none: what is left half done after a crash nobody would go on with.
            for other in ids(batch.db(), Condition::may_return(&Filter::of_user(app, user), self.at), -1)? {
                self.one(batch, other, Condition::unended())?;
            }
        }
        batch.saw(self.at);
        Ok(true)
    }

    /// Ends one session if it meets `guard`, with its entry in the feed; says whose it was.
    fn one(
        &self,
        batch: &Batch<'_>,
        family: FamilyId,
        mut guard: Condition,
    ) -> Result<Option<(AppId, UserId)>, Fault> {
        let key = Key::from(family);
        guard.and_is(family);
        let end = [self.at.millis().into(), i64::from(self.reason.code()).into()];
        let (sql, values) =
            guard.into_change("UPDATE family SET ended_at = ?, end_reason = ?", end, "RETURNING app, user");
        let mut statement = batch.prepare(&sql)?;
        let found: Option<(Box<str>, Box<str>)> =
            statement.query_row(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((app, user)) = found else { return Ok(None) };
        let illegal = |column| Fault::Illegal { table: "family", column, row: key.id };
        let app = AppId::stored(&app).map_err(|_| illegal("app"))?;
        let user = UserId::parse(&user).map_err(|_| illegal("user"))?;
        feed::announce_session(batch, app.as_str(), family, self.at, self.remember_until)?;
        Ok(Some((app, user)))
    }
}
