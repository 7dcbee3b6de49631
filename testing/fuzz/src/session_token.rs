//! The text of a session token.
//!
//! Promised: only what was made is accepted, each token has one text, and no text makes it panic (R9, P5).

use std::sync::LazyLock;

use tenure_core::exchange::exchange;
use tenure_core::policy::Policy;
use tenure_core::session_token::SessionToken;
use tenure_core::settings::Settings;
use tenure_core::time::Timestamp;

use crate::refresh_token::{RING, opened};

/// The one text that the ring accepts of all that are tried here.
static MADE: LazyLock<String> = LazyLock::new(|| {
    let (opening, _) = opened();
    let policy = Policy::of(1, &Settings::default());
    let made = exchange(&opening.family, &policy, &RING, Timestamp::from_secs(2), &[3; 32]);
    made.ok().unwrap().1.reveal().to_string()
});

/// Takes the input as a text, and as what is to be changed in a good token: each pair of bytes is a place and a character.
pub fn run(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        presented(text);
    }
    let mut near_miss = MADE.clone().into_bytes();
    for change in input.chunks_exact(2) {
        let place = usize::from(change[0]) % near_miss.len();
        near_miss[place] = change[1];
    }
    if let Ok(text) = String::from_utf8(near_miss) {
        presented(&text);
    }
}

fn presented(text: &str) {
    let accepted = SessionToken::authenticate(text, &RING);
    assert_eq!(accepted.is_ok(), text == *MADE, "a text that nobody made is accepted");
    if let Ok(token) = accepted {
        assert_eq!(SessionToken::alleged_kid(text), Some(token.kid()));
        assert_eq!(*token.reveal(), text);
    }
}
