//! What the settings of an app may be: bounds, and how values must stand to each other.

use std::ops::RangeInclusive;

use super::bounds::*;
use super::{Binding, ClientKind, Rotation, Settings, Transport};
use crate::time::Span;

/// A value that may not be so, in the words that the console shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The setting.
    pub key: &'static str,
    /// What it must be.
    pub says: String,
}

const DAY: i64 = 86_400;

/// Checks every bound and invariant; an empty list means that the settings may be used.
pub fn check(settings: &Settings) -> Vec<Violation> {
    let mut found = Found(Vec::new());
    bounds(settings, &mut found);
    relations(settings, &mut found);
    not_yet(settings, &mut found);
    lists(settings, &mut found);
    found.0
}

struct Found(Vec<Violation>);

impl Found {
    fn unless(&mut self, holds: bool, key: &'static str, says: impl Into<String>) {
        if !holds {
            self.0.push(Violation { key, says: says.into() });
        }
    }

    fn within(&mut self, key: &'static str, value: Span, secs: RangeInclusive<i64>) {
        let (min, max) = secs.into_inner();
        let holds = (min * 1000..=max * 1000).contains(&value.millis());
        self.unless(holds, key, format!("must be between {min} and {max} seconds"));
    }
}

fn bounds(s: &Settings, found: &mut Found) {
    found.within("auth_token_ttl", s.auth_token_ttl(), AUTH_TOKEN_TTL_SECS);
    found.unless(
        AUTH_TOKEN_JITTER_PERCENT.contains(&s.auth_token_jitter),
        "auth_token_jitter",
        format!("must be between 0 and {} percent", AUTH_TOKEN_JITTER_PERCENT.end()),
    );
    if let Some(idle) = s.idle_timeout {
        found.unless(
            idle >= Span::from_secs(IDLE_TIMEOUT_MIN_SECS),
            "idle_timeout",
            format!("must be at least {IDLE_TIMEOUT_MIN_SECS} seconds, or null for none"),
        );
    }
    let (days, whom) = match s.client_kind {
        ClientKind::Web => (ABSOLUTE_LIFETIME_WEB_DAYS, "web clients"),
        ClientKind::Native | ClientKind::Unattended => {
            (ABSOLUTE_LIFETIME_LONG_DAYS, "native and unattended clients")
        }
    };
    let min = ABSOLUTE_LIFETIME_MIN_SECS;
    let absolute = Span::from_secs(min)..=Span::from_days(days);
    found.unless(
        absolute.contains(&s.absolute_lifetime),
        "absolute_lifetime",
        format!("must be between {min} seconds and {days} days ({} seconds) for {whom}", days * DAY),
    );
    found.within("retry_leeway", s.retry_leeway, RETRY_LEEWAY_SECS);
    found.unless(
        s.max_sessions.is_none_or(|n| MAX_SESSIONS.contains(&n)),
        "max_sessions",
        format!("must be between {} and {}, or null for unlimited", MAX_SESSIONS.start(), MAX_SESSIONS.end()),
    );
    found.within("publish_lead", s.publish_lead, PUBLISH_LEAD_SECS);
    found.within("step_up_max_age", s.step_up_max_age, STEP_UP_MAX_AGE_SECS);
    found.within("expiring_notice", s.expiring_notice, EXPIRING_NOTICE_SECS);
    found.unless(
        s.justification.len() <= JUSTIFICATION_BYTES,
        "justification",
        format!("must be at most {JUSTIFICATION_BYTES} bytes"),
    );
}

fn relations(s: &Settings, found: &mut Found) {
    if let Some(idle) = s.idle_timeout {
        found.unless(
            s.auth_token_ttl() <= idle.half(),
            "auth_token_ttl",
            "must be at most half of idle_timeout, so that an active user is never idle between two refreshes",
        );
        found.unless(idle <= s.absolute_lifetime, "idle_timeout", "must be at most absolute_lifetime");
        found.unless(
            s.expiring_notice <= idle.half(),
            "expiring_notice",
            "must be at most half of idle_timeout",
        );
    }
    found.unless(
        s.retry_leeway <= s.auth_token_ttl(),
        "retry_leeway",
        "must be at most auth_token_ttl: a leeway longer than a token's life would let a thief ride along",
    );
    found.unless(
        s.transport == Transport::Token || !s.allowed_origins.is_empty(),
        "allowed_origins",
        "must hold at least one origin while transport is \"cookie\": the pages that may use the cookie",
    );
}

fn not_yet(s: &Settings, found: &mut Found) {
    found.unless(
        s.rotation == Rotation::Every,
        "rotation",
        "\"off\" is only for sender-constrained or confidential clients, and this app has none",
    );
    found.unless(
        s.binding == Binding::None,
        "binding",
        "proof of possession is not available yet: use \"none\"",
    );
}

fn lists(s: &Settings, found: &mut Found) {
    found.unless(
        s.allowed_origins.len() <= LISTED,
        "allowed_origins",
        format!("must be at most {LISTED} origins"),
    );
    for origin in &s.allowed_origins {
        found.unless(
            is_origin(origin),
            "allowed_origins",
            "must be exact origins such as https://app.example.com: scheme, host and port, no path, no wildcard",
        );
    }
    found.unless(
        s.redirect_uris.len() <= LISTED,
        "redirect_uris",
        format!("must be at most {LISTED} addresses"),
    );
    for uri in &s.redirect_uris {
        found.unless(
            is_redirect_uri(uri),
            "redirect_uris",
            "must be exact addresses: https, a private scheme, or http on 127.0.0.1, [::1] or localhost; \
             no wildcard, no fragment",
        );
    }
}

/// An origin as browsers serialise it (RFC 6454 §6.2): lower case, no path, no default port, no wildcard.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let clean = !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:[]_".contains(&b));
    let default_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return false,
    };
    text.len() <= ORIGIN_BYTES && clean && !host.ends_with(default_port) && !host.ends_with(':')
}

fn is_redirect_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let named = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b));
    let clean = text.len() <= REDIRECT_URI_BYTES
        && text.bytes().all(|b| b.is_ascii_graphic() && !b"*#\"<>\\".contains(&b));
    let host = rest.strip_prefix("//").map(|r| r.split(['/', '?']).next().unwrap_or_default());
    let allowed = match (scheme, host) {
        ("https", Some(host)) => !host.is_empty() && !host.contains('@'),
        ("http", Some(host)) => is_loopback(host),
        ("http" | "https" | "javascript" | "data" | "file" | "blob" | "about" | "vbscript", _) => false,
        // A private scheme must be a reverse domain name (RFC 8252 §7.1).
        _ => scheme.contains('.'),
    };
    named && clean && allowed
}

fn is_loopback(host: &str) -> bool {
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if !port.ends_with(']') && port.bytes().all(|b| b.is_ascii_digit()) => bare,
        _ => host,
    };
    matches!(bare, "127.0.0.1" | "[::1]" | "localhost")
}
