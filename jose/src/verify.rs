//! Checking a token, from its text to a payload that can be believed to be the signer's.

use std::borrow::Borrow;

use serde_json::{Map, Value};

use crate::compact::Compact;
use crate::header::Header;
use crate::json;
use crate::refusal::Refusal;
use crate::verifying_key::VerifyingKey;

/// A payload whose signature was checked. There is no other way to make one than [`verify`].
///
/// It proves who signed what, and nothing more: issuer, audience and times are claims like others, and still to be checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    kid: String,
    payload: Map<String, Value>,
}

impl Verified {
    /// The key that signed it.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The payload's members, each of which it had once.
    pub fn payload(&self) -> &Map<String, Value> {
        &self.payload
    }

    /// The payload's members, to keep.
    pub fn into_payload(self) -> Map<String, Value> {
        self.payload
    }
}

/// Checks a compact JWS (RFC 7515 §5.2) that names its key, and reads its payload.
///
/// Guaranteed: the payload was signed, as it stands, by the key that `find` gives for the header's `kid`, with that key's
/// algorithm, as a token of one of the kinds in `typ`. The algorithm is the key's and never the token's choice (JW-4); no key
/// and no address of one is taken from the token (JW-5).
///
/// Refused: see [`Refusal`], in the order of its variants. `find` is called at most once, with 1 to
/// [`crate::limits::MAX_KID_BYTES`] bytes that the sender chose (JW-6) and no control character; a key of another `kid` than
/// asked for counts as none. Nothing is fetched, no clock is read.
///
/// Costs one check of a signature and a few microseconds; whatever the sender does before that, it is bounded by
/// [`crate::limits::MAX_TOKEN_BYTES`].
pub fn verify<K: Borrow<VerifyingKey>>(
    token: &str,
    find: impl FnOnce(&str) -> Option<K>,
    typ: &[&str],
) -> Result<Verified, Refusal> {
    let compact = Compact::parse(token)?;
    let header = Header::parse(&compact.header)?;
    let found = find(&header.kid).ok_or(Refusal::UnknownKey)?;
    let key: &VerifyingKey = found.borrow();
    if key.kid() != header.kid {
        return Err(Refusal::UnknownKey);
    }
    if !header.says(key.alg()) {
        return Err(Refusal::WrongAlgorithm);
    }
    if !header.is_of(typ) {
        return Err(Refusal::WrongType);
    }
    key.verify_signature(compact.signing_input, &compact.signature)?;
    let payload = json::object(&compact.payload).map_err(|_| Refusal::BadPayload)?;
    Ok(Verified { kid: header.kid, payload })
}
