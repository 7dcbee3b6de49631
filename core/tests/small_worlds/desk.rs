//! Where worlds present their tokens: the real rules with real HMACs, every row and token known by a small number, and
//! every question asked once.

use std::collections::HashMap;

use tenure_core::change::Change;
use tenure_core::end::end;
use tenure_core::family::{Family, State};
use tenure_core::policy::Policy;
use tenure_core::reauthenticate::{Entropy, Proof, reauthenticate};
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::ring::KeyRing;
use tenure_core::rotate::{Circumstances, Decision, Recovery, Served};
use tenure_core::time::{Span, Timestamp};
use tenure_core::token::{AuthenticToken, RefreshToken};
use zeroize::Zeroizing;

use crate::common::{Asking, START, held, ring, salt, session};
use crate::rule::Rule;

/// A row as it once stood. Equal rows have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowId(u32);

/// A token. Equal tokens have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TokenId(u32);

/// Whose `Idempotency-Key` comes with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    None,
    Own,
    Thiefs,
}

/// When a question is asked, in seconds after the start, and what the store went through: how often it was restored, and
/// when recovery was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct When {
    pub(crate) secs: u16,
    pub(crate) restores: u8,
    pub(crate) opened: Option<u16>,
}

/// What a caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Served(Served, TokenId),
    Ended,
    Refused(Refusal),
    Stale,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Question {
    view: RowId,
    stored: RowId,
    token: TokenId,
    key: Key,
    when: When,
}

/// The desk.
pub(crate) struct Desk<'r> {
    pub(crate) policy: Policy,
    rule: &'r dyn Rule,
    ring: KeyRing,
    rows: Vec<Family>,
    row_ids: HashMap<String, RowId>,
    tokens: Vec<(AuthenticToken, String)>,
    token_ids: HashMap<String, TokenId>,
    told: HashMap<Question, (RowId, Told)>,
    forgeries: HashMap<TokenId, bool>,
}

impl<'r> Desk<'r> {
    /// A desk with one open session, its row and its first token.
    pub(crate) fn open(rule: &'r dyn Rule, policy: Policy) -> (Self, RowId, TokenId) {
        let ring = ring();
        let (row, token) = session(&ring, &policy, None);
        let mut desk = Self {
            policy,
            rule,
            ring,
            rows: Vec::new(),
            row_ids: HashMap::new(),
            tokens: Vec::new(),
            token_ids: HashMap::new(),
            told: HashMap::new(),
            forgeries: HashMap::new(),
        };
        let (row, token) = (desk.know_row(row), desk.know_token(&token));
        (desk, row, token)
    }

    /// Presents `token`, decided on the row as it is stored.
    pub(crate) fn present(&mut self, row: RowId, token: TokenId, key: Key, when: When) -> (RowId, Told) {
        self.present_on(row, row, token, key, when)
    }

    /// Presents `token`, decided on a view that may no longer be what is stored.
    pub(crate) fn present_on(
        &mut self,
        view: RowId,
        stored: RowId,
        token: TokenId,
        key: Key,
        when: When,
    ) -> (RowId, Told) {
        let question = Question { view, stored, token, key, when };
        if let Some(told) = self.told.get(&question) {
            return *told;
        }
        let told = self.ask(&question);
        self.told.insert(question, told);
        told
    }

    fn ask(&mut self, q: &Question) -> (RowId, Told) {
        let now = at(q.when.secs);
        let opened = |secs| Recovery::Open { opened_at: at(secs), ahead: 100 };
        let view = &self.rows[q.view.0 as usize];
        let c = Circumstances {
            policy: &self.policy,
            ring: &self.ring,
            recovery: q.when.opened.map_or(Recovery::Closed, opened),
            now,
            // Fresh for each mint of one world: no two of them have the same number and the same restores before them.
            salt: salt((u64::from(q.when.restores) << 32) + u64::from(view.head.seq.0) + 1),
        };
        let name = match q.key {
            Key::None => None,
            Key::Own => Some("own"),
            Key::Thiefs => Some("thief"),
        };
        let asking = Asking::with(&self.tokens[q.token.0 as usize].0, name);
        match self.rule.decide(view, &asking, &c) {
            Decision::Refuse { refusal, .. } => (q.stored, Told::Refused(refusal)),
            Decision::End { change, .. } => self.commit(&change, q, |_| Told::Ended),
            Decision::Serve { served, change, token, .. } => {
                self.commit(&change, q, |desk| Told::Served(served, desk.know_token(&token)))
            }
        }
    }

