//! The key ring's file.
//!
//! Promised: it is understood whole, or refused without repeating a key (R7); a ring that is accepted can be changed in two
//! phases.

use tenure_core::ring::KeyState;
use tenure_service::ring::{Ring, RingFile};

/// Takes TOML.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut file = match RingFile::parse(text) {
        Ok(file) => file,
        Err(error) => return says_no_secret(text, &error.to_string()),
    };
    match Ring::derive(&file) {
        Ok(ring) => one_is_active(&ring),
        Err(error) => return says_no_secret(text, &error.to_string()),
    }
    if let Ok(kid) = file.add(&[3; 32]) {
        file.activate(kid).unwrap();
        let changed = Ring::derive(&file).ok().unwrap();
        assert_eq!(changed.rules().active().0, kid);
        one_is_active(&changed);
    }
}

fn one_is_active(ring: &Ring) {
    let active = ring.rules().states().filter(|(_, state)| *state == KeyState::Active);
    assert_eq!(active.count(), 1);
}

/// A secret is 43 characters of base64url: no word of a refusal is that long and stands in the file.
fn says_no_secret(text: &str, said: &str) {
    let is_secret = |word: &&str| word.len() >= 43 && text.contains(*word);
    let mut words = said.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    assert_eq!(words.find(is_secret), None, "{said}");
}
