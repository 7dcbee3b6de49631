//! The encodings in which tokens and keys are written.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};

/// Base64url without padding (RFC 7515 §2).
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

/// A DER document as PEM (RFC 7468), as OpenSSL writes it.
pub(crate) fn pem(label: &str, document: &[u8]) -> String {
    let text = Base64::encode_string(document);
    let mut lines = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        lines.extend(line.iter().map(|byte| char::from(*byte)));
        lines.push('\n');
    }
    lines + &format!("-----END {label}-----\n")
}

/// `r || s` in the DER form that JWS does not use (RFC 3279 §2.2.3).
pub(crate) fn der_signature(fixed: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let mut digits = number.get(zeros..).unwrap_or_default().to_vec();
        if digits.first().is_none_or(|first| first & 0x80 != 0) {
            digits.insert(0, 0);
        }
        [&[0x02, digits.len() as u8], &digits[..]].concat()
    };
    let both = [integer(&fixed[..32]), integer(&fixed[32..])].concat();
    [&[0x30, both.len() as u8], &both[..]].concat()
}
