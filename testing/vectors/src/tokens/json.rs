//! Header and claims as JSON: one object each, read strictly (rule 3).

use crate::case::Cases;
use crate::draft::Draft;
use crate::key::ES256;

const MALFORMED: &str = "malformed_token";

pub(super) fn add(cases: &mut Cases) {
    other_values(cases);
    twice(cases);
    depth(cases);
    not_json(cases);
    text(cases);
}

fn good() -> Draft {
    Draft::good(&ES256)
}

/// The claims with this after the last of them.
fn more_claims(more: &str) -> String {
    let claims = good().claims_json();
    format!("{},{more}}}", claims.strip_suffix('}').expect("an object"))
}

fn other_values(cases: &mut Cases) {
    for (name, value) in [
        ("array", "[]"),
        ("array-of-objects", r#"[{"sub":"user-7"}]"#),
        ("string", r#""user-7""#),
        ("number", "7"),
        ("null", "null"),
        ("true", "true"),
    ] {
        cases.refused(
            MALFORMED,
            format!("json-claims-are-{name}"),
            "Claims are an object.",
            good().sign_claims(value),
        );
        let why = "A header is an object.";
        cases.refused(MALFORMED, format!("json-header-is-{name}"), why, good().sign_header(value));
    }
}

fn twice(cases: &mut Cases) {
    let header = good().header_json();
    let more_header = |more: &str| format!("{},{more}}}", header.strip_suffix('}').expect("an object"));
    for (name, more, why) in [
        ("sub", r#""sub":"user-8""#, "Two readers would see two users."),
        ("sub-the-same", r#""sub":"user-7""#, "Twice is twice, even with one value."),
        ("sub-escaped", r#""s\u0075b":"user-8""#, "A name is what it says after escapes are read."),
        ("unknown", r#""own":1,"own":1"#, "Whether the name is known does not matter."),
        ("nested", r#""own":{"a":{"b":1,"b":2}}"#, "At every level."),
        ("nested-in-an-array", r#""own":[1,[{"b":1,"b":2}]]"#, "At every level, in arrays too."),
        ("proto", r#""__proto__":1,"__proto__":2"#, "A name like others."),
    ] {
        cases.refused(
            MALFORMED,
            format!("json-claim-twice-{name}"),
            why,
            good().sign_claims(more_claims(more)),
        );
    }
    for (name, more, why) in [
        ("alg", r#""alg":"none""#, "Two readers would see two algorithms."),
        ("kid", r#""kid":"other""#, "Two readers would see two keys."),
        ("typ", r#""typ":"at+jwt""#, "Twice is twice, even with one value."),
        ("nested", r#""own":{"a":1,"a":2}"#, "At every level."),
    ] {
        cases.refused(
            MALFORMED,
            format!("json-header-member-twice-{name}"),
            why,
            good().sign_header(more_header(more)),
        );
    }
    let why = "The same name on two levels is not twice.";
    cases.valid(
        "json-one-name-on-two-levels",
        why,
        good().sign_claims(more_claims(r#""own":{"own":{"sub":1}}"#)),
    );
}

fn depth(cases: &mut Cases) {
    let objects = |levels: usize| format!(r#""own":{}1{}"#, r#"{"a":"#.repeat(levels), "}".repeat(levels));
    let arrays = |levels: usize| format!(r#""own":{}{}"#, "[".repeat(levels), "]".repeat(levels));
    // The claims themselves are the first level.
    for (kind, at, beyond) in [("objects", objects(15), objects(16)), ("arrays", arrays(15), arrays(16))] {
        let why = "Sixteen levels, with the claims themselves.";
        cases.valid(format!("json-{kind}-16-deep"), why, good().sign_claims(more_claims(&at)));
        let why = "One level too deep.";
        cases.refused(
            MALFORMED,
            format!("json-{kind}-17-deep"),
            why,
            good().sign_claims(more_claims(&beyond)),
        );
    }
    let why = "Deep enough to exhaust the stack of a reader that does not count.";
    cases.refused(MALFORMED, "json-arrays-2000-deep", why, good().sign_claims(more_claims(&arrays(2000))));
    let header = good().header("own", format!("{}{}", "[".repeat(16), "]".repeat(16)));
    cases.refused(MALFORMED, "json-header-17-deep", "The header is held to the same.", header.sign());
}

fn not_json(cases: &mut Cases) {
    let claims = good().claims_json();
    let whole = [
        ("empty-object-and-more", "A second value after the first.", format!("{claims}{{}}")),
        ("trailing-letter", "A letter after the object.", format!("{claims}x")),
        ("trailing-nul", "A byte of zero after the object.", format!("{claims}\0")),
        ("cut-off", "An object that does not end.", claims[..claims.len() - 1].to_owned()),
        ("trailing-comma", "A comma before the end.", format!("{},}}", &claims[..claims.len() - 1])),
        ("single-quotes", "Not how JSON quotes.", claims.replace('"', "'")),
        ("comment", "JSON has no comments.", format!("{claims}/* */")),
        ("byte-order-mark", "A mark of UTF-8 before it (RFC 8259 §8.1).", format!("\u{FEFF}{claims}")),
        (
            "white-space-of-another-kind",
            "A no-break space is not white space in JSON.",
            format!("\u{A0}{claims}"),
        ),
        ("form-feed", "Nor is a form feed.", format!("\u{C}{claims}")),
    ];
    for (name, why, claims) in whole {
        cases.refused(MALFORMED, format!("json-{name}"), why, good().sign_claims(claims));
    }
    for (name, value) in [
        ("nan", "NaN"),
        ("infinity", "Infinity"),
        ("minus-infinity", "-Infinity"),
        ("leading-zero", "01"),
        ("leading-plus", "+1"),
        ("leading-dot", ".5"),
        ("trailing-dot", "1."),
        ("hexadecimal", "0x10"),
        ("underscore", "1_000"),
        ("python-true", "True"),
        ("undefined", "undefined"),
    ] {
        let token = good().sign_claims(more_claims(&format!(r#""own":{value}"#)));
        cases.refused(MALFORMED, format!("json-value-{name}"), "No value of JSON.", token);
    }
    for (name, value) in [("1e400", "1e400".to_owned()), ("400-digits", format!("1{}", "0".repeat(400)))] {
        let token = good().sign_claims(more_claims(&format!(r#""own":-{value}"#)));
        let why = "Beyond the range of a double, so that readers would differ about it.";
        cases.refused(MALFORMED, format!("json-number-{name}"), why, token);
    }
}

fn text(cases: &mut Cases) {
    for (name, value, why) in [
        ("raw-newline", "\"a\nb\"", "Control characters are escaped in JSON."),
        ("raw-nul", "\"a\0b\"", "Control characters are escaped in JSON."),
        ("raw-tab", "\"a\tb\"", "Control characters are escaped in JSON."),
        ("bad-escape", r#""a\xb""#, "No escape of JSON."),
        ("short-escape", r#""a\u12""#, "An escape that is cut off."),
        ("lone-high-surrogate", r#""a\ud800b""#, "Half of a pair is no character."),
        ("lone-low-surrogate", r#""a\udc00b""#, "Half of a pair is no character."),
    ] {
        let token = good().sign_claims(more_claims(&format!(r#""own":{value}"#)));
        cases.refused(MALFORMED, format!("json-text-{name}"), why, token);
    }
    let bytes =
        |bytes: &[u8]| [more_claims(r#""own":""#).trim_end_matches('}').as_bytes(), bytes, b"\"}"].concat();
    for (name, wrong) in [
        ("a-stray-byte", &b"\xFF"[..]),
        ("a-cut-character", b"\xE2\x98"),
        ("an-overlong-slash", b"\xC0\xAF"),
        ("a-surrogate", b"\xED\xA0\x80"),
        ("latin-1", b"Zo\xEB"),
    ] {
        let token = good().sign_claims(bytes(wrong));
        cases.refused(MALFORMED, format!("json-no-utf-8-{name}"), "JSON is UTF-8 (RFC 8259 §8.1).", token);
    }
    let why = "A pair of escapes that makes one character, and an escaped zero, are text.";
    cases.valid("json-text-escaped", why, good().sign_claims(more_claims(r#""own":"\ud83c\udf88\u0000""#)));
}
