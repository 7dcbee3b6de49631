//! Which key is meant (rules 3 and 6).

use crate::case::Cases;
use crate::draft::{Draft, quoted};
use crate::key::{ES256, NOT_FOR_SIGNING, STRANGER};

pub(super) fn add(cases: &mut Cases) {
    unusable(cases);
    unknown(cases);
    left_out(cases);
}

fn unusable(cases: &mut Cases) {
    let good = || Draft::good(&ES256);
    let long = quoted(&"k".repeat(129));
    let long_in_bytes = quoted(&"☃".repeat(43));
    for (name, kid, why) in [
        ("empty", r#""""#, "1 to 128 bytes."),
        ("null", "null", "A key id is a string."),
        ("number", "7", "A key id is a string."),
        ("true", "true", "A key id is a string."),
        ("list", r#"["a"]"#, "A key id is a string."),
        ("object", r#"{"a":1}"#, "A key id is a string."),
        ("129-bytes", long.as_str(), "1 to 128 bytes."),
        ("129-bytes-in-43-characters", long_in_bytes.as_str(), "Bytes, not characters."),
        ("nul", r#""a\u0000b""#, "No control characters."),
        ("line-break", r#""a\r\nSet-Cookie: b""#, "No control characters."),
        ("escape", r#""\u001b[2J""#, "No control characters."),
        ("delete", r#""a\u007fb""#, "U+007F is one."),
        ("next-line", r#""a\u0085b""#, "U+0080 to U+009F are, too."),
    ] {
        cases.refused("malformed_token", format!("kid-{name}"), why, good().header("kid", kid).sign());
    }
    let why = "A token names its key, even where there is only one.";
    cases.refused("malformed_token", "kid-missing", why, good().without_header("kid").sign());
}

fn unknown(cases: &mut Cases) {
    let good = || Draft::good(&ES256);
    let long = "k".repeat(128);
    let known = &ES256.jwk.kid;
    let (padded, flipped) = (format!("{known} "), known.to_ascii_uppercase());
    for (name, kid, why) in [
        ("another", "another", "No key has this name."),
        ("128-bytes", long.as_str(), "As long as it may be."),
        ("a-path", "../../../../dev/null", "It is no path."),
        ("sql", "x' UNION SELECT 'secret", "It is in no query."),
        ("a-command", "$(id)", "It is in no command."),
        ("an-address", "https://evil.example/jwks.json", "Nothing is fetched from it."),
        ("a-template", "{{7*7}}${7*7}", "It is in no template."),
        ("a-snowman", "☃", "It need not be ASCII."),
        ("a-space-after", padded.as_str(), "Names are compared exactly."),
        ("in-capitals", flipped.as_str(), "Names are compared exactly."),
        ("proto", "__proto__", "What every object has in some languages is no key."),
        ("constructor", "constructor", "What every object has in some languages is no key."),
    ] {
        cases.refused(
            "unknown_key",
            format!("kid-unknown-{name}"),
            why,
            good().header_text("kid", kid).sign(),
        );
    }
    cases.refused(
        "unknown_key",
        "kid-of-a-stranger",
        "A stranger's key under its own name.",
        Draft::good(&STRANGER).sign(),
    );
    let why = "Only the key that is named is tried, not all that there are.";
    cases.refused(
        "unknown_key",
        "kid-of-a-stranger-on-a-good-signature",
        why,
        good().header_text("kid", &STRANGER.jwk.kid).sign(),
    );
}

fn left_out(cases: &mut Cases) {
    let odd = |cases: &mut Cases, kid: &str, why: &str, token: String| {
        cases.refused("unknown_key", format!("key-left-out-{kid}"), why, token).keys = "odd";
    };
    let named = |kid: &str| Draft::good(&STRANGER).header_text("kid", kid);

    let secret = crate::tokens::algorithm::mac(
        &named("symmetric").header_text("alg", "HS256"),
        b"a secret that was published",
    );
    odd(cases, "symmetric", "A published secret is none.", secret);
    let weak = named("rsa-1024").header_text("alg", "RS256").with_signature([0x42; 128]);
    odd(cases, "rsa-1024", "An RSA key below 2048 bits.", weak);
    for (kid, alg, why) in [
        ("unknown-kty", "XYZ1", "A kind of key that is not known."),
        ("other-curve", "ES256K", "A curve that is not known."),
        ("other-alg", "ES384", "An algorithm that is not known."),
        ("alg-of-another-kty", "RS256", "An algorithm that this kind of key has not."),
        ("without-alg", "ES256", "A key that names no algorithm: a token does not choose it."),
        ("short-coordinate", "ES256", "A coordinate has 32 bytes (RFC 7518 §6.2.1.2)."),
        ("not-on-the-curve", "ES256", "No point of the curve."),
    ] {
        odd(cases, kid, why, named(kid).header_text("alg", alg).sign());
    }
    let not_for_signing = Draft::good(&NOT_FOR_SIGNING).header_text("kid", "for-encryption");
    odd(cases, "for-encryption", "A key that is for something else.", not_for_signing.sign());
    let why = "A key without a name.";
    cases.refused("unknown_key", "key-left-out-without-kid", why, Draft::good(&STRANGER).sign()).keys = "odd";
    let why = "What is left out of a set takes the other keys of it along to nowhere.";
    cases.valid("key-good-among-odd-ones", why, Draft::good(&ES256).sign()).keys = "odd";
}
