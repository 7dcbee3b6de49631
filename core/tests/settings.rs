//! The settings: every bound at its edge, the relations between values, and every preset's numbers.

use tenure_core::preset::{ALL, Preset};
use tenure_core::settings::LostResponse::{self, End, Reissue};
use tenure_core::settings::{
    Binding, ClientKind, CookiePersistence, IdleCounts, OnLimit, ReuseDetection, Revocation, Rotation,
    Settings, SigningAlg, TokenTyp, Transport, check,
};
use tenure_core::time::Span;

use ClientKind::{Native, Unattended, Web};

const MIN: i64 = 60;
const HOUR: i64 = 60 * MIN;
const DAY: i64 = 24 * HOUR;

fn secs(secs: i64) -> Span {
    Span::from_secs(secs)
}

/// The settings that are wrong, by key.
fn wrong(settings: &Settings) -> Vec<&'static str> {
    check(settings).into_iter().map(|violation| violation.key).collect()
}

/// Settings whose every relation leaves room: only the value under test can be out of bounds.
fn roomy() -> Settings {
    Settings {
        refresh_tokens: true,
        auth_token_ttl: Some(secs(10 * MIN)),
        idle_timeout: None,
        client_kind: Native,
        ..Settings::default()
    }
}

#[test]
fn a_new_app_has_the_documented_defaults() {
    let new = Settings::default();
    assert_eq!(check(&new), []);
    assert!(!new.refresh_tokens);
    assert_eq!(new.auth_token_ttl(), secs(HOUR));
    let hybrid = Settings { refresh_tokens: true, ..new };
    assert_eq!(hybrid.auth_token_ttl(), secs(10 * MIN));
    assert_eq!(check(&hybrid), []);
    let Settings { auth_token_jitter, idle_timeout, absolute_lifetime, retry_leeway, .. } = hybrid;
    assert_eq!((auth_token_jitter, idle_timeout), (5, Some(secs(5 * DAY))));
    assert_eq!((absolute_lifetime, retry_leeway), (secs(30 * DAY), Span::ZERO));
    let Settings { max_sessions, publish_lead, step_up_max_age, expiring_notice, .. } = hybrid;
    assert_eq!((max_sessions, publish_lead), (None, secs(24 * HOUR)));
    assert_eq!((step_up_max_age, expiring_notice), (secs(15 * MIN), secs(2 * MIN)));
    assert_eq!(hybrid.idle_counts, IdleCounts::UserActivity);
    assert_eq!((hybrid.reuse_detection, hybrid.lost_response), (ReuseDetection::EndSession, End));
    assert_eq!((hybrid.on_limit, hybrid.signing_alg), (OnLimit::EndOldest, SigningAlg::Es256));
    assert_eq!((hybrid.token_typ, hybrid.transport), (TokenTyp::Jwt, Transport::Token));
    assert_eq!((hybrid.binding, hybrid.revocation), (Binding::None, Revocation::Feed));
    assert_eq!((hybrid.rotation, hybrid.client_kind), (Rotation::Every, Web));
    assert_eq!(hybrid.cookie_persistence, CookiePersistence::Persistent);
}

