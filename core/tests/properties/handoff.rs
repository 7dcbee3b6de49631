//! The one-time code: what it is, what it stands for, and that nothing else is one.

use std::collections::HashSet;
use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use tenure_core::handoff::{HandoffCode, TEXT_BYTES};
use tenure_core::id::{AppId, ClientId, Kid, Seq, UserId};
use tenure_core::open::{Entropy, NewSession, Opening, open, open_for_handoff};
use tenure_core::ring::{KeyRing, KeyState};
use tenure_core::token::{AuthenticToken, RefreshToken};
use zeroize::Zeroizing;

use crate::common::{START, ring, ring_of, salt, strict};

fn new_session() -> NewSession {
    NewSession {
        app: AppId::parse("app").expect("an app id"),
        user: UserId::parse("user").expect("a user id"),
        client: ClientId::parse("client").expect("a client id"),
        authenticated_at: START,
        confirmation: None,
        device: Some(Arc::from("a device")),
        claims: None,
    }
}

fn entropy() -> Entropy {
    Entropy { family: [7; 12], secret: Zeroizing::new([9; 32]), salt: salt(0) }
}

fn opened(ring: &KeyRing) -> (Opening, RefreshToken, String) {
    let opened = open_for_handoff(new_session(), &[], &strict(), ring, START, &entropy());
    let Ok((opening, token, code)) = opened else { panic!("no limit is set") };
    (opening, token, code.reveal().to_string())
}

fn is_code(text: &str, ring: &KeyRing) -> bool {
    HandoffCode::redeem(text, ring).is_ok()
}

#[test]
fn a_code_stands_for_the_first_token_of_its_session() {
    let ring = ring();
    let (opening, token, code) = opened(&ring);
    let redeemed = HandoffCode::redeem(&code, &ring).expect("a code of this ring");
    assert_eq!((redeemed.family(), redeemed.seq()), (opening.family.id, Seq::FIRST));
    assert!(redeemed.digest() == token.digest() && opening.family.is_current(&redeemed));
    assert_eq!(code.len(), TEXT_BYTES);
    assert_eq!(HandoffCode::alleged_kid(&code), Some(Kid(1)));
}

#[test]
fn a_session_for_a_handoff_is_like_any_other_save_for_its_first_token() {
    let ring = ring();
    let Ok((plain, _)) = open(new_session(), &[], &strict(), &ring, START, &entropy()) else { panic!() };
    let (mut handed_over, ..) = opened(&ring);
    assert!(handed_over.family.head.current != plain.family.head.current);
    handed_over.family.head.current = plain.family.head.current;
    assert_eq!(handed_over.family, plain.family);
}

#[test]
fn a_code_is_no_token_and_a_token_is_no_code() {
    let ring = ring();
    let (_, token, code) = opened(&ring);
    let token = token.reveal().to_string();
    let renamed = |text: &str, prefix: &str| format!("{prefix}{}", &text[4..]);
    for text in [&code, &renamed(&code, "tr1_")] {
        assert!(AuthenticToken::authenticate(text, &ring).is_err());
    }
    for text in [&token, &renamed(&token, "th1_"), &renamed(&code, "TH1_")] {
        assert!(!is_code(text, &ring));
    }
    let secret = Base64UrlUnpadded::decode_vec(&code[4..]).expect("base64url")[17..49].to_vec();
    let in_token = Base64UrlUnpadded::decode_vec(&token[4..]).expect("base64url")[21..53].to_vec();
    assert_ne!(secret, in_token, "the token does not show the code's secret");
}

#[test]
fn rt_12_no_byte_and_no_character_of_a_code_can_be_changed() {
    let ring = ring();
    let (.., code) = opened(&ring);
    let bytes = Base64UrlUnpadded::decode_vec(&code[4..]).expect("base64url");
    assert_eq!(bytes.len(), 65);
    for place in 0..bytes.len() {
        for other in 1..=255 {
            let mut forged = bytes.clone();
            forged[place] ^= other;
            let forged = format!("th1_{}", Base64UrlUnpadded::encode_string(&forged));
            assert!(!is_code(&forged, &ring), "byte {place} xor {other}");
        }
    }
    for place in 0..code.len() {
        for other in (0..=127u8).filter(|other| *other != code.as_bytes()[place]) {
            let mut forged = code.clone().into_bytes();
            forged[place] = other;
            assert!(!is_code(&String::from_utf8(forged).expect("ASCII"), &ring), "character {place}");
        }
    }
    for forged in
        ["", "th1_", &code[..TEXT_BYTES - 1], &format!("{code}A"), &format!("{code}="), &format!(" {code}")]
    {
        assert!(!is_code(forged, &ring));
    }
}

#[test]
fn a_code_is_of_one_ring_and_is_known_after_a_change_of_keys() {
    let (.., code) = opened(&ring());
    let both = ring_of(&[(1, KeyState::Verify), (2, KeyState::Active)]);
    assert!(is_code(&code, &both));
    assert!(!is_code(&code, &ring_of(&[(2, KeyState::Active)])), "an unknown key");
    let (_, first, _) = opened(&ring());
    let (_, second, _) = opened(&both);
    let digests: HashSet<_> = [first, second].map(|token| *token.digest().as_bytes()).into();
    assert_eq!(digests.len(), 2, "another key, another token");
}
