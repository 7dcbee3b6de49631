//! The words of each setting. Bounds come from `core`.

use std::ops::RangeInclusive;

use tenure_core::settings::bounds as b;
use tenure_service::lengths::written;

use super::{Field, Kind};

const DAY: i64 = 86_400;

type Words = &'static [(&'static str, &'static str)];

const IDLE_COUNTS: Words = &[
    ("user_activity", "a refresh that says that the user is there, or says nothing"),
    ("strict_activity", "only a refresh that says that the user is there"),
    ("any_refresh", "every refresh"),
];
const CLIENT_KIND: Words = &[
    ("web", "a browser"),
    ("native", "an installed application"),
    ("unattended", "a device without a user"),
];
const REUSE_DETECTION: Words = &[
    ("end_session", "the session"),
    ("end_user", "every session of the user"),
    ("observe", "nothing: refuse the token, and count"),
];
const LOST_RESPONSE: Words =
    &[("end", "the session ends"), ("reissue", "another token, if the lost one was not used")];
const ON_LIMIT: Words = &[("end_oldest", "the oldest session ends"), ("deny", "the new one is refused")];
const TRANSPORT: Words = &[("token", "in bodies: the app keeps it"), ("cookie", "in an HttpOnly cookie")];
const PERSISTENCE: Words =
    &[("persistent", "as long as the session"), ("session", "until the browser closes")];
const SIGNING_ALG: Words = &[
    ("ES256", "ES256: ECDSA on P-256"),
    ("EdDSA", "EdDSA: Ed25519"),
    ("RS256", "RS256: RSA, for older verifiers"),
];
const TOKEN_TYP: Words = &[("JWT", "JWT: understood everywhere"), ("at+jwt", "at+jwt: RFC 9068")];
const ROTATION: Words =
    &[("every", "every use"), ("off", "never: only for bound clients, not available yet")];
const BINDING: Words = &[
    ("none", "a bearer token"),
    ("dpop", "DPoP, not available yet"),
    ("dbsc", "device-bound sessions, not available yet"),
    ("any", "either, not available yet"),
];
const REVOCATION: Words = &[
    ("feed", "in the revocation feed"),
    ("status_list", "in the feed and in status lists"),
    ("none", "not at all"),
];

/// Every setting, in the order of the form.
pub(super) fn all() -> Vec<Field> {
    let mut fields = lifetimes();
    fields.extend(strictness());
    fields.extend(of_browsers());
    fields.extend(of_tokens());
    fields.extend(yet_to_come());
    fields
}

fn field(key: &'static str, label: &'static str, kind: Kind, bounds: String, does: &'static str) -> Field {
    Field { key, label, does, kind, bounds, not_yet: false }
}

fn between(secs: &RangeInclusive<i64>) -> String {
    format!("{} to {}", written(*secs.start()), written(*secs.end()))
}

fn lifetimes() -> Vec<Field> {
    let no_bounds = String::new;
    vec![
        field("refresh_tokens", "Refresh tokens", Kind::Switch, no_bounds(), "Whether there are sessions."),
        field(
            "auth_token_ttl",
            "Auth token",
            Kind::Length,
            format!("{}, at most half of the idle time-out", between(&b::AUTH_TOKEN_TTL_SECS)),
            "How long a signed token is accepted without asking Tenure.",
        ),
        field(
            "idle_timeout",
            "Idle time-out",
            Kind::LengthOrNone,
            format!("{} to the absolute lifetime, or none", written(b::IDLE_TIMEOUT_MIN_SECS)),
            "Ends a session without user activity for this long.",
        ),
        field(
            "absolute_lifetime",
            "Absolute lifetime",
            Kind::Length,
            format!(
                "{} to {}; {} for native and unattended clients",
                written(b::ABSOLUTE_LIFETIME_MIN_SECS),
                written(b::ABSOLUTE_LIFETIME_WEB_DAYS * DAY),
                written(b::ABSOLUTE_LIFETIME_LONG_DAYS * DAY)
            ),
            "Sign in again after this, whatever happens. There is no never.",
        ),
        field(
            "retry_leeway",
            "Leeway for retries",
            Kind::Length,
            format!("{}, at most the life of an auth token", between(&b::RETRY_LEEWAY_SECS)),
            "For how long a token that was just replaced gets the same successor, without an Idempotency-Key.",
        ),
        field(
            "justification",
            "Justification",
            Kind::Text,
            format!("up to {} bytes", b::JUSTIFICATION_BYTES),
            "Why a value deviates from the standard that the preset names. Required where one does (ASVS 7.1.1).",
        ),
    ]
}

