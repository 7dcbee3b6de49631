//! A compact JWS, as a verifier is given it.
//!
//! Promised: only what was signed is accepted, with its key's algorithm and kind, in its one text; of what was signed, only
//! one JSON object (JW-4, JW-5, JW-10).

use std::sync::{Arc, LazyLock};

use tenure_jose::{Alg, Signer, SigningKey, Verified, VerifyingKey, verify};

const TYP: &str = "at+jwt";
const PAYLOAD: &[u8] = br#"{"iss":"https://a.example","sub":"ann","exp":1900000000}"#;

struct Key {
    signer: Signer,
    public: VerifyingKey,
    good: String,
}

static KEYS: LazyLock<[Key; 3]> = LazyLock::new(|| {
    [Alg::Es256, Alg::EdDsa, Alg::Rs256].map(|alg| {
        let key = Arc::new(SigningKey::generate(alg).unwrap());
        let public = VerifyingKey::from_jwk(key.public()).unwrap();
        let signer = Signer::new(key, TYP);
        let good = signer.sign(PAYLOAD).unwrap();
        Key { signer, public, good }
    })
});

/// The first byte says what the rest is: a whole token, a payload to be signed, a header for a good payload, or what is to be
/// changed in a good token.
pub fn run(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    let key = &KEYS[usize::from(first / 4) % 2]; // RSA signs slowly, and is told apart from the others by nothing here.
    match first % 4 {
        0 => forged(&String::from_utf8_lossy(rest)),
        1 => signed(key, rest),
        2 => forged(&with_header(key, rest)),
        _ => forged(&changed(&KEYS[usize::from(first / 4) % 3], rest)),
    }
}

fn check(token: &str) -> Option<Verified> {
    let find = |kid: &str| KEYS.iter().map(|key| &key.public).find(|key| key.kid() == kid);
    verify(token, find, &[TYP]).ok()
}

fn forged(token: &str) {
    let ours = KEYS.iter().any(|key| key.good == token);
    assert_eq!(check(token).is_some(), ours, "accepted, and nobody signed it: {token}");
}

fn signed(key: &Key, payload: &[u8]) {
    let Ok(token) = key.signer.sign(payload) else { return };
    if let Some(verified) = check(&token) {
        let read: serde_json::Value = serde_json::from_slice(payload).unwrap();
        assert_eq!(Some(verified.payload()), read.as_object());
    }
}

fn with_header(key: &Key, header: &[u8]) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    // The real key's name may stand in it, so that a look-up finds something.
    let header = String::from_utf8_lossy(header).replace("{kid}", key.public.kid());
    let rest = key.good.split_once('.').unwrap().1;
    format!("{}.{rest}", Base64UrlUnpadded::encode_string(header.as_bytes()))
}

/// Each three bytes are a place and a character.
fn changed(key: &Key, changes: &[u8]) -> String {
    let mut token = key.good.clone().into_bytes();
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_be_bytes([change[0], change[1]])) % token.len();
        token[place] = change[2];
    }
    String::from_utf8_lossy(&token).into_owned()
}
