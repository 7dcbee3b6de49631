//! A family as a row, and back; a row that is no legal state is reported by table, column and row.

use std::sync::Arc;

use rusqlite::Row;
use rusqlite::types::FromSql;
use tenure_core::digest::{Attempt, Digest, Salt};
use tenure_core::family::{Family, Head, Life, Retries, State};
use tenure_core::id::{AppId, ClientId, Edition, FamilyId, Kid, Seq, UserId};
use tenure_core::refusal::EndReason;
use tenure_core::session_token::Kept;
use tenure_core::time::{Span, Timestamp};

use crate::fault::Fault;

/// The columns of a family, in the order in which [`family`] reads them.
pub(crate) const COLUMNS: &str = "id, tail, seq, kid, current, previous, attempt, previous_attempt, salt, rotated_at, \
     retries, active_at, idle_timeout, absolute_end, policy_version, ended_at, end_reason, app, user, client, \
     created_at, authenticated_at, confirmation, device, claims, edition, session_token";

/// What stands for no digest, which no HMAC is: a row that is opened is as wide as it gets, so that its first refreshes find
/// their page as full as it was, and split none.
pub(crate) const ABSENT: [u8; 16] = [0; 16];

/// The second in which a session token was made, and its digest.
const KEPT_BYTES: usize = 20;

/// A session's id as the two integers that a row has of it. Numbers are ordered as ids are, first bit included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Key {
    /// The primary key.
    pub(crate) id: i64,
    /// The rest.
    pub(crate) tail: i64,
}

const SIGN: u128 = 1 << 127 | 1 << 63;

impl From<FamilyId> for Key {
    fn from(id: FamilyId) -> Self {
        let flipped = u128::from_be_bytes(*id.as_bytes()) ^ SIGN;
        Self { id: (flipped >> 64) as i64, tail: flipped as i64 }
    }
}

impl From<Key> for FamilyId {
    fn from(key: Key) -> Self {
        let flipped = u128::from(key.id as u64) << 64 | u128::from(key.tail as u64);
        Self::from_bytes((flipped ^ SIGN).to_be_bytes())
    }
}

/// The lowest primary key of a session made in this second or later.
pub(crate) fn first_id_of_second(second: u32) -> i64 {
    (u64::from(second) << 32 ^ 1 << 63) as i64
}

/// The family of a row with [`COLUMNS`].
pub(crate) fn family(row: &Row<'_>) -> Result<Family, Fault> {
    let mut fields = Fields::new("family", COLUMNS, row)?;
    let key = Key { id: fields.get()?, tail: fields.get()? };
    let head = Head {
        seq: Seq(fields.get()?),
        kid: Kid(fields.get()?),
        current: Digest::from_bytes(fields.get()?),
        previous: fields.present()?.map(Digest::from_bytes),
        attempt: fields.present()?.map(Attempt::from_bytes),
        previous_attempt: fields.present()?.map(Attempt::from_bytes),
        salt: Salt::from_bytes(fields.get()?),
        rotated_at: Timestamp::from_millis(fields.get()?),
        retries: Retries::from_packed(fields.get()?),
    };
    let life = Life {
        active_at: Timestamp::from_millis(fields.get()?),
        idle_timeout: fields.get::<Option<_>>()?.map(Span::from_millis),
        absolute_end: Timestamp::from_millis(fields.get()?),
        policy_version: fields.get()?,
    };
    let state = state(&mut fields)?;
    let app = fields.text(AppId::stored)?;
    let user = fields.text(UserId::parse)?;
    let client = match fields.get_ref()? {
        None => ClientId::parse(app.as_str()).map_err(|_| fields.illegal())?,
        Some(client) => ClientId::parse(client).map_err(|_| fields.illegal())?,
    };
    Ok(Family {
        id: key.into(),
        app,
        user,
        client,
        head,
        life,
        state,
        created_at: Timestamp::from_millis(fields.get()?),
        authenticated_at: Timestamp::from_millis(fields.get()?),
        confirmation: fields.get_ref()?.map(Arc::from),
        device: fields.get_ref()?.map(Arc::from),
        claims: fields.get_ref()?.map(Arc::from),
        edition: Edition(fields.get()?),
        session_token: fields.get::<Option<[u8; KEPT_BYTES]>>()?.map(kept_of),
    })
}

fn state(fields: &mut Fields<'_, '_>) -> Result<State, Fault> {
    let at: Option<i64> = fields.get()?;
    let code: Option<u8> = fields.get()?;
    match (at, code) {
        (None, None) => Ok(State::Live),
        (Some(at), Some(code)) => {
            let reason = EndReason::from_code(code).ok_or_else(|| fields.illegal())?;
            Ok(State::Ended { at: Timestamp::from_millis(at), reason })
        }
        _ => Err(fields.illegal()),
    }
}

/// What is kept of a session token, as one value: a row that has none is as narrow as it was.
pub(crate) fn kept(token: &Kept) -> [u8; KEPT_BYTES] {
    let mut bytes = [0; KEPT_BYTES];
    bytes[..4].copy_from_slice(&token.made_in_second.to_be_bytes());
    bytes[4..].copy_from_slice(token.digest.as_bytes());
    bytes
}

fn kept_of(bytes: [u8; KEPT_BYTES]) -> Kept {
    let ([a, b, c, d], mut digest) = ([bytes[0], bytes[1], bytes[2], bytes[3]], [0; 16]);
    digest.copy_from_slice(&bytes[4..]);
    Kept { made_in_second: u32::from_be_bytes([a, b, c, d]), digest: Digest::from_bytes(digest) }
}

/// Reads a row from left to right. The first column is the integer that names the row in a report.
pub(crate) struct Fields<'row, 'statement> {
    table: &'static str,
    columns: &'static str,
    row: &'row Row<'statement>,
    number: i64,
    read: usize,
}

impl<'row, 'statement> Fields<'row, 'statement> {
    /// A reader of `row`, which has these columns of this table.
    pub(crate) fn new(
        table: &'static str,
        columns: &'static str,
        row: &'row Row<'statement>,
    ) -> Result<Self, Fault> {
        Ok(Self { table, columns, row, number: row.get(0)?, read: 0 })
    }

    /// The next column.
    pub(crate) fn get<T: FromSql>(&mut self) -> Result<T, Fault> {
        self.read += 1;
        self.row.get(self.read - 1).map_err(|_| self.illegal())
    }

    /// The next column: a digest, or what stands for none.
    fn present(&mut self) -> Result<Option<[u8; 16]>, Fault> {
        Ok(self.get::<Option<_>>()?.filter(|digest| *digest != ABSENT))
    }

    /// The next column: text, or nothing.
    pub(crate) fn get_ref(&mut self) -> Result<Option<&'row str>, Fault> {
        self.read += 1;
        let value = self.row.get_ref(self.read - 1)?;
        value.as_str_or_null().map_err(|_| self.illegal())
    }

    /// The next column: text that `parse` accepts.
    pub(crate) fn text<T, E>(&mut self, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Fault> {
        let text = self.get_ref()?;
        text.and_then(|text| parse(text).ok()).ok_or_else(|| self.illegal())
    }

    /// The report that the column read last is not legal.
    pub(crate) fn illegal(&self) -> Fault {
        let column = self.columns.split(", ").nth(self.read.saturating_sub(1)).unwrap_or("?");
        Fault::Illegal { table: self.table, column, row: self.number }
    }
}
