//! The text of a refresh token, an `Idempotency-Key` and the ids in addresses.
//!
//! Promised: only what was minted is accepted, each token has one text, and no text makes it panic (R9, P5).

use std::sync::LazyLock;

use tenure_core::digest::Salt;
use tenure_core::id::{AppId, ClientId, FamilyId, Kid, UserId};
use tenure_core::open::{Entropy, NewSession, Opening, open};
use tenure_core::policy::Policy;
use tenure_core::ring::{KeyRing, KeyState, SubKeys};
use tenure_core::settings::Settings;
use tenure_core::time::Timestamp;
use tenure_core::token::{AuthenticToken, IdempotencyKey, RefreshToken};
use zeroize::Zeroizing;

/// What tokens are tried under.
pub(crate) static RING: LazyLock<KeyRing> = LazyLock::new(|| {
    let key = |byte: u8| Zeroizing::new([byte; 32]);
    let keys = |kid: u8| SubKeys { tag: key(kid), store: key(kid ^ 0x40), next: key(kid ^ 0x80) };
    let kids = [(1, KeyState::Retired), (2, KeyState::Active), (3, KeyState::Verify)];
    KeyRing::new(kids.map(|(kid, state)| (Kid(kid), state, keys(kid)))).unwrap()
});

/// The one text that the ring accepts of all that are tried here.
static MINTED: LazyLock<String> = LazyLock::new(|| opened().1.reveal().to_string());

/// A session, and its first token.
pub(crate) fn opened() -> (Opening, RefreshToken) {
    let new = NewSession {
        app: AppId::parse("demo").unwrap(),
        user: UserId::parse("ann").unwrap(),
        client: ClientId::parse("demo").unwrap(),
        authenticated_at: Timestamp::from_secs(0),
        confirmation: None,
        device: None,
        claims: None,
    };
    let entropy =
        Entropy { family: [7; 12], secret: Zeroizing::new([9; 32]), salt: Salt::from_bytes([5; 16]) };
    let policy = Policy::of(1, &Settings::default());
    let opened = open(new, &[], &policy, &RING, Timestamp::from_secs(1), &entropy);
    opened.ok().unwrap()
}

/// Takes the input as a text, and as what is to be changed in a good token: each pair of bytes is a place and a character.
pub fn run(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        presented(text);
        ids(text);
    }
    let mut near_miss = MINTED.clone().into_bytes();
    for change in input.chunks_exact(2) {
        let place = usize::from(change[0]) % near_miss.len();
        near_miss[place] = change[1];
    }
    if let Ok(text) = String::from_utf8(near_miss) {
        presented(&text);
    }
    let _ = IdempotencyKey::parse(input);
}

fn presented(text: &str) {
    let accepted = AuthenticToken::authenticate(text, &RING);
    assert_eq!(accepted.is_ok(), text == *MINTED, "a text that nobody minted is accepted");
    if let Ok(token) = accepted {
        assert_eq!(AuthenticToken::alleged_kid(text), Some(token.kid()));
    }
}

fn ids(text: &str) {
    if let Some(id) = FamilyId::parse(text) {
        assert_eq!(id.to_string(), text, "a session has one name");
    }
    for name in [AppId::parse(text).map(|id| id.to_string()), UserId::parse(text).map(|id| id.to_string())] {
        assert!(name.is_err() || name.is_ok_and(|name| name == text));
    }
}
