//! Tokens that someone has tampered with, each signed truly where that is possible: the content alone must be the reason.

mod common;

use aws_lc_rs::hmac;
use common::{
    ALGS, PAYLOAD, TYP, check, decode, der_signature, encode, good, header, key, signature, signed,
};
use tenure_jose::{Alg, Refusal, VerifyingKey, verify};

fn refused(token: &str) -> Refusal {
    check(token).expect_err("it must be refused")
}

#[test]
fn the_tokens_made_here_are_good_when_nothing_is_wrong() {
    for alg in ALGS {
        assert!(check(&signed(alg, header(alg, ""), PAYLOAD)).is_ok());
        assert!(check(&signed(alg, header(alg, r#","x5t":"abc","cty":"x""#), PAYLOAD)).is_ok());
        assert!(check(&signed(alg, format!(" {}\n", header(alg, "")), format!("\t{PAYLOAD} \r\n"))).is_ok());
    }
}

#[test]
fn jw_3_none_is_no_algorithm() {
    let kid = key(Alg::Es256).signing.kid();
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let header = format!(r#"{{"alg":"{none}","kid":"{kid}","typ":"{TYP}"}}"#);
        let unsigned = format!("{}.{}", encode(&header), encode(PAYLOAD));
        assert_eq!(refused(&format!("{unsigned}.")), Refusal::Malformed);
        assert_eq!(refused(&unsigned), Refusal::Malformed);
        assert_eq!(refused(&format!("{unsigned}.{}", encode([0; 64]))), Refusal::WrongAlgorithm);
        assert_eq!(refused(&signed(Alg::Es256, &header, PAYLOAD)), Refusal::WrongAlgorithm);
    }
}

#[test]
fn jw_3_a_token_of_another_kind_is_refused() {
    let with = |typ: &str| {
        let kid = key(Alg::EdDsa).signing.kid();
        signed(Alg::EdDsa, format!(r#"{{"alg":"EdDSA","kid":"{kid}"{typ}}}"#), PAYLOAD)
    };
    let others =
        ["JWT", "logout+jwt", "secevent+jwt", "dpop+jwt", "at+jwtx", "at", "", "text/at+jwt", "application/"];
    for other in others {
        assert_eq!(refused(&with(&format!(r#","typ":"{other}""#))), Refusal::WrongType);
    }
    for form in [
        "",
        r#","typ":null"#,
        r#","typ":["at+jwt"]"#,
        r#","typ":"application/x/at+jwt""#,
        r#","typ":" at+jwt""#,
    ] {
        assert_eq!(refused(&with(form)), Refusal::WrongType);
    }
    for same in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        assert!(check(&with(&format!(r#","typ":"{same}""#))).is_ok());
    }
    let find = |_: &str| Some(&key(Alg::EdDsa).verifying);
    assert_eq!(verify(&good(Alg::EdDsa), find, &[]), Err(Refusal::WrongType));
    assert!(verify(&good(Alg::EdDsa), find, &["JWT", "application/at+jwt"]).is_ok());
}

#[test]
fn jw_4_no_algorithm_confusion() {
    for alg in ALGS {
        let jwk = key(alg).signing.public();
        let numbers = [&jwk.x, &jwk.y, &jwk.n].into_iter().flatten().map(|text| decode(text));
        let mut secrets: Vec<Vec<u8>> = numbers.collect();
        secrets.push(serde_json::to_vec(jwk).expect("JSON"));
        secrets.push(jwk.kid.clone().into_bytes());
        secrets.push(secrets[..secrets.len() - 2].concat());
        for secret in secrets {
            let mac = hmac::Key::new(hmac::HMAC_SHA256, &secret);
            for claimed in ["HS256", alg.as_str()] {
                let header = format!(r#"{{"alg":"{claimed}","kid":"{}","typ":"{TYP}"}}"#, jwk.kid);
                let text = format!("{}.{}", encode(header), encode(PAYLOAD));
                let token = format!("{text}.{}", encode(hmac::sign(&mac, text.as_bytes())));
                let expected =
                    if claimed == "HS256" { Refusal::WrongAlgorithm } else { Refusal::BadSignature };
                assert_eq!(refused(&token), expected);
            }
        }
    }
}

#[test]
fn jw_4_the_algorithm_is_the_keys() {
    for (alg, other) in
        ALGS.into_iter().flat_map(|alg| ALGS.map(|other| (alg, other))).filter(|(a, b)| a != b)
    {
        // Signed by one key, under the name of the other, with either algorithm named.
        let kid = key(other).signing.kid();
        let named = |alg: Alg| format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"{TYP}"}}"#);
        assert_eq!(refused(&signed(alg, named(alg), PAYLOAD)), Refusal::WrongAlgorithm);
        assert_eq!(refused(&signed(alg, named(other), PAYLOAD)), Refusal::BadSignature);
    }
    for form in [
        "",
        r#""alg":null,"#,
        r#""alg":1,"#,
        r#""alg":["ES256"],"#,
        r#""alg":"es256","#,
        r#""alg":"ES256 ","#,
    ] {
        let header = format!(r#"{{{form}"kid":"{}","typ":"{TYP}"}}"#, key(Alg::Es256).signing.kid());
        assert_eq!(refused(&signed(Alg::Es256, header, PAYLOAD)), Refusal::WrongAlgorithm);
    }
}

#[test]
fn jw_5_keys_and_addresses_of_keys_in_the_header_are_refused() {
    let jwk = serde_json::to_string(key(Alg::Es256).signing.public()).expect("JSON");
    let members = [
        format!(r#","jwk":{jwk}"#),
        r#","jku":"http://127.0.0.1:1/jwks.json""#.into(),
        r#","x5u":"http://127.0.0.1:1/cert.pem""#.into(),
        r#","x5c":["MIIB"]"#.into(),
        r#","jwk":null"#.into(),
        r#","j\u0077k":{}"#.into(),
    ];
    for member in members {
        assert_eq!(
            refused(&signed(Alg::Es256, header(Alg::Es256, &member), PAYLOAD)),
            Refusal::UnsupportedHeader
        );
    }
}

#[test]
fn jw_6_kid_is_only_looked_up() {
    let strings = [
        "../../../../dev/null",
        "/etc/passwd",
        "' OR '1'='1",
        "x'; DROP TABLE keys; --",
        "$(id)",
        "%00",
        "☃",
        "key|id",
        "http://127.0.0.1:1/",
        "{{7*7}}",
        "*",
        ".",
        " ",
    ];
    for kid in strings {
        let header = serde_json::json!({ "alg": "ES256", "kid": kid, "typ": TYP }).to_string();
        let mut asked = Vec::new();
        let found = verify(
            &signed(Alg::Es256, header, PAYLOAD),
            |kid| -> Option<VerifyingKey> {
                asked.push(kid.to_owned());
                None
            },
            &[TYP],
        );
        assert_eq!((found, asked), (Err(Refusal::UnknownKey), vec![kid.to_owned()]));
    }
}

#[test]
fn jw_6_an_unusable_kid_is_not_even_looked_up() {
    let too_long = format!(r#","kid":"{}""#, "k".repeat(129));
    let forms = [
        "",
        r#","kid":"""#,
        &too_long,
        r#","kid":null"#,
        r#","kid":7"#,
        r#","kid":["a"]"#,
        r#","kid":{"a":1}"#,
        r#","kid":"a\u0000b""#,
        r#","kid":"a\r\nSet-Cookie: b""#,
        r#","kid":"\u001b[2J""#,
    ];
    for form in forms {
        let token = signed(Alg::Es256, format!(r#"{{"alg":"ES256","typ":"{TYP}"{form}}}"#), PAYLOAD);
        let find = |_: &str| -> Option<VerifyingKey> { panic!("it must not be looked up") };
        assert_eq!(verify(&token, find, &[TYP]), Err(Refusal::BadKeyId), "{form}");
    }
}

#[test]
fn jw_6_a_key_of_another_name_counts_as_none() {
    let header = format!(r#"{{"alg":"ES256","kid":"other","typ":"{TYP}"}}"#);
    let token = signed(Alg::Es256, header, PAYLOAD);
    assert_eq!(verify(&token, |_| Some(&key(Alg::Es256).verifying), &[TYP]), Err(Refusal::UnknownKey));
}

#[test]
fn jw_11_a_der_signature_is_refused() {
    let text = format!("{}.{}", encode(header(Alg::Es256, "")), encode(PAYLOAD));
    for _ in 0..20 {
        assert_eq!(
            refused(&format!("{text}.{}", encode(der_signature(text.as_bytes())))),
            Refusal::BadSignature
        );
    }
}

#[test]
fn jw_11_a_zero_or_cut_signature_is_refused() {
    for alg in ALGS {
        let text = format!("{}.{}", encode(header(alg, "")), encode(PAYLOAD));
        let right = signature(alg, text.as_bytes());
        let (half, whole) = (right.len() / 2, right.len());
        let zeros = vec![0; whole];
        let wrong = [
            zeros.clone(),
            [&zeros[..half], &right[half..]].concat(),
            [&right[..half], &zeros[half..]].concat(),
            right[..whole - 1].to_vec(),
            right[1..].to_vec(),
            right[..half].to_vec(),
            [&right[..], &[0]].concat(),
            [&[0], &right[..]].concat(),
            [&right[..], &right[..]].concat(),
            vec![0],
            vec![0xFF; whole],
        ];
        for wrong in wrong {
            assert_eq!(refused(&format!("{text}.{}", encode(wrong))), Refusal::BadSignature);
        }
    }
}

#[test]
fn jw_11_a_high_s_is_accepted_as_the_rfc_does() {
    const ORDER: &str = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE"; // of P-256, SEC 2 §2.4.2
    let text = format!("{}.{}", encode(header(Alg::Es256, "")), encode(PAYLOAD));
    let mut both = signature(Alg::Es256, text.as_bytes());
    // The other solution: the order minus s, byte by byte from the end.
    let mut borrow = 0;
    for (s, n) in both[32..].iter_mut().rev().zip(decode(ORDER).iter().rev()) {
        let difference = i16::from(*n) - i16::from(*s) - borrow;
        borrow = i16::from(difference < 0);
        *s = difference.rem_euclid(256) as u8;
    }
    assert!(check(&format!("{text}.{}", encode(both))).is_ok());
}

#[test]
fn a_refusal_says_nothing_of_the_token() {
    let token = signed(Alg::Es256, header(Alg::Es256, ""), "planted-secret");
    let refusal = refused(&token);
    assert!(!format!("{refusal} {refusal:?}").contains("planted"));
}
