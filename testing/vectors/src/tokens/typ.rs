//! Which kind of token (rule 8).

use crate::case::Cases;
use crate::draft::Draft;
use crate::key::{EDDSA, ES256};

const WRONG: &str = "wrong_type";

pub(super) fn add(cases: &mut Cases) {
    let with = |typ: &str| Draft::good(&ES256).header_text("typ", typ).sign();
    for (name, typ) in [
        ("jwt", "JWT"),
        ("jwt-in-lower-case", "jwt"),
        ("at-jwt-in-capitals", "AT+JWT"),
        ("application-at-jwt", "application/at+jwt"),
        ("application-jwt", "application/jwt"),
        ("application-in-mixed-case", "Application/At+JWT"),
    ] {
        let why = "A media type, in any letter case, with or without `application/` (RFC 7515 §4.1.9).";
        cases.valid(format!("typ-{name}"), why, with(typ));
    }
    for (name, typ, why) in [
        ("logout", "logout+jwt", "A logout token (OpenID Connect Back-Channel Logout §2.4)."),
        ("event", "secevent+jwt", "A security event (RFC 8417 §2.3)."),
        ("status-list", "statuslist+jwt", "A status list."),
        ("dpop", "dpop+jwt", "A proof of possession (RFC 9449 §4.2)."),
        ("introspection", "token-introspection+jwt", "An answer to introspection (RFC 9701 §5)."),
        ("client-authentication", "client-authentication+jwt", "An assertion about a client."),
        ("request", "oauth-authz-req+jwt", "A request to authorize (RFC 9101 §10.8)."),
        ("id-token", "id_token", "No name of an auth token."),
        ("jose", "JOSE", "Says only that it is signed."),
        ("empty", "", "Says nothing."),
        ("at", "at", "Half of it."),
        ("at-jwtx", "at+jwtx", "More than it."),
        ("a-space-before", " at+jwt", "Compared as it is, but for letter case."),
        ("a-parameter", "at+jwt; charset=utf-8", "Compared as it is, but for letter case."),
        ("text-at-jwt", "text/at+jwt", "Another family of media types."),
        ("application-twice", "application/application/at+jwt", "One prefix may be left out, not two."),
        ("application-alone", "application/", "A prefix of nothing."),
        ("dotless-j", "at+\u{237}wt", "Looks like it."),
        ("full-width", "JW\u{FF34}", "Only the case of ASCII letters does not matter."),
    ] {
        cases.refused(WRONG, format!("typ-{name}"), why, with(typ));
    }
    for (name, value) in [("null", "null"), ("list", r#"["at+jwt"]"#), ("number", "7"), ("object", "{}")] {
        let token = Draft::good(&ES256).header("typ", value).sign();
        cases.refused(WRONG, format!("typ-is-{name}"), "A type is a string.", token);
    }
    let why = "A token says its kind (RFC 8725 §3.11).";
    cases.refused(WRONG, "typ-missing", why, Draft::good(&EDDSA).without_header("typ").sign());
}
