//! Checking a token, from its text to a payload that can be believed to be the signer's.

use std::borrow::Borrow;

use crate::refusal::Refusal;
use crate::unverified::{Unverified, Verified};
use crate::verifying_key::VerifyingKey;

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
    let unverified = Unverified::parse(token)?;
    let key = find(unverified.kid()).ok_or(Refusal::UnknownKey)?;
    unverified.verify(key.borrow(), typ)
}