    fn commit(&mut self, change: &Change, q: &Question, told: impl Fn(&mut Self) -> Told) -> (RowId, Told) {
        let stored = &self.rows[q.stored.0 as usize];
        match self.rule.commit(change, stored, at(q.when.secs)) {
            None => (q.stored, Told::Stale),
            Some(row) => (self.know_row(row), told(self)),
        }
    }

    /// The user signs out, or an operator ends the session.
    pub(crate) fn end(&mut self, row: RowId, when: When) -> RowId {
        let stored = &self.rows[row.0 as usize];
        let change = end(stored.id, EndReason::User, &self.policy, at(when.secs));
        let ended = change.applies_to(stored).then(|| change.apply(stored));
        ended.map_or(row, |ended| self.know_row(ended))
    }

    /// The user proves anew who they are, unless the session is over; that mints a token.
    pub(crate) fn reauthenticate(&mut self, row: RowId, when: When) -> Option<(RowId, TokenId)> {
        let stored = &self.rows[row.0 as usize];
        // As fresh as the salt of a refresh, and never the same.
        let fresh = (u64::from(when.restores) << 32) + u64::from(stored.head.seq.0) + (1 << 48);
        let mut secret = [5; 32];
        secret[..8].copy_from_slice(&fresh.to_be_bytes());
        let entropy = Entropy { secret: Zeroizing::new(secret), salt: salt(fresh) };
        let proof = Proof { authenticated_at: at(when.secs), claims: stored.claims.clone() };
        let renewed = reauthenticate(stored, proof, &self.policy, &self.ring, at(when.secs), &entropy);
        let (change, token) = renewed.ok()?;
        let after = change.apply(stored);
        Some((self.know_row(after), self.know_token(&token)))
    }

    /// Whether the session has ended.
    pub(crate) fn ended(&self, row: RowId) -> bool {
        self.row(row).state != State::Live
    }

    /// The row with this number.
    pub(crate) fn row(&self, row: RowId) -> &Family {
        &self.rows[row.0 as usize]
    }

    /// The number that a token carries.
    pub(crate) fn seq(&self, token: TokenId) -> u32 {
        self.tokens[token.0 as usize].0.seq().0
    }

    /// Whether a token that differs from this one in one bit is taken for one of ours: in the family, the counter, the
    /// secret or the tag.
    pub(crate) fn takes_forgery_of(&mut self, token: TokenId) -> bool {
        if let Some(taken) = self.forgeries.get(&token) {
            return *taken;
        }
        let text = &self.tokens[token.0 as usize].1;
        let taken = [10, 26, 50, text.len() - 1].into_iter().any(|place| {
            let forged = other_bit(text, place);
            self.rule.read(&forged, &self.ring).is_some()
        });
        self.forgeries.insert(token, taken);
        taken
    }

    fn know_row(&mut self, row: Family) -> RowId {
        let name = format!("{:?}", (&row.head, &row.life, &row.state, row.edition));
        let rows = &mut self.rows;
        *self.row_ids.entry(name).or_insert_with(|| {
            rows.push(row);
            RowId(rows.len() as u32 - 1)
        })
    }

    fn know_token(&mut self, token: &RefreshToken) -> TokenId {
        let text = token.reveal().to_string();
        let (tokens, ring) = (&mut self.tokens, &self.ring);
        *self.token_ids.entry(text.clone()).or_insert_with(|| {
            tokens.push((held(token, ring), text));
            TokenId(tokens.len() as u32 - 1)
        })
    }
}

/// The moment so many seconds after the start.
pub(crate) fn at(secs: u16) -> Timestamp {
    START.plus(Span::from_secs(i64::from(secs)))
}

/// `text` with the lowest bit of the base64url digit at `place` turned over.
pub(crate) fn other_bit(text: &str, place: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = text.as_bytes().to_vec();
    let digit = DIGITS.iter().position(|d| *d == bytes[place]).expect("a digit");
    bytes[place] = DIGITS[digit ^ 1];
    String::from_utf8(bytes).expect("ASCII")
}