/// A setting, how it is set in seconds (or as a number), and its edges: refused, accepted, accepted, refused.
type Edges = (&'static str, fn(&mut Settings, i64), [i64; 4]);

const EDGES: &[Edges] = &[
    ("auth_token_ttl", |s, n| s.auth_token_ttl = Some(secs(n)), [29, 30, DAY, DAY + 1]),
    ("auth_token_jitter", |s, n| s.auth_token_jitter = n as u8, [26, 0, 25, 255]),
    ("absolute_lifetime", |s, n| s.absolute_lifetime = secs(n), [299, 300, 730 * DAY, 730 * DAY + 1]),
    ("retry_leeway", |s, n| s.retry_leeway = secs(n), [-1, 0, 300, 301]),
    ("max_sessions", |s, n| s.max_sessions = Some(n as u16), [0, 1, 1_000, 1_001]),
    ("publish_lead", |s, n| s.publish_lead = secs(n), [-1, 0, 30 * DAY, 30 * DAY + 1]),
    ("step_up_max_age", |s, n| s.step_up_max_age = secs(n), [-1, 0, DAY, DAY + 1]),
    ("expiring_notice", |s, n| s.expiring_notice = secs(n), [-1, 0, HOUR, HOUR + 1]),
    ("justification", |s, n| s.justification = "x".repeat(n as usize), [2_001, 0, 2_000, 9_000]),
];

#[test]
fn each_bound_is_accepted_at_its_edge_and_refused_beyond_it() {
    for (key, set, edges) in EDGES {
        for (value, accepted) in edges.iter().zip([false, true, true, false]) {
            let mut settings = roomy();
            set(&mut settings, *value);
            let expected = if accepted { vec![] } else { vec![*key] };
            assert_eq!(wrong(&settings), expected, "{key} = {value}");
        }
    }
}

#[test]
fn bounds_count_milliseconds() {
    let ttl = |ms| Settings { auth_token_ttl: Some(Span::from_millis(ms)), ..roomy() };
    assert_eq!(wrong(&ttl(29_999)), ["auth_token_ttl"]);
    assert_eq!(wrong(&ttl(86_400_001)), ["auth_token_ttl"]);
}

#[test]
fn the_lifetime_is_bounded_by_the_kind_of_client() {
    for (client_kind, days) in [(Web, 400), (Native, 730), (Unattended, 730)] {
        let lifetime =
            |secs_more| Settings { absolute_lifetime: secs(days * DAY + secs_more), client_kind, ..roomy() };
        assert_eq!(check(&lifetime(0)), []);
        assert_eq!(wrong(&lifetime(1)), ["absolute_lifetime"]);
    }
}

#[test]
fn values_stand_to_each_other_as_documented() {
    let with = |ttl, idle, absolute| Settings {
        auth_token_ttl: Some(secs(ttl)),
        idle_timeout: Some(secs(idle)),
        absolute_lifetime: secs(absolute),
        expiring_notice: Span::ZERO,
        ..roomy()
    };
    for (ttl, idle, absolute, expected) in [
        (30, 60, 300, None),
        (30, 59, 300, Some("idle_timeout")),
        (300, 600, 600, None),
        (301, 600, 600, Some("auth_token_ttl")),
        (30, 600, 599, Some("idle_timeout")),
    ] {
        let found = wrong(&with(ttl, idle, absolute));
        assert_eq!(
            found.contains(&"idle_timeout"),
            expected == Some("idle_timeout"),
            "{ttl} {idle} {absolute}"
        );
        assert_eq!(found.is_empty(), expected.is_none(), "{found:?}");
    }
    let notice = |n| Settings { expiring_notice: secs(n), ..with(30, 120, 300) };
    assert_eq!(check(&notice(60)), []);
    assert_eq!(wrong(&notice(61)), ["expiring_notice"]);
    let leeway = |n| Settings { retry_leeway: secs(n), ..with(60, 120, 300) };
    assert_eq!(check(&leeway(60)), []);
    assert_eq!(wrong(&leeway(61)), ["retry_leeway"]);
}

#[test]
fn what_is_not_available_yet_is_refused() {
    for binding in [Binding::Dpop, Binding::Dbsc, Binding::Any] {
        assert_eq!(wrong(&Settings { binding, ..roomy() }), ["binding"]);
    }
    assert_eq!(wrong(&Settings { rotation: Rotation::Off, ..roomy() }), ["rotation"]);
}

#[test]
fn a_cookie_is_for_the_pages_of_some_origin() {
    let cookie = Settings { transport: Transport::Cookie, ..roomy() };
    assert_eq!(wrong(&cookie), ["allowed_origins"]);
    let allowed_origins = vec!["https://app.example.com".to_owned()];
    assert_eq!(check(&Settings { allowed_origins, ..cookie }), []);
}

#[test]
fn origins_and_redirects_are_exact() {
    for (origin, accepted) in [
        ("https://app.example.com", true),
        ("https://app.example.com:8443", true),
        ("http://localhost:3000", true),
        ("http://[::1]:3000", true),
        ("https://app.example.com:443", false),
        ("http://app.example.com:80", false),
        ("https://app.example.com/", false),
        ("https://*.example.com", false),
        ("https://App.example.com", false),
        ("https://", false),
        ("https://app.example.com:", false),
        ("ftp://app.example.com", false),
        ("null", false),
        ("", false),
    ] {
        let settings = Settings { allowed_origins: vec![origin.to_owned()], ..roomy() };
        assert_eq!(check(&settings).is_empty(), accepted, "{origin:?}");
    }
    for (uri, accepted) in [
        ("https://app.example.com/callback?x=1", true),
        ("http://127.0.0.1:1234/cb", true),
        ("http://[::1]/cb", true),
        ("http://localhost/cb", true),
        ("com.example.app:/callback", true),
        ("http://app.example.com/cb", false),
        ("http://localhost.example.com/cb", false),
        ("https://user@app.example.com/cb", false),
        ("https:///cb", false),
        ("https://app.example.com/#x", false),
        ("https://app.example.com/*", false),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("myapp:/cb", false),
        ("HTTPS://app.example.com/cb", false),
        ("https://app.example.com/ x", false),
        ("", false),
    ] {
        let settings = Settings { redirect_uris: vec![uri.to_owned()], ..roomy() };
        assert_eq!(check(&settings).is_empty(), accepted, "{uri:?}");
    }
    for n in [100, 101] {
        let many = |text: &str| vec![text.to_owned(); n];
        let origins = Settings { allowed_origins: many("https://a.example"), ..roomy() };
        let uris = Settings { redirect_uris: many("https://a.example/"), ..roomy() };
        assert_eq!((check(&origins).is_empty(), check(&uris).is_empty()), (n == 100, n == 100));
    }
}

#[test]
fn words_are_read_as_they_are_written() {
    macro_rules! same {
        ($($name:ident),+) => {$(
            for word in $name::CHOICES {
                assert_eq!($name::parse(word).map($name::as_str), Some(*word));
                assert_eq!($name::parse(&word.to_uppercase()).is_some(), word.to_uppercase() == *word);
            }
            assert_eq!($name::parse(""), None);
        )+};
    }
    same!(
        IdleCounts,
        Rotation,
        ReuseDetection,
        LostResponse,
        OnLimit,
        TokenTyp,
        Transport,
        CookiePersistence
    );
    same!(ClientKind, Binding, Revocation, SigningAlg);
}

/// The id; auth token, idle (0 is none) and absolute in seconds; what else the preset says.
type Row = (&'static str, [i64; 3], More);

struct More {
    max: Option<u16>,
    strict: bool,
    end_user: bool,
    session_cookie: bool,
    cookie: bool,
    leeway: i64,
    lost: LostResponse,
    step_up: i64,
    notice: i64,
    kind: ClientKind,
    not_met: &'static [&'static str],
}

const PLAIN: More = More {
    max: None,
    strict: false,
    end_user: false,
    session_cookie: false,
    cookie: false,
    leeway: 0,
    lost: End,
    step_up: 15 * MIN,
    notice: 2 * MIN,
    kind: Web,
    not_met: &[],
};
const BOUND: &[&str] = &["binding"];

const BANK: More = More {
    max: Some(3),
    strict: true,
    end_user: true,
    session_cookie: true,
    step_up: 5 * MIN,
    not_met: BOUND,
    ..PLAIN
};

const PRESETS: &[Row] = &[
    ("consumer", [HOUR, 5 * DAY, 30 * DAY], PLAIN),
    ("higher-security", [5 * MIN, 30 * MIN, 24 * HOUR], PLAIN),
    ("long-lived", [HOUR, 0, 180 * DAY], PLAIN),
    ("bank-psd2", [2 * MIN, 5 * MIN, HOUR], BANK),
    ("pci-admin", [5 * MIN, 15 * MIN, 12 * HOUR], More { max: Some(1), strict: true, ..PLAIN }),
    (
        "aal3-privileged",
        [5 * MIN, 15 * MIN, 12 * HOUR],
        More { strict: true, step_up: 5 * MIN, not_met: BOUND, ..PLAIN },
    ),
    ("clinical-shared", [90, 3 * MIN, 12 * HOUR], More { session_cookie: true, notice: 30, ..PLAIN }),
    ("patient-portal", [5 * MIN, 30 * MIN, 24 * HOUR], PLAIN),
    ("saas-workforce", [10 * MIN, HOUR, 12 * HOUR], PLAIN),
    ("saas-productivity", [15 * MIN, 3 * DAY, 30 * DAY], More { step_up: DAY, ..PLAIN }),
    ("oidc-spa", [10 * MIN, 8 * HOUR, 24 * HOUR], More { leeway: 30, ..PLAIN }),
    ("ecommerce", [15 * MIN, 14 * DAY, 30 * DAY], PLAIN),
    ("social-pwa", [10 * MIN, 30 * DAY, 365 * DAY], More { leeway: 30, cookie: true, ..PLAIN }),
    (
        "mobile-native",
        [15 * MIN, 90 * DAY, 365 * DAY],
        More { leeway: 2 * MIN, lost: Reissue, kind: Native, ..PLAIN },
    ),
    ("internal-tool", [5 * MIN, 30 * MIN, 8 * HOUR], More { max: Some(5), ..PLAIN }),
    ("kiosk", [MIN, 2 * MIN, 30 * MIN], More { session_cookie: true, notice: 15, ..PLAIN }),
    ("cli", [15 * MIN, 30 * DAY, 90 * DAY], More { leeway: 30, kind: Native, ..PLAIN }),
    (
        "unattended",
        [HOUR, 180 * DAY, 730 * DAY],
        More { leeway: 5 * MIN, kind: Unattended, not_met: BOUND, ..PLAIN },
    ),
];

#[test]
fn every_preset_has_the_numbers_of_its_row() {
    let ids = |presets: &[&'static str]| presets.to_vec();
    let listed: Vec<_> = ALL.iter().map(|preset| preset.id).collect();
    assert_eq!(listed, ids(&PRESETS.iter().map(|row| row.0).collect::<Vec<_>>()), "the original three first");
    for (id, [ttl, idle, absolute], more) in PRESETS {
        let preset = Preset::find(id).expect("listed");
        let s = preset.apply(&Settings::default());
        let idle = (*idle > 0).then_some(secs(*idle));
        assert!(s.refresh_tokens, "{id}");
        assert_eq!((s.auth_token_ttl(), s.idle_timeout), (secs(*ttl), idle), "{id}");
        assert_eq!((s.absolute_lifetime, s.client_kind), (secs(*absolute), more.kind), "{id}");
        assert_eq!((s.max_sessions, s.lost_response), (more.max, more.lost), "{id}");
        assert_eq!(s.idle_counts == IdleCounts::StrictActivity, more.strict, "{id}");
        assert_eq!(s.reuse_detection == ReuseDetection::EndUser, more.end_user, "{id}");
        assert_eq!(s.cookie_persistence == CookiePersistence::Session, more.session_cookie, "{id}");
        assert_eq!((s.step_up_max_age, s.expiring_notice), (secs(more.step_up), secs(more.notice)), "{id}");
        assert_eq!((s.retry_leeway, preset.unavailable), (secs(more.leeway), more.not_met), "{id}");
        // Of settings, only bindings are yet to be built.
        assert!(preset.unavailable.iter().all(|setting| *setting == "binding"), "{id}");
    }
}

#[test]
fn a_cookie_needs_pages_that_may_use_it_and_comes_with_them() {
    let origins =
        Settings { allowed_origins: vec!["https://app.example.com".to_owned()], ..Settings::default() };
    for (id, _, more) in PRESETS {
        let preset = Preset::find(id).expect("listed");
        let (without, with) = (preset.apply(&Settings::default()), preset.apply(&origins));
        assert_eq!(without.transport, Transport::Token, "{id}");
        assert_eq!(with.transport == Transport::Cookie, more.cookie, "{id}");
        assert_eq!(preset.not_met(&with), more.not_met, "{id}");
        assert_eq!(preset.not_met(&without).contains(&"transport"), more.cookie, "{id}");
        assert_eq!(preset.check(&with), [], "{id}");
    }
}

#[test]
fn every_preset_passes_its_own_check_and_names_a_source() {
    for preset in ALL {
        let settings = preset.apply(&Settings::default());
        assert_eq!(preset.check(&settings), [], "{}", preset.id);
        assert!(!preset.sources.is_empty() && !preset.for_whom.is_empty(), "{}", preset.id);
        let deviates = !preset.deviations(&settings).is_empty();
        assert_eq!(deviates, !preset.justification.is_empty(), "{}: justified where it deviates", preset.id);
    }
    assert!(Preset::find("none").is_none());
}

#[test]
fn a_preset_leaves_alone_what_belongs_to_the_app() {
    let own = Settings {
        signing_alg: SigningAlg::Rs256,
        allowed_origins: vec!["https://app.example.com".to_owned()],
        retry_leeway: secs(60),
        max_sessions: Some(9),
        ..Settings::default()
    };
    let settings = Preset::find("consumer").expect("listed").apply(&own);
    assert_eq!((settings.signing_alg, &settings.allowed_origins), (own.signing_alg, &own.allowed_origins));
    assert_eq!((settings.retry_leeway, settings.max_sessions), (Span::ZERO, None));
    // Pages that may use a cookie are what a preset that asks for one needs.
    let pwa = Preset::find("social-pwa").expect("listed");
    assert_eq!(pwa.not_met(&pwa.apply(&Settings::default())), ["transport"]);
    let settings = pwa.apply(&own);
    assert_eq!((settings.transport, pwa.not_met(&settings)), (Transport::Cookie, vec![]));
}

#[test]
fn what_goes_beyond_a_standard_must_be_justified() {
    let preset = Preset::find("patient-portal").expect("listed");
    let settings = preset.apply(&Settings::default());
    let idle = |idle| Settings { idle_timeout: idle, ..settings.clone() };
    assert_eq!(preset.deviations(&idle(Some(secs(HOUR)))), Vec::<String>::new());
    assert_eq!(preset.deviations(&idle(Some(secs(HOUR + 1)))).len(), 1);
    assert_eq!(preset.deviations(&idle(None)).len(), 1);
    let longer = Settings { absolute_lifetime: secs(DAY + 1), ..idle(None) };
    assert_eq!(preset.deviations(&longer).len(), 2);
    let keys = |s: &Settings| preset.check(s).into_iter().map(|violation| violation.key).collect::<Vec<_>>();
    assert_eq!(keys(&longer), ["justification"]);
    assert_eq!(keys(&Settings { justification: "  ".to_owned(), ..longer.clone() }), ["justification"]);
    assert!(keys(&Settings { justification: "agreed".to_owned(), ..longer }).is_empty());
}
