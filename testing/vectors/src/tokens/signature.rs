//! Whether the signature is good (rule 9).

use crate::case::Cases;
use crate::draft::Draft;
use crate::encoding::der_signature;
use crate::key::{EDDSA, ES256, Key, RS256, STRANGER};

const BAD: &str = "bad_signature";

pub(super) fn add(cases: &mut Cases) {
    let keys: [(&str, &'static Key); 3] = [("es256", &ES256), ("eddsa", &EDDSA), ("rs256", &RS256)];
    for (name, key) in keys {
        of_each(cases, name, &Draft::good(key));
    }
    es256(cases);
    eddsa(cases);
}

fn of_each(cases: &mut Cases, alg: &str, draft: &Draft) {
    let right = draft.signature();
    let (half, whole) = (right.len() / 2, right.len());
    let zeros = vec![0; whole];
    let flipped = |at: usize| {
        let mut bytes = right.clone();
        bytes[at] ^= 1;
        bytes
    };
    let other = draft.clone().claim_text("jti", "j-2").signature();
    let wrong = [
        ("zero", "Nothing but zeros: r = s = 0 (CVE-2022-21449).", zeros.clone()),
        ("first-half-zero", "r = 0.", [&zeros[..half], &right[half..]].concat()),
        ("second-half-zero", "s = 0.", [&right[..half], &zeros[half..]].concat()),
        ("all-ones", "Beyond the order and the modulus.", vec![0xFF; whole]),
        ("one-byte-less", "The last byte is missing.", right[..whole - 1].to_vec()),
        ("first-byte-missing", "The first byte is missing.", right[1..].to_vec()),
        ("half", "The second half is missing.", right[..half].to_vec()),
        ("a-zero-after", "One byte too long.", [&right[..], &[0]].concat()),
        ("a-zero-before", "One byte too long.", [&[0], &right[..]].concat()),
        ("twice", "Twice as long.", [&right[..], &right[..]].concat()),
        ("one-byte", "One byte.", vec![0]),
        ("first-bit", "A bit of the first byte was turned.", flipped(0)),
        ("last-bit", "A bit of the last byte was turned.", flipped(whole - 1)),
        ("of-another-token", "A good signature, over other claims.", other),
    ];
    for (name, why, signature) in wrong {
        cases.refused(BAD, format!("signature-{alg}-{name}"), why, draft.with_signature(signature));
    }
    let (token, promoted) = (draft.sign(), draft.clone().claim_text("sub", "admin").sign());
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (ours, theirs) = (parts(&token), parts(&promoted));
    let mixed = format!("{}.{}.{}", ours[0], theirs[1], ours[2]);
    cases.refused(BAD, format!("signature-{alg}-other-claims"), "The claims were exchanged.", mixed);
    let header = parts(&draft.clone().header_text("typ", "JWT").sign());
    let mixed = format!("{}.{}.{}", header[0], ours[1], ours[2]);
    cases.refused(BAD, format!("signature-{alg}-other-header"), "The header is signed, too.", mixed);
}

fn es256(cases: &mut Cases) {
    let draft = Draft::good(&ES256);
    let der = der_signature(&draft.signature());
    cases.refused(
        BAD,
        "signature-es256-der",
        "JWS has r and s side by side (RFC 7518 §3.4).",
        draft.with_signature(der),
    );
    let other = ES256.sign_with_the_other_s(draft.unsigned().as_bytes());
    let why = "Whoever has a token can write a second with n - s, which RFC 7518 accepts. It says nothing else, and is refused when the \
               first is: what is revoked is a `sid`, a `sub`, an app or a key, never a hash of the token.";
    cases.valid("signature-es256-the-other-s", why, draft.with_signature(other));
    let stranger = Draft::good(&STRANGER).header_text("kid", &ES256.jwk.kid);
    cases.refused(
        BAD,
        "signature-es256-of-a-stranger",
        "A stranger's signature under the name of the issuer's key.",
        stranger.sign(),
    );
    let mut beyond = draft.signature();
    // The order of P-256 (SEC 2 §2.4.2): r must be below it.
    const ORDER: [u8; 32] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC,
        0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];
    beyond[..32].copy_from_slice(&ORDER);
    cases.refused(
        BAD,
        "signature-es256-r-is-the-order",
        "r is n, which is zero to whoever reduces it.",
        draft.with_signature(&beyond),
    );
    beyond[32..].copy_from_slice(&ORDER);
    cases.refused(BAD, "signature-es256-both-are-the-order", "r = s = n.", draft.with_signature(&beyond));
}

fn eddsa(cases: &mut Cases) {
    let draft = Draft::good(&EDDSA);
    // The order of the group (RFC 8032 §5.1), little-endian: S must be below it, so that there is one signature.
    const ORDER: [u8; 32] = [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut other = draft.signature();
    let mut carry = 0;
    for (s, l) in other[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*s) + u16::from(l) + carry;
        (*s, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    let why = "S and the order: unlike ES256, Ed25519 has one signature only (RFC 8032 §5.1.7).";
    cases.refused(BAD, "signature-eddsa-the-other-s", why, draft.with_signature(other));
}
