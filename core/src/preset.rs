//! Suggestions for session settings by type of application, each with its source.

use crate::settings::{
    ClientKind, CookiePersistence, IdleCounts, LostResponse, ReuseDetection, Settings, Transport, check,
};
use crate::time::Span;

/// What a standard asks of session time-outs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standard {
    /// Its name, as shown.
    pub name: &'static str,
    /// The longest idle time-out that it allows, if it names one.
    pub idle: Option<Span>,
    /// The longest lifetime that it allows, if it names one.
    pub absolute: Option<Span>,
}

/// Every standard that time-outs are held against.
pub const STANDARDS: [Standard; 4] = [AAL1, AAL2, AAL3, PSD2];

/// What of a standard settings go beyond: each limit that theirs is longer than.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// The longest idle time-out that it allows.
    pub idle: Option<Span>,
    /// The longest lifetime that it allows.
    pub absolute: Option<Span>,
}

impl Standard {
    /// What `settings` go beyond; nothing where they meet it.
    pub fn exceeded(&self, settings: &Settings) -> Exceeded {
        let beyond = |value: Option<Span>, limit: Option<Span>| {
            limit.filter(|limit| value.is_none_or(|value| value > *limit))
        };
        Exceeded {
            idle: beyond(settings.idle_timeout, self.idle),
            absolute: beyond(Some(settings.absolute_lifetime), self.absolute),
        }
    }
}

const AAL1: Standard =
    Standard { name: "NIST SP 800-63B-4 AAL1", idle: None, absolute: Some(Span::from_days(30)) };
const AAL2: Standard = Standard {
    name: "NIST SP 800-63B-4 AAL2",
    idle: Some(Span::from_hours(1)),
    absolute: Some(Span::from_hours(24)),
};
const AAL3: Standard = Standard {
    name: "NIST SP 800-63B-4 AAL3",
    idle: Some(Span::from_mins(15)),
    absolute: Some(Span::from_hours(12)),
};
const PSD2: Standard =
    Standard { name: "RTS (EU) 2018/389 Art. 4(3)(d)", idle: Some(Span::from_mins(5)), absolute: None };

/// A suggestion for one type of application.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its id.
    pub id: &'static str,
    /// For whom.
    pub for_whom: &'static str,
    /// Where its numbers come from.
    pub sources: &'static [&'static str],
    /// The standard that its values are held against, if one sets numbers.
    pub standard: Option<Standard>,
    /// Settings that it asks for and that are not available yet.
    pub unavailable: &'static [&'static str],
    /// Why it deviates from its standard, where it does.
    pub justification: &'static str,
    times: Times,
    more: More,
}

#[derive(Clone, Copy, Debug)]
struct Times {
    ttl: Span,
    idle: Option<Span>,
    absolute: Span,
}

#[derive(Clone, Copy, Debug)]
struct More {
    max_sessions: Option<u16>,
    idle_counts: IdleCounts,
    reuse_detection: ReuseDetection,
    retry_leeway: Span,
    lost_response: LostResponse,
    step_up: Span,
    notice: Span,
    cookie: CookiePersistence,
    client_kind: ClientKind,
    transport: Transport,
}

const STRICT: More = More {
    max_sessions: None,
    idle_counts: IdleCounts::UserActivity,
    reuse_detection: ReuseDetection::EndSession,
    retry_leeway: Span::ZERO,
    lost_response: LostResponse::End,
    step_up: Span::from_mins(15),
    notice: Span::from_mins(2),
    cookie: CookiePersistence::Persistent,
    client_kind: ClientKind::Web,
    transport: Transport::Token,
};

const fn secs(ttl: i64, idle: i64, absolute: i64) -> Times {
    let idle = if idle == 0 { None } else { Some(Span::from_secs(idle)) };
    Times { ttl: Span::from_secs(ttl), idle, absolute: Span::from_secs(absolute) }
}

impl Preset {
    /// The preset with this id.
    pub fn find(id: &str) -> Option<&'static Preset> {
        ALL.iter().find(|preset| preset.id == id)
    }

    /// `settings` with everything that the preset speaks of set as it says: refresh tokens on, lifetimes, strictness.
    /// What belongs to the app rather than to its sessions (algorithm, origins, addresses) stays.
    pub fn apply(&self, settings: &Settings) -> Settings {
        let fresh = Settings::default();
        Settings {
            refresh_tokens: true,
            auth_token_ttl: Some(self.times.ttl),
            idle_timeout: self.times.idle,
            absolute_lifetime: self.times.absolute,
            max_sessions: self.more.max_sessions,
            idle_counts: self.more.idle_counts,
            reuse_detection: self.more.reuse_detection,
            retry_leeway: self.more.retry_leeway,
            lost_response: self.more.lost_response,
            step_up_max_age: self.more.step_up,
            expiring_notice: self.more.notice,
            cookie_persistence: self.more.cookie,
            client_kind: self.more.client_kind,
            justification: self.justification.to_owned(),
            auth_token_jitter: fresh.auth_token_jitter,
            on_limit: fresh.on_limit,
            rotation: fresh.rotation,
            binding: fresh.binding,
            // A cookie needs pages that may use it: without any it stays "not met".
            transport: if settings.allowed_origins.is_empty() {
                fresh.transport
            } else {
                self.more.transport
            },
            ..settings.clone()
        }
    }

    /// Settings that it asks for and that are not so in `settings`: what is not available yet, and what `settings` override or
    /// leave no room for.
    pub fn not_met(&self, settings: &Settings) -> Vec<&'static str> {
        let carried = self.more.transport == Transport::Token || settings.transport == self.more.transport;
        self.unavailable.iter().copied().chain((!carried).then_some("transport")).collect()
    }

    /// Where `settings` go beyond the standard that this preset names, in words; empty where they meet it.
    pub fn deviations(&self, settings: &Settings) -> Vec<String> {
        let Some(standard) = self.standard else { return Vec::new() };
        let (mut found, exceeded) = (Vec::new(), standard.exceeded(settings));
        if let Some(limit) = exceeded.idle {
            found.push(format!("{}: an idle time-out of at most {} s", standard.name, limit.secs()));
        }
        if let Some(limit) = exceeded.absolute {
            found.push(format!("{}: an absolute lifetime of at most {} s", standard.name, limit.secs()));
        }
        found
    }

    /// What is wrong with `settings` as an app's settings under this preset: the general checks, and a justification
    /// where a value deviates from the standard that the preset names (ASVS 7.1.1).
    pub fn check(&self, settings: &Settings) -> Vec<crate::settings::Violation> {
        let mut found = check(settings);
        let deviations = self.deviations(settings);
        if !deviations.is_empty() && settings.justification.trim().is_empty() {
            found.push(crate::settings::Violation {
                key: "justification",
                says: format!("is required, because this deviates from {}", deviations.join("; ")),
            });
        }
        found
    }
}

mod table;
pub use table::ALL;
