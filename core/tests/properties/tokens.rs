//! Only what was minted here is read as a token, and reading never panics.

use base64ct::{Base64UrlUnpadded, Encoding};
use proptest::collection::vec;
use proptest::prelude::*;
use tenure_core::id::Kid;
use tenure_core::ring::{InvalidRing, KeyRing, KeyState, SubKeys};
use tenure_core::token::{AuthenticToken, IdempotencyKey, TEXT_BYTES};
use zeroize::Zeroizing;

use crate::common::{held, ring, ring_of, session, strict};
use crate::runner::check;

fn minted(ring: &KeyRing) -> String {
    session(ring, &strict(), None).1.reveal().to_string()
}

fn is_token(text: &str, ring: &KeyRing) -> bool {
    AuthenticToken::authenticate(text, ring).is_ok()
}

#[test]
fn rt_12_no_byte_of_a_token_can_be_changed() {
    let ring = ring();
    let text = minted(&ring);
    assert!(is_token(&text, &ring));
    let bytes = Base64UrlUnpadded::decode_vec(&text[4..]).expect("base64url");
    assert_eq!(bytes.len(), 69);
    for place in 0..bytes.len() {
        for other in 1..=255 {
            let mut forged = bytes.clone();
            forged[place] ^= other;
            let forged = format!("tr1_{}", Base64UrlUnpadded::encode_string(&forged));
            assert!(!is_token(&forged, &ring), "byte {place} xor {other}");
        }
    }
}

#[test]
fn rt_12_no_character_of_a_token_can_be_changed() {
    let ring = ring();
    let text = minted(&ring);
    for place in 0..text.len() {
        for other in (0..=127u8).filter(|other| *other != text.as_bytes()[place]) {
            let mut forged = text.clone().into_bytes();
            forged[place] = other;
            let forged = String::from_utf8(forged).expect("ASCII");
            assert!(!is_token(&forged, &ring), "character {place}");
        }
    }
}

#[test]
fn rt_12_nothing_can_be_added_left_out_or_repeated() {
    let ring = ring();
    let text = minted(&ring);
    let edit = (0..=TEXT_BYTES, 0..=TEXT_BYTES, ".{0,5}");
    check("rt_12, edits", 4_000, edit, |(from, to, insert)| {
        let (from, to) = (from.min(to), from.max(to));
        let (start, cut, end) = (&text[..from], &text[from..to], &text[to..]);
        for forged in [format!("{start}{insert}{end}"), format!("{start}{cut}{cut}{end}")] {
            prop_assert!(forged == text || !is_token(&forged, &ring));
        }
        Ok(())
    });
    for forged in [format!(" {text}"), format!("{text}\n"), format!("{text}="), text.replace("tr1_", "TR1_")]
    {
        assert!(!is_token(&forged, &ring));
    }
}

#[test]
fn p5_no_text_without_a_tag_is_a_token_and_reading_never_panics() {
    let ring = ring();
    let texts = prop_oneof![
        any::<String>(),
        vec(any::<u8>(), 0..200).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        vec(any::<u8>(), 69).prop_map(|bytes| format!("tr1_{}", Base64UrlUnpadded::encode_string(&bytes))),
        vec(any::<u8>(), 68).prop_map(|mut bytes| {
            bytes.insert(0, 1); // the kid that the ring has
            format!("tr1_{}", Base64UrlUnpadded::encode_string(&bytes))
        }),
        "tr1_[A-Za-z0-9_-]{92}",
        "tr1_\\PC{0,92}",
    ];
    check("p5", 10_000, texts, |text| {
        prop_assert!(!is_token(&text, &ring));
        let _ = AuthenticToken::alleged_kid(&text);
        Ok(())
    });
}

#[test]
fn a_token_is_read_only_by_a_ring_that_has_its_key() {
    let ring = ring();
    let text = minted(&ring);
    assert!(!is_token(&text, &ring_of(&[(2, KeyState::Active)])), "another kid");
    let other = || Zeroizing::new([0xEE; 32]);
    let same_kid = SubKeys { tag: other(), store: other(), next: other() };
    let impostor = KeyRing::new([(Kid(1), KeyState::Active, same_kid)]).expect("a ring");
    assert!(!is_token(&text, &impostor), "the same kid, another key");
    for state in [KeyState::Verify, KeyState::Retired] {
        assert!(
            is_token(&text, &ring_of(&[(1, state), (2, KeyState::Active)])),
            "recognised while {state:?}"
        );
    }
    assert_eq!(AuthenticToken::alleged_kid(&text), Some(Kid(1)));
}

#[test]
fn a_ring_has_exactly_one_active_key_and_each_kid_once() {
    let sub = || {
        let key = || Zeroizing::new([3; 32]);
        SubKeys { tag: key(), store: key(), next: key() }
    };
    let ring = |keys: &[(u8, KeyState)]| {
        KeyRing::new(keys.iter().map(|(kid, state)| (Kid(*kid), *state, sub()))).err()
    };
    assert_eq!(ring(&[]), Some(InvalidRing::ActiveKeys(0)));
    assert_eq!(ring(&[(1, KeyState::Verify)]), Some(InvalidRing::ActiveKeys(0)));
    assert_eq!(ring(&[(1, KeyState::Active), (2, KeyState::Active)]), Some(InvalidRing::ActiveKeys(2)));
    let twice = [(1, KeyState::Active), (1, KeyState::Retired)];
    assert_eq!(ring(&twice), Some(InvalidRing::Duplicate(Kid(1))));
}

#[test]
fn an_attempt_is_one_token_with_one_key() {
    let ring = ring();
    let (_, first) = session(&ring, &strict(), None);
    let first = held(&first, &ring);
    let key = |text: &str| IdempotencyKey::parse(text.as_bytes()).expect("a key");
    let attempt = |text| first.attempt(&key(text), &ring);
    assert!(attempt("0123456789abcdef").is_some());
    assert!(attempt("0123456789abcdef") == attempt("0123456789abcdef"));
    assert!(attempt("0123456789abcdef") != attempt("0123456789abcdeF"));
    assert!(attempt("0123456789abcdef") != attempt("0123456789abcdef0"));
}

#[test]
fn an_idempotency_key_is_16_to_255_visible_characters() {
    for (text, fits) in [
        ("x".repeat(15), false),
        ("x".repeat(16), true),
        ("x".repeat(255), true),
        ("x".repeat(256), false),
        (format!("{} ", "x".repeat(16)), false),
        (format!("{}\u{7f}", "x".repeat(16)), false),
        ("é".repeat(16), false),
        (String::new(), false),
    ] {
        assert_eq!(IdempotencyKey::parse(text.as_bytes()).is_some(), fits, "{text:?}");
    }
}
