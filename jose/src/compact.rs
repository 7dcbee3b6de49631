//! The outer form of a token: three segments of base64url (RFC 7515 §7.1).

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::limits::MAX_TOKEN_BYTES;
use crate::refusal::Refusal;

/// A token taken apart. Nothing of it is to be believed yet.
pub(crate) struct Compact<'t> {
    /// The bytes that the signature is over: header and payload as they were sent.
    pub(crate) signing_input: &'t [u8],
    pub(crate) header: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'t> Compact<'t> {
    /// Takes a token apart.
    ///
    /// Each token has exactly one text that is accepted (JW-10): padding, other alphabets, white space, bits that the last
    /// character does not need, an empty segment, fewer or more than three segments are all refused. Otherwise one signed
    /// token could be written in many ways, and a list of refused tokens be walked around.
    pub(crate) fn parse(token: &'t str) -> Result<Self, Refusal> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::TooLarge);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = signing_input.split_once('.').ok_or(Refusal::Malformed)?;
        Ok(Compact {
            signing_input: signing_input.as_bytes(),
            header: segment(header)?,
            payload: segment(payload)?,
            signature: segment(signature)?,
        })
    }
}

/// A fourth segment shows here as a dot, which is no character of base64url.
fn segment(text: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| Refusal::Malformed)?;
    if bytes.is_empty() { Err(Refusal::Malformed) } else { Ok(bytes) }
}