fn strictness() -> Vec<Field> {
    let jitter = &b::AUTH_TOKEN_JITTER_PERCENT;
    let devices = &b::MAX_SESSIONS;
    vec![
        field(
            "idle_counts",
            "What counts as activity",
            Kind::Choice(IDLE_COUNTS),
            String::new(),
            "A silent refresh in the background is none, unless every refresh is. It is the client's word.",
        ),
        field(
            "auth_token_jitter",
            "Jitter, in percent",
            Kind::Number,
            format!("{} to {}", jitter.start(), jitter.end()),
            "Shortens each auth token at random by up to this much, so that clients do not come back together.",
        ),
        field(
            "client_kind",
            "Kind of client",
            Kind::Choice(CLIENT_KIND),
            String::new(),
            "Sets the bound of the absolute lifetime.",
        ),
        field(
            "reuse_detection",
            "What the reuse of a token ends",
            Kind::Choice(REUSE_DETECTION),
            String::new(),
            "A token that was replaced and comes back is in two hands.",
        ),
        field(
            "lost_response",
            "What a late retry without a key gets",
            Kind::Choice(LOST_RESPONSE),
            String::new(),
            "For clients that send no Idempotency-Key, once the leeway is over.",
        ),
        field(
            "max_sessions",
            "Live sessions of a user",
            Kind::NumberOrNone,
            format!("{} to {}, or none for no limit", devices.start(), devices.end()),
            "How many devices may be signed in at a time.",
        ),
        field(
            "on_limit",
            "At that limit",
            Kind::Choice(ON_LIMIT),
            String::new(),
            "What one session more does.",
        ),
        field(
            "rotation",
            "Replace the refresh token",
            Kind::Choice(ROTATION),
            String::new(),
            "A token that is used again shows that it was copied.",
        ),
    ]
}

fn of_browsers() -> Vec<Field> {
    vec![
        field(
            "allowed_origins",
            "Allowed origins",
            Kind::Lines,
            format!("exact ones, one on a line, at most {}", b::LISTED),
            "Pages that may call the client API. The first is also an audience of auth tokens.",
        ),
        field(
            "transport",
            "How a browser carries the refresh token",
            Kind::Choice(TRANSPORT),
            String::new(),
            "A cookie needs an allowed origin. Sessions live on through a change; their clients must know the new way.",
        ),
        field(
            "cookie_persistence",
            "How long a browser keeps the cookie",
            Kind::Choice(PERSISTENCE),
            String::new(),
            "Has no effect without the cookie.",
        ),
    ]
}

fn of_tokens() -> Vec<Field> {
    vec![
        field(
            "signing_alg",
            "Signature of auth tokens",
            Kind::Choice(SIGNING_ALG),
            String::new(),
            "Another one makes a new key, published before it signs.",
        ),
        field(
            "token_typ",
            "Header typ of auth tokens",
            Kind::Choice(TOKEN_TYP),
            String::new(),
            "What verifiers expect there.",
        ),
        field(
            "publish_lead",
            "Publish a new key ahead",
            Kind::Length,
            between(&b::PUBLISH_LEAD_SECS),
            "How long a new signing key is published before it signs, so that every verifier knows it.",
        ),
        field(
            "revocation",
            "Tell verifiers of ends",
            Kind::Choice(REVOCATION),
            String::new(),
            "How those who check auth tokens hear that a session has ended, before its tokens expire.",
        ),
    ]
}

fn yet_to_come() -> Vec<Field> {
    let fields = vec![
        field(
            "step_up_max_age",
            "Fresh sign-in",
            Kind::Length,
            between(&b::STEP_UP_MAX_AGE_SECS),
            "How fresh a sign-in must be for sensitive actions (RFC 9470).",
        ),
        field(
            "expiring_notice",
            "Notice before the end",
            Kind::Length,
            format!("{}, at most half of the idle time-out", between(&b::EXPIRING_NOTICE_SECS)),
            "How long before its end an app is told.",
        ),
        field(
            "redirect_uris",
            "Redirect addresses",
            Kind::Lines,
            format!("exact ones, one on a line, at most {}", b::LISTED),
            "Where a sign-in may return to.",
        ),
        field(
            "binding",
            "Proof of possession",
            Kind::Choice(BINDING),
            String::new(),
            "Binds the refresh token to a key of the client.",
        ),
    ];
    fields.into_iter().map(|field| Field { not_yet: true, ..field }).collect()
}
