//! What is signed here is accepted here, whatever the algorithm, and says what was signed.

mod common;

use common::{ALGS, PAYLOAD, TYP, check, decode, good, key};
use proptest::prelude::*;
use serde_json::Value;
use tenure_jose::limits::MAX_TOKEN_BYTES;
use tenure_jose::{Alg, Refusal, SignError, Signer, SigningKey, verify};

fn segment(token: &str, at: usize) -> Vec<u8> {
    decode(token.split('.').nth(at).expect("three segments"))
}

#[test]
fn each_algorithm_round_trips() {
    for alg in ALGS {
        let verified = check(&good(alg)).expect("it is good");
        assert_eq!(verified.kid(), key(alg).signing.kid());
        assert_eq!(serde_json::to_string(verified.payload()).expect("JSON").len(), PAYLOAD.len());
        assert_eq!(
            Value::from(verified.into_payload()),
            serde_json::from_str::<Value>(PAYLOAD).expect("JSON")
        );
    }
}

#[test]
fn jw_1_the_header_has_alg_kid_and_typ() {
    for alg in ALGS {
        let token = good(alg);
        let expected = format!(r#"{{"alg":"{alg}","kid":"{}","typ":"at+jwt"}}"#, key(alg).signing.kid());
        assert_eq!(String::from_utf8(segment(&token, 0)).expect("UTF-8"), expected);
        assert_eq!(segment(&token, 1), PAYLOAD.as_bytes());
        assert_eq!(segment(&token, 2).len(), if alg == Alg::Rs256 { 256 } else { 64 });
        assert_eq!(token.capacity(), token.len());
    }
}

#[test]
fn a_stored_key_is_the_same_key() {
    for alg in ALGS {
        let document = key(alg).signing.to_pkcs8().expect("it can be written");
        let again = SigningKey::from_pkcs8(alg, &document).expect("it can be read");
        assert_eq!(again.public(), key(alg).signing.public());
        let token = Signer::new(again.into(), TYP).sign(PAYLOAD.as_bytes()).expect("it is short");
        assert!(check(&token).is_ok());
    }
}

#[test]
fn jw_10_nothing_is_signed_that_verifiers_do_not_read() {
    let signer = Signer::new(key(Alg::EdDsa).signing.clone(), TYP);
    let payload = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes));
    let longest = (0..MAX_TOKEN_BYTES).rev().find_map(|n| signer.sign(payload(n).as_bytes()).ok());
    let longest = longest.expect("some are short enough");
    assert!((MAX_TOKEN_BYTES - 1..=MAX_TOKEN_BYTES).contains(&longest.len()));
    assert!(check(&longest).is_ok());
    assert_eq!(signer.sign(&[b'x'; MAX_TOKEN_BYTES]), Err(SignError::TooLarge));
}

#[test]
fn keys_may_be_shared_or_borrowed() {
    let token = good(Alg::Es256);
    let shared = std::sync::Arc::new(key(Alg::Es256).verifying.clone());
    assert!(verify(&token, |_| Some(shared.clone()), &[TYP]).is_ok());
    assert!(verify(&token, |_| Some(&*shared), &[TYP]).is_ok());
}

#[test]
fn signing_is_shared_between_threads() {
    let signer = Signer::new(key(Alg::Es256).signing.clone(), TYP);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let run = || (0..50).for_each(|_| assert!(check(&signer.sign(b"{}").expect("short")).is_ok()));
            scope.spawn(run);
        }
    });
}

proptest! {
    #[test]
    fn any_object_round_trips(members in prop::collection::btree_map(".{0,12}", any::<(i64, Option<String>)>(), 0..6)) {
        let payload = serde_json::to_vec(&members).expect("JSON");
        let token = Signer::new(key(Alg::EdDsa).signing.clone(), TYP).sign(&payload).expect("it is short");
        let verified = check(&token).expect("it is good");
        prop_assert_eq!(Value::from(verified.into_payload()), serde_json::to_value(&members).expect("JSON"));
    }

    #[test]
    fn jw_10_no_text_makes_it_panic(text in "[ -~\\PC]{0,200}") {
        prop_assert!(check(&text).is_err());
    }

    #[test]
    fn jw_10_no_three_segments_make_it_panic(a in any::<Vec<u8>>(), b in any::<Vec<u8>>(), c in any::<Vec<u8>>()) {
        let token = [a, b, c].map(common::encode).join(".");
        prop_assert!(matches!(check(&token), Err(Refusal::Malformed | Refusal::BadHeader)));
    }
}
