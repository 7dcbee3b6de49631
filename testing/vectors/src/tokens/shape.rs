//! The outer form: size, parts, base64url (rules 2 and 3).

use crate::case::Cases;
use crate::draft::{Draft, sign_text};
use crate::encoding::base64url;
use crate::key::ES256;

const MALFORMED: &str = "malformed_token";

/// 8 KiB.
const MAX_TOKEN_BYTES: usize = 8192;

pub(super) fn add(cases: &mut Cases) {
    sizes(cases);
    parts(cases);
    alphabet(cases);
}

fn sizes(cases: &mut Cases) {
    for (name, bytes) in [("one-byte-less-than-8-kib", MAX_TOKEN_BYTES - 1), ("8-kib", MAX_TOKEN_BYTES)] {
        cases.valid(format!("size-{name}"), "A token may have 8 KiB.", of_size(bytes));
    }
    let over = of_size(MAX_TOKEN_BYTES + 1);
    cases.refused(
        "too_large",
        "size-one-byte-more-than-8-kib",
        "A good token that is one byte too long.",
        over,
    );
    let why = "The size is looked at before anything else: this is no token at all.";
    cases.refused("too_large", "size-16-kib-of-nothing", why, "a".repeat(16 * 1024));
    let why = "A limit in bytes: fewer characters than that, and still too many.";
    cases.refused("too_large", "size-in-bytes-not-characters", why, "☃".repeat(2731));
}

/// A good token of exactly this many bytes, brought there by a claim and a member of the header.
fn of_size(bytes: usize) -> String {
    let padded = |header: usize, claims: usize| {
        let draft = Draft::good(&ES256).header_text("pad", &"h".repeat(header));
        draft.claim_text("pad", &"c".repeat(claims))
    };
    let signature = base64url([0; 64]).len() + 1;
    let length = |draft: &Draft| draft.unsigned().len() + signature;
    let most = bytes.saturating_sub(length(&padded(0, 0))) * 3 / 4;
    let near = (0..4).flat_map(|header| (most.saturating_sub(8)..=most).map(move |claims| (header, claims)));
    let fitting = near.map(|(header, claims)| padded(header, claims)).find(|draft| length(draft) == bytes);
    fitting.expect("one of these has the length").sign()
}

fn parts(cases: &mut Cases) {
    let token = Draft::good(&ES256).sign();
    let (unsigned, signature) = token.rsplit_once('.').expect("three parts");
    let (header, claims) = unsigned.split_once('.').expect("three parts");
    let wrong = [
        ("one-part", "A text without a dot.", header.to_owned()),
        ("two-parts", "A signature that is not there.", unsigned.to_owned()),
        ("four-parts", "A part too many.", format!("{token}.{signature}")),
        (
            "five-parts",
            "What is encrypted has five parts (RFC 7516): no such token is read.",
            format!("{token}.AAAA.AAAA"),
        ),
        ("empty-header", "An empty header.", format!(".{claims}.{signature}")),
        (
            "empty-claims",
            "Empty claims, as where they travel beside the token (RFC 7515 appendix F).",
            format!("{header}..{signature}"),
        ),
        ("empty-signature", "An empty signature.", format!("{unsigned}.")),
        ("only-dots", "Nothing but dots.", "..".into()),
        ("leading-dot", "A dot before it.", format!(".{token}")),
        ("trailing-dot", "A dot after it.", format!("{token}.")),
        ("opaque-token", "A text of another kind.", "ts1_0123456789abcdefghijklmnopqrstuvwxyz".into()),
    ];
    for (name, why, token) in wrong {
        cases.refused(MALFORMED, format!("parts-{name}"), why, token);
    }
}

fn alphabet(cases: &mut Cases) {
    // Claims of a length that leaves bits over, and a character of each alphabet's own.
    let draft =
        (0..3).map(|pad| Draft::good(&ES256).claim_text("pad", &format!("{}>>>???", "p".repeat(pad))));
    let draft = draft.into_iter().find(|draft| draft.claims_json().len() % 3 == 1).expect("one of three");
    let (header, claims) = (base64url(draft.header_json()), base64url(draft.claims_json()));
    let signature = base64url(draft.signature());
    assert!(claims.contains('_'), "the claims hold a character that base64 spells differently");

    let resigned = |header: &str, claims: &str| sign_text(&ES256, &format!("{header}.{claims}"));
    let base64 = |text: &str| text.replace('-', "+").replace('_', "/");
    let wrong = [
        (
            "trailing-bits-in-the-claims",
            "The last character says more than it must; signed as it stands.",
            resigned(&header, &next_last(&claims)),
        ),
        (
            "trailing-bits-in-the-signature",
            "The same signature, written otherwise.",
            format!("{header}.{claims}.{}", next_last(&signature)),
        ),
        ("padding-in-the-claims", "Padding, signed as it stands.", resigned(&header, &format!("{claims}=="))),
        (
            "padding-in-the-signature",
            "Padding after the signature.",
            format!("{header}.{claims}.{signature}=="),
        ),
        (
            "standard-alphabet",
            "`+` and `/` instead of `-` and `_`, signed as it stands.",
            resigned(&header, &base64(&claims)),
        ),
        (
            "a-lone-character",
            "A part of 4n + 1 characters is no base64.",
            format!("{header}.{claims}.{}", &signature[..85]),
        ),
        ("a-space-before", "White space around it.", format!(" {header}.{claims}.{signature}")),
        ("a-newline-after", "White space around it.", format!("{header}.{claims}.{signature}\n")),
        (
            "a-newline-within",
            "A line that was broken.",
            format!("{header}.{claims}.{}\n{}", &signature[..40], &signature[40..]),
        ),
        (
            "a-nul-within",
            "A byte of zero.",
            format!("{header}.{claims}.{}\0{}", &signature[..40], &signature[40..]),
        ),
        (
            "not-ascii",
            "A letter outside of ASCII that looks like one.",
            format!("{header}.{claims}.{}", signature.replacen(|c: char| c.is_ascii_alphabetic(), "а", 1)),
        ),
        ("percent-encoding", "A dot that was percent-encoded.", format!("{header}%2E{claims}.{signature}")),
    ];
    for (name, why, token) in wrong {
        cases.refused(MALFORMED, format!("base64url-{name}"), why, token);
    }
    let bits = Draft::good(&ES256).header_text("pad", "");
    let bits = (0..3).map(|pad| bits.clone().header_text("pad", &"p".repeat(pad)));
    let bits = bits.into_iter().find(|draft| draft.header_json().len() % 3 == 1).expect("one of three");
    let token = resigned(&next_last(&base64url(bits.header_json())), &base64url(bits.claims_json()));
    cases.refused(
        MALFORMED,
        "base64url-trailing-bits-in-the-header",
        "The header, written otherwise and signed so.",
        token,
    );
}

/// The text with the unused low bits of its last character set: decoders that do not mind read the same bytes.
fn next_last(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = text.split_at(text.len() - 1);
    let at = ALPHABET.iter().position(|byte| last.as_bytes() == [*byte]).expect("base64url");
    format!("{rest}{}", char::from(ALPHABET[at | 1]))
}
