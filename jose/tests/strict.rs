//! One way to write a token and no other: three segments, one JSON object each, no member twice, and a bound on everything.

mod common;

use common::{PAYLOAD, check, good, header, signed, signed_text};
use tenure_jose::limits::MAX_TOKEN_BYTES;
use tenure_jose::{Alg, Refusal};

fn refused(token: &str) -> Refusal {
    check(token).expect_err("it must be refused")
}

#[test]
fn jw_10_extensions_are_refused() {
    for member in [
        r#","crit":["b64"],"b64":false"#,
        r#","crit":[]"#,
        r#","crit":["exp"]"#,
        r#","b64":true"#,
        r#","b64":false"#,
    ] {
        assert_eq!(
            refused(&signed(Alg::Es256, header(Alg::Es256, member), PAYLOAD)),
            Refusal::UnsupportedHeader
        );
    }
}

#[test]
fn jw_10_a_header_must_be_one_object_with_distinct_members() {
    let good = header(Alg::Es256, "");
    let mut wrong = vec![
        header(Alg::Es256, r#","alg":"ES256""#),
        header(Alg::Es256, r#","typ":"JWT""#),
        header(Alg::Es256, r#","kid":"b""#),
        header(Alg::Es256, r#","al\u0067":"none""#),
        header(Alg::Es256, r#","x":1,"x":1"#),
        header(Alg::Es256, r#","x":{"y":1,"y":2}"#),
        format!("{good}{good}"),
        format!("{good}x"),
        format!("[{good}]"),
        format!("\u{feff}{good}"),
        header(Alg::Es256, ","),
        "null".into(),
        "\"\"".into(),
        "7".into(),
        "{".into(),
        good.replace('"', "'"),
        format!("{good}\0"),
        header(Alg::Es256, &format!(r#","x":{}"#, nested(16))),
    ];
    wrong.push(header(Alg::Es256, r#","x":"\ud800""#));
    for header in wrong {
        assert_eq!(refused(&signed(Alg::Es256, &header, PAYLOAD)), Refusal::BadHeader, "{header}");
    }
    let not_utf8 = [good.as_bytes(), b"\xff"].concat();
    assert_eq!(refused(&signed(Alg::Es256, not_utf8, PAYLOAD)), Refusal::BadHeader);
}

/// So many arrays, each in the one before.
fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn jw_10_a_payload_must_be_one_object_with_distinct_members() {
    let alg = Alg::EdDsa;
    let wrong = [
        r#"{"sub":"a","sub":"b"}"#,
        r#"{"sub":"a","sub":"a"}"#,
        r#"{"sub":"a","su\u0062":"b"}"#,
        r#"{"a":{"b":1,"b":1}}"#,
        r#"{"a":[{"b":{"c":1,"c":2}}]}"#,
        "{}{}",
        "{} x",
        "{},",
        "{}\0",
        "[]",
        "[{}]",
        "null",
        "true",
        "1",
        "\"{}\"",
        "{",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":NaN}",
        "{\"a\":1e999}",
        "{\"a\":01}",
        "{\"a\":\"\u{1}\"}",
        "Payload",
        "\u{feff}{}",
        "{\"a\":\"\\ud800\"}",
        " ",
        "{/**/}",
    ];
    for payload in wrong {
        assert_eq!(refused(&signed(alg, header(alg, ""), payload)), Refusal::BadPayload, "{payload}");
    }
    assert_eq!(refused(&signed(alg, header(alg, ""), b"{\"a\":\"\xff\"}")), Refusal::BadPayload);
    for right in
        ["{}", r#"{"a":{"x":1},"b":{"x":1}}"#, r#"{"a":[{"x":1},{"x":1}]}"#, "{\"a\":-1.5e3,\"\":null}"]
    {
        assert!(check(&signed(alg, header(alg, ""), right)).is_ok(), "{right}");
    }
}

#[test]
fn jw_10_json_nests_sixteen_deep_at_most() {
    let token =
        |levels: usize| signed(Alg::EdDsa, header(Alg::EdDsa, ""), format!(r#"{{"a":{}}}"#, nested(levels)));
    assert!(check(&token(15)).is_ok());
    for levels in [16, 17, 127, 2000] {
        assert_eq!(refused(&token(levels)), Refusal::BadPayload);
    }
    let objects = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    assert!(check(&signed(Alg::EdDsa, header(Alg::EdDsa, ""), objects(16))).is_ok());
    assert_eq!(refused(&signed(Alg::EdDsa, header(Alg::EdDsa, ""), objects(17))), Refusal::BadPayload);
}

#[test]
fn jw_10_exactly_three_segments() {
    let token = good(Alg::Es256);
    let parts: Vec<&str> = token.split('.').collect();
    let (h, p, s) = (parts[0], parts[1], parts[2]);
    let wrong = [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        h.into(),
        format!("{h}.{p}"),
        format!("{h}.{p}."),
        format!("{h}..{s}"),
        format!(".{p}.{s}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{s}"),
        format!("{h}.{p}.{p}.{s}"),
        format!("{h}.{p}.{s}.."),
        format!("{h}.{h}.{p}.{s}.{s}"),
    ];
    for wrong in wrong {
        assert_eq!(refused(&wrong), Refusal::Malformed, "{wrong}");
    }
    // With a true signature over what comes before it, too.
    assert_eq!(refused(&signed_text(Alg::Es256, h)), Refusal::Malformed);
    assert_eq!(refused(&signed_text(Alg::Es256, &format!("{h}.{p}.{p}"))), Refusal::Malformed);
    assert_eq!(refused(&signed_text(Alg::Es256, &format!("{h}."))), Refusal::Malformed);
}

#[test]
fn jw_10_longer_than_8_kib_is_refused() {
    assert_eq!(MAX_TOKEN_BYTES, 8192);
    let payload = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes));
    let token = signed(Alg::EdDsa, header(Alg::EdDsa, ""), payload(6144));
    assert!(token.len() > MAX_TOKEN_BYTES);
    assert_eq!(refused(&token), Refusal::TooLarge);
    assert_eq!(refused(&".".repeat(MAX_TOKEN_BYTES + 1)), Refusal::TooLarge);
    assert!(check(&signed(Alg::EdDsa, header(Alg::EdDsa, ""), payload(5800))).is_ok());
}
