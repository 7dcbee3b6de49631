//! What a route asks of a session beyond a good token.

use std::time::Duration;

use crate::limits::STALE_AFTER_SECS;

/// How a route learns that a session has ended before its token did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// It does not: a token is good until it expires.
    None,
    /// By the revocation feed, which needs an API key.
    Feed,
    /// By asking the server each time (RFC 7662), which needs an API key, and the server's time.
    Introspect,
}

/// What a route does while the feed is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnStale {
    /// Goes by what is known, counts it, and says so in the log once a minute: a feed that is down stops no service.
    Allow,
    /// Refuses, with 503.
    Deny,
}

/// What a route asks for.
///
/// ```
/// use std::time::Duration;
/// use tenure_verify::{OnStale, Policy};
///
/// let paying = Policy::new().on_stale(OnStale::Deny).max_age(Duration::from_secs(15 * 60));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    revocation: Option<Revocation>,
    on_stale: OnStale,
    stale_after: Duration,
    max_age_secs: Option<u32>,
    acr_values: Vec<String>,
}

impl Policy {
    /// The feed where there is an API key, allowed while it is stale, and any sign-in.
    pub fn new() -> Self {
        Policy {
            revocation: None,
            on_stale: OnStale::Allow,
            stale_after: Duration::from_secs(STALE_AFTER_SECS),
            max_age_secs: None,
            acr_values: Vec::new(),
        }
    }

    /// How it learns that a session has ended. Without an API key [`Revocation::Feed`] is a feed that is always stale, and
    /// [`Revocation::Introspect`] a server that never answers.
    pub fn revocation(self, revocation: Revocation) -> Self {
        Policy { revocation: Some(revocation), ..self }
    }

    /// What it does while the feed is stale.
    pub fn on_stale(self, on_stale: OnStale) -> Self {
        Policy { on_stale, ..self }
    }

    /// When the feed is stale: so long after the moment up to which it is known to be complete.
    pub fn stale_after(self, stale_after: Duration) -> Self {
        Policy { stale_after, ..self }
    }

    /// How long ago the user may have proved who they are, in whole seconds (RFC 9470 §3).
    pub fn max_age(self, max_age: Duration) -> Self {
        Policy { max_age_secs: Some(u32::try_from(max_age.as_secs()).unwrap_or(u32::MAX)), ..self }
    }

    /// How they must have done so: one of these (RFC 9470 §3).
    ///
    /// # Panics
    /// If one of them is empty or holds anything but visible ASCII without quotes and backslashes: it goes into a header.
    pub fn acr_values<T: Into<String>>(self, values: impl IntoIterator<Item = T>) -> Self {
        let acr_values: Vec<String> = values.into_iter().map(Into::into).collect();
        let is_usable = |value: &String| {
            !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
        };
        assert!(
            acr_values.iter().all(is_usable),
            "acr values are visible ASCII without quotes and backslashes"
        );
        Policy { acr_values, ..self }
    }

    /// What holds where nothing was said.
    pub(crate) fn revocation_or(&self, default: Revocation) -> Revocation {
        self.revocation.unwrap_or(default)
    }

    pub(crate) fn denies_stale(&self) -> bool {
        self.on_stale == OnStale::Deny
    }

    pub(crate) fn stale_after_millis(&self) -> u64 {
        u64::try_from(self.stale_after.as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn max_age_secs(&self) -> Option<u32> {
        self.max_age_secs
    }

    pub(crate) fn acr_values_wanted(&self) -> &[String] {
        &self.acr_values
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}
