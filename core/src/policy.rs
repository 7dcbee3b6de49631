//! The part of an app's settings that a decision about one session reads.

use crate::family::{Family, Life};
use crate::settings::{IdleCounts, LostResponse, OnLimit, ReuseDetection, Settings};
use crate::time::{Span, Timestamp};

/// What the settings say at the moment of a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The version of the settings.
    pub version: u32,
    /// The idle time-out of sessions that are opened now.
    pub idle_timeout: Option<Span>,
    /// The absolute lifetime of sessions that are opened now.
    pub absolute_lifetime: Span,
    /// What counts as activity.
    pub idle_counts: IdleCounts,
    /// The leeway for retries without a key.
    pub retry_leeway: Span,
    /// What a late retry without a key gets.
    pub lost_response: LostResponse,
    /// What reuse ends.
    pub reuse_detection: ReuseDetection,
    /// How many live sessions a user may have.
    pub max_sessions: Option<u16>,
    /// What happens at that limit.
    pub on_limit: OnLimit,
    /// Sessions opened under a version below this one are shortened to this policy at their next refresh.
    pub shorten_below: u32,
    /// The longest life of any auth token that can be in circulation: how long an end must be remembered.
    pub longest_ttl: Span,
}

impl Policy {
    /// The policy that version `version` of `settings` makes, for sessions that are opened from now on.
    pub fn of(version: u32, settings: &Settings) -> Self {
        Self {
            version,
            idle_timeout: settings.idle_timeout,
            absolute_lifetime: settings.absolute_lifetime,
            idle_counts: settings.idle_counts,
            retry_leeway: settings.retry_leeway,
            lost_response: settings.lost_response,
            reuse_detection: settings.reuse_detection,
            max_sessions: settings.max_sessions,
            on_limit: settings.on_limit,
            shorten_below: 0,
            longest_ttl: settings.auth_token_ttl(),
        }
    }

    /// The deadlines of a session that is opened at `now`.
    pub fn life_of_new(&self, now: Timestamp) -> Life {
        Life {
            active_at: now,
            idle_timeout: self.idle_timeout,
            absolute_end: now.plus(self.absolute_lifetime),
            policy_version: self.version,
        }
    }

    /// The deadlines of `family` from its next refresh on: its own, or shortened where a change of settings asked for
    /// that. Never later than they are (R5).
    pub fn life_at_refresh(&self, family: &Family) -> Life {
        let life = family.life;
        if life.policy_version >= self.shorten_below {
            return life;
        }
        Life {
            active_at: life.active_at,
            idle_timeout: shorter(life.idle_timeout, self.idle_timeout),
            absolute_end: life.absolute_end.min(family.created_at.plus(self.absolute_lifetime)),
            policy_version: self.version,
        }
    }
}

fn shorter(own: Option<Span>, new: Option<Span>) -> Option<Span> {
    match (own, new) {
        (Some(own), Some(new)) => Some(own.min(new)),
        (own, new) => own.or(new),
    }
}

/// What a client says of its user at a refresh (`Tenure-Activity`). The client's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// The page was focused or visible, and the user last did something this long ago.
    Present(Span),
    /// The page was hidden: a background refresh.
    Hidden,
    /// The client does not say.
    Unsaid,
}

impl Activity {
    /// When the user was last active, as far as this refresh shows and the setting counts it.
    pub fn counted_at(self, now: Timestamp, counts: IdleCounts) -> Option<Timestamp> {
        match (counts, self) {
            (IdleCounts::AnyRefresh, _) | (IdleCounts::UserActivity, Self::Unsaid) => Some(now),
            (_, Self::Present(idle)) => Some(now.minus(idle.max(Span::ZERO))),
            (_, Self::Hidden | Self::Unsaid) => None,
        }
    }
}
