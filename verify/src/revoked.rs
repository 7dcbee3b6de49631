//! What the feed has said: whose tokens are refused, and until when that must be remembered.

use std::collections::HashMap;

use tenure_wire::feed::FeedEntry;

use crate::claims::Claims;
use crate::limits::SKEW_SECS;

/// Every entry that is held.
#[derive(Default)]
pub(crate) struct Revoked {
    /// Until when, in Unix seconds.
    sessions: HashMap<Box<str>, i64>,
    users: HashMap<Box<str>, UpTo>,
    apps: HashMap<Box<str>, UpTo>,
    keys: HashMap<Box<str>, i64>,
}

/// Tokens that were issued up to a moment. Two entries for one subject are one with the later of both moments: until the earlier
/// `until` is over both are needed, and after that no token that only the earlier one refuses is valid.
#[derive(Clone, Copy)]
struct UpTo {
    iat: i64,
    until: i64,
}

/// Whom an entry names. There is one only if the entry names one alone.
pub(crate) enum Subject<'e> {
    Session(&'e str),
    User(&'e str, i64),
    App(&'e str, i64),
    Key(&'e str),
}

/// Of a token, what entries speak of.
pub(crate) struct Bearer<'c> {
    pub(crate) session: Option<&'c str>,
    pub(crate) user: &'c str,
    pub(crate) app: &'c str,
    pub(crate) key: Option<&'c str>,
    pub(crate) issued_at: i64,
}

impl<'e> Subject<'e> {
    /// The subject of an entry, unless it has none or several.
    pub(crate) fn of(entry: &'e FeedEntry) -> Option<Self> {
        match (entry.sid.as_deref(), entry.sub.as_deref(), entry.app.as_deref(), entry.kid.as_deref()) {
            (Some(sid), None, None, None) => Some(Subject::Session(sid)),
            (None, Some(sub), None, None) => Some(Subject::User(sub, entry.iat?)),
            (None, None, Some(app), None) => Some(Subject::App(app, entry.iat?)),
            (None, None, None, Some(kid)) => Some(Subject::Key(kid)),
            _ => None,
        }
    }
}

impl<'c> Bearer<'c> {
    pub(crate) fn of(claims: &'c Claims, app: &'c str, key: Option<&'c str>) -> Self {
        Bearer { session: claims.session_id(), user: claims.user(), app, key, issued_at: claims.issued_at() }
    }
}

impl Revoked {
    /// Remembers an entry.
    pub(crate) fn hold(&mut self, subject: &Subject<'_>, until: i64) {
        match *subject {
            Subject::Session(sid) => later(&mut self.sessions, sid, until),
            Subject::Key(kid) => later(&mut self.keys, kid, until),
            Subject::User(sub, iat) => both(&mut self.users, sub, UpTo { iat, until }),
            Subject::App(app, iat) => both(&mut self.apps, app, UpTo { iat, until }),
        }
    }

    /// Whether a token is refused. Subjects are compared as text, exactly; nothing is found by a hash of the token.
    pub(crate) fn refuses(&self, bearer: &Bearer<'_>) -> bool {
        let up_to = |held: Option<&UpTo>| held.is_some_and(|up_to| bearer.issued_at <= up_to.iat);
        bearer.session.is_some_and(|sid| self.sessions.contains_key(sid))
            || up_to(self.users.get(bearer.user))
            || up_to(self.apps.get(bearer.app))
            || bearer.key.is_some_and(|kid| self.keys.contains_key(kid))
    }

    /// Forgets what may be forgotten at this moment, in Unix seconds. Costs a look at everything.
    pub(crate) fn forget(&mut self, now: i64) {
        let is_needed = |until: i64| until.saturating_add(SKEW_SECS) >= now;
        self.sessions.retain(|_, until| is_needed(*until));
        self.keys.retain(|_, until| is_needed(*until));
        self.users.retain(|_, up_to| is_needed(up_to.until));
        self.apps.retain(|_, up_to| is_needed(up_to.until));
    }

    /// How many are held.
    pub(crate) fn len(&self) -> usize {
        self.sessions.len() + self.users.len() + self.apps.len() + self.keys.len()
    }
}

fn later(held: &mut HashMap<Box<str>, i64>, name: &str, until: i64) {
    match held.get_mut(name) {
        Some(known) => *known = until.max(*known),
        None => drop(held.insert(name.into(), until)),
    }
}

fn both(held: &mut HashMap<Box<str>, UpTo>, name: &str, new: UpTo) {
    match held.get_mut(name) {
        Some(known) => *known = UpTo { iat: new.iat.max(known.iat), until: new.until.max(known.until) },
        None => drop(held.insert(name.into(), new)),
    }
}
