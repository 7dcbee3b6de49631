//! Opaque session tokens, and what the server said of them a short while ago.

use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::claims::Claims;
use crate::clock::Millis;
use crate::limits::{REMEMBERED_SESSION_TOKENS, SESSION_TOKEN_SECS, SESSION_TOKEN_SHARE};

/// What session tokens begin with, and how long their text is.
const PREFIX: &str = "ts1_";
const TEXT_BYTES: usize = 96;

/// What is remembered of tokens that were active when the server was asked.
pub(crate) struct SessionTokens {
    tokens: Cache<Box<str>, Introspected>,
}

#[derive(Clone)]
struct Introspected {
    claims: Arc<Claims>,
    until: Millis,
}

/// Whether a text is of the form of a session token. The server is not asked about any other.
pub(crate) fn is_session_token(text: &str) -> bool {
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == TEXT_BYTES && text.starts_with(PREFIX) && text.bytes().all(is_base64url)
}

impl SessionTokens {
    pub(crate) fn new() -> Self {
        SessionTokens { tokens: Cache::new(REMEMBERED_SESSION_TOKENS) }
    }

    /// What the server said of a token a short while ago. Whether that still holds is the feed's to say.
    pub(crate) fn find(&self, token: &str, now: Millis) -> Option<Arc<Claims>> {
        let found = self.tokens.get(token)?;
        (now < found.until).then_some(found.claims)
    }

    /// The server was asked at `asked_at`, when the token had so many seconds left. It is asked again well before they are over:
    /// to ask is what keeps a session from being idle, and another service may have asked meanwhile.
    pub(crate) fn remember(&self, token: &str, claims: &Arc<Claims>, asked_at: Millis, left_secs: i64) {
        let share = u64::try_from(left_secs).unwrap_or(0) * 1_000 / SESSION_TOKEN_SHARE;
        let until = asked_at + share.min(SESSION_TOKEN_SECS * 1_000);
        self.tokens.insert(token.into(), Introspected { claims: claims.clone(), until });
    }

    pub(crate) fn forget(&self, token: &str) {
        self.tokens.remove(token);
    }
}
