//! One change anywhere in a token, in its text or in its bytes, and it is refused.

mod common;

use common::{ALGS, check, good};
use tenure_jose::{Alg, Refusal};

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The token with another byte at this place, if that is still text.
fn with(token: &str, at: usize, byte: u8) -> Option<String> {
    let mut bytes = token.as_bytes().to_vec();
    bytes[at] = byte;
    String::from_utf8(bytes).ok().filter(|changed| changed != token)
}

#[test]
fn jw_10_every_flipped_bit_is_refused() {
    for alg in ALGS {
        let token = good(alg);
        for (at, bit) in (0..token.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let Some(changed) = with(&token, at, token.as_bytes()[at] ^ (1 << bit)) else { continue };
            assert!(check(&changed).is_err(), "{alg}: bit {bit} of byte {at}");
        }
    }
}

#[test]
fn jw_10_every_other_character_is_refused() {
    let token = good(Alg::EdDsa);
    for (at, byte) in (0..token.len()).flat_map(|at| (1..0x80).map(move |byte| (at, byte))) {
        let Some(changed) = with(&token, at, byte) else { continue };
        let refusal = check(&changed).expect_err("it must be refused");
        let known = ALPHABET.contains(&byte) || byte == b'.';
        assert!(known || refusal == Refusal::Malformed, "{byte:#x} at {at}: {refusal}");
    }
}

#[test]
fn jw_10_each_token_has_one_text() {
    for alg in ALGS {
        let token = good(alg);
        let ends: Vec<usize> = token.match_indices('.').map(|(at, _)| at).chain([token.len()]).collect();
        for end in ends {
            // Bits that the last character does not need; then padding and white space.
            let last = token.as_bytes()[end - 1];
            for byte in ALPHABET.iter().filter(|byte| **byte != last) {
                let changed = with(&token, end - 1, *byte).expect("another character");
                assert!(check(&changed).is_err(), "{alg}: {byte:#x} before {end}");
            }
            for more in ["=", "==", "===", "A", "AA", "AAAA", " ", "\n", "\r\n", "\t", "\0", "%3D", "é"] {
                let changed = format!("{}{more}{}", &token[..end], &token[end..]);
                assert!(check(&changed).is_err(), "{alg}: {more:?} at {end}");
            }
        }
        for around in
            [format!(" {token}"), format!("{token} "), format!("Bearer {token}"), format!("\"{token}\"")]
        {
            assert_eq!(check(&around), Err(Refusal::Malformed));
        }
        let other_alphabet = token.replace('-', "+").replace('_', "/");
        assert!(other_alphabet == token || check(&other_alphabet) == Err(Refusal::Malformed));
    }
}

#[test]
fn jw_10_every_cut_and_every_omission_is_refused() {
    for alg in ALGS {
        let token = good(alg);
        for at in 0..token.len() {
            assert!(check(&token[..at]).is_err(), "{alg}: cut at {at}");
            assert!(check(&token[at + 1..]).is_err(), "{alg}: begun after {at}");
            let without = format!("{}{}", &token[..at], &token[at + 1..]);
            assert!(check(&without).is_err(), "{alg}: without {at}");
        }
    }
}

#[test]
fn jw_4_parts_of_two_tokens_make_no_third() {
    let tokens: Vec<String> = ALGS.into_iter().map(good).collect();
    let parts: Vec<Vec<&str>> = tokens.iter().map(|token| token.split('.').collect()).collect();
    for (h, p, s) in (0..27).map(|n| (n / 9, n / 3 % 3, n % 3)) {
        let mixed = format!("{}.{}.{}", parts[h][0], parts[p][1], parts[s][2]);
        // The payloads are the same, so that only header and signature must belong together.
        let expected = if h == s { None } else { Some(Refusal::BadSignature) };
        assert_eq!(check(&mixed).err(), expected);
    }
}
