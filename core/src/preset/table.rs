//! The presets, as data.

use super::{AAL1, AAL2, AAL3, More, PSD2, Preset, STRICT, secs};
use crate::settings::{ClientKind, CookiePersistence, IdleCounts, LostResponse, ReuseDetection, Transport};
use crate::time::Span;

const MIN: i64 = 60;
const HOUR: i64 = 60 * MIN;
const DAY: i64 = 24 * HOUR;

const PLAIN: Preset = Preset {
    id: "",
    for_whom: "",
    sources: &[],
    standard: None,
    unavailable: &[],
    justification: "",
    times: secs(0, 0, 0),
    more: STRICT,
};

/// Every preset, our own three suggestions first.
pub const ALL: &[Preset] = &[
    Preset {
        id: "consumer",
        for_whom: "most consumer apps",
        sources: &["Tenure's suggestion"],
        times: secs(HOUR, 5 * DAY, 30 * DAY),
        ..PLAIN
    },
    Preset {
        id: "higher-security",
        for_whom: "sensitive data or transactions",
        sources: &["Tenure's suggestion"],
        times: secs(5 * MIN, 30 * MIN, 24 * HOUR),
        ..PLAIN
    },
    Preset {
        id: "long-lived",
        for_whom: "rare sign-in, no re-authentication wanted (PWA, mobile)",
        sources: &["Tenure's suggestion"],
        times: secs(HOUR, 0, 180 * DAY),
        ..PLAIN
    },
    Preset {
        id: "bank-psd2",
        for_whom: "EU payment accounts",
        sources: &["RTS (EU) 2018/389 Art. 4(3)(d)", "OWASP Session Management: 2-5 minutes"],
        standard: Some(PSD2),
        unavailable: &["binding"],
        times: secs(2 * MIN, 5 * MIN, HOUR),
        more: More {
            max_sessions: Some(3),
            reuse_detection: ReuseDetection::EndUser,
            idle_counts: IdleCounts::StrictActivity,
            step_up: Span::from_mins(5),
            cookie: CookiePersistence::Session,
            ..STRICT
        },
        ..PLAIN
    },
    Preset {
        id: "pci-admin",
        for_whom: "card-data back office",
        sources: &["PCI DSS 4.0.1 8.2.8", "NIST SP 800-63B-4 AAL3"],
        standard: Some(AAL3),
        times: secs(5 * MIN, 15 * MIN, 12 * HOUR),
        more: More { max_sessions: Some(1), idle_counts: IdleCounts::StrictActivity, ..STRICT },
        ..PLAIN
    },
    Preset {
        id: "aal3-privileged",
        for_whom: "production access, admin consoles",
        sources: &["NIST SP 800-63B-4 §2.3.3 (12 h SHALL, 15 min SHOULD)"],
        standard: Some(AAL3),
        unavailable: &["binding"],
        times: secs(5 * MIN, 15 * MIN, 12 * HOUR),
        more: More { idle_counts: IdleCounts::StrictActivity, step_up: Span::from_mins(5), ..STRICT },
        ..PLAIN
    },
    Preset {
        id: "clinical-shared",
        for_whom: "shared ward workstation",
        sources: &["HIPAA 164.312(a)(2)(iii) sets no number; practice"],
        times: secs(90, 3 * MIN, 12 * HOUR),
        more: More { cookie: CookiePersistence::Session, notice: Span::from_secs(30), ..STRICT },
        ..PLAIN
    },
    Preset {
        id: "patient-portal",
        for_whom: "patients, personal data",
        sources: &["NIST SP 800-63B-4 AAL2 (at most 1 h and 24 h, SHOULD)"],
        standard: Some(AAL2),
        times: secs(5 * MIN, 30 * MIN, 24 * HOUR),
        ..PLAIN
    },
    Preset {
        id: "saas-workforce",
        for_whom: "B2B SaaS with SSO",
        sources: &["NIST SP 800-63B-4 AAL2", "OWASP Session Management: 4-8 hours"],
        standard: Some(AAL2),
        times: secs(10 * MIN, HOUR, 12 * HOUR),
        ..PLAIN
    },
    Preset {
        id: "saas-productivity",
        for_whom: "low-risk SaaS",
        sources: &["NIST SP 800-63B-4 AAL1 (at most 30 d, SHOULD)"],
        standard: Some(AAL1),
        times: secs(15 * MIN, 3 * DAY, 30 * DAY),
        more: More { step_up: Span::from_hours(24), ..STRICT },
        ..PLAIN
    },
    Preset {
        id: "oidc-spa",
        for_whom: "browser-only app with an off-the-shelf OIDC library",
        sources: &["OAuth 2.0 for Browser-Based Applications §6.3.2.3", "Entra's 24 h for SPAs"],
        times: secs(10 * MIN, 8 * HOUR, 24 * HOUR),
        more: More { retry_leeway: Span::from_secs(30), ..STRICT },
        ..PLAIN
    },
    Preset {
        id: "ecommerce",
        for_whom: "shops",
        sources: &["NIST SP 800-63B-4 AAL1", "OWASP Session Management"],
        standard: Some(AAL1),
        times: secs(15 * MIN, 14 * DAY, 30 * DAY),
        ..PLAIN
    },
    Preset {
        id: "social-pwa",
        for_whom: "social, consumer PWA",
        sources: &["deviates from NIST SP 800-63B-4 AAL1 (30 d)"],
        standard: Some(AAL1),
        unavailable: &[],
        justification: "A consumer app without sensitive actions: users expect to stay signed in for a year.",
        times: secs(10 * MIN, 30 * DAY, 365 * DAY),
        more: More { retry_leeway: Span::from_secs(30), transport: Transport::Cookie, ..STRICT },
    },
    Preset {
        id: "mobile-native",
        for_whom: "consumer native app",
        sources: &["vendor practice", "deviates from NIST SP 800-63B-4 AAL1 (30 d)"],
        standard: Some(AAL1),
        justification: "A consumer app on a personal, locked device: users expect to stay signed in.",
        times: secs(15 * MIN, 90 * DAY, 365 * DAY),
        more: More {
            retry_leeway: Span::from_mins(2),
            lost_response: LostResponse::Reissue,
            client_kind: ClientKind::Native,
            ..STRICT
        },
        ..PLAIN
    },
    Preset {
        id: "internal-tool",
        for_whom: "workforce tool",
        sources: &["OWASP Session Management: 15-30 minutes, 4-8 hours"],
        times: secs(5 * MIN, 30 * MIN, 8 * HOUR),
        more: More { max_sessions: Some(5), ..STRICT },
        ..PLAIN
    },
    Preset {
        id: "kiosk",
        for_whom: "shared public terminal",
        sources: &["OWASP Session Management"],
        times: secs(MIN, 2 * MIN, 30 * MIN),
        more: More { cookie: CookiePersistence::Session, notice: Span::from_secs(15), ..STRICT },
        ..PLAIN
    },
    Preset {
        id: "cli",
        for_whom: "command-line tools",
        sources: &["vendor practice"],
        times: secs(15 * MIN, 30 * DAY, 90 * DAY),
        more: More { retry_leeway: Span::from_secs(30), client_kind: ClientKind::Native, ..STRICT },
        ..PLAIN
    },
    Preset {
        id: "unattended",
        for_whom: "devices without a user",
        sources: &["vendor practice"],
        unavailable: &["binding"],
        times: secs(HOUR, 180 * DAY, 730 * DAY),
        more: More { retry_leeway: Span::from_mins(5), client_kind: ClientKind::Unattended, ..STRICT },
        ..PLAIN
    },
];
