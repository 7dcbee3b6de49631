//! Opaque session tokens, and what the server said of them a short while ago.

use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::claims::Claims;
use crate::clock::Millis;
use crate::limits::{REMEMBERED_SESSION_TOKENS, SESSION_TOKEN_SECS};

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
    asked_at: Millis,
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

    /// What the server said of a token at most [`SESSION_TOKEN_SECS`] ago. Whether that still holds is the feed's to say.
    pub(crate) fn find(&self, token: &str, now: Millis) -> Option<Arc<Claims>> {
        let found = self.tokens.get(token)?;
        (now.saturating_sub(found.asked_at) < SESSION_TOKEN_SECS * 1_000).then_some(found.claims)
    }

    /// The server was asked at this moment.
    pub(crate) fn remember(&self, token: &str, claims: &Arc<Claims>, asked_at: Millis) {
        self.tokens.insert(token.into(), Introspected { claims: claims.clone(), asked_at });
    }

    pub(crate) fn forget(&self, token: &str) {
        self.tokens.remove(token);
    }
}
