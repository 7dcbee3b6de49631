//! A token that was taken apart and read, before and after its signature is checked.

use serde_json::{Map, Value};

use crate::compact::Compact;
use crate::header::Header;
use crate::json;
use crate::refusal::Refusal;
use crate::verifying_key::VerifyingKey;

/// A token of the right form whose signature was not checked.
///
/// For whoever must look for the key in between, which may take a while. It gives away what that takes and nothing else: the
/// payload comes out of [`Unverified::verify`] alone.
pub struct Unverified<'t> {
    compact: Compact<'t>,
    header: Header,
    payload: Map<String, Value>,
}

impl<'t> Unverified<'t> {
    /// Takes a token apart, once for all that follows.
    ///
    /// Refused: see [`Refusal`], up to and with [`Refusal::UnsupportedHeader`]. Costs a few microseconds, bounded by
    /// [`crate::limits::MAX_TOKEN_BYTES`].
    pub fn parse(token: &'t str) -> Result<Self, Refusal> {
        let compact = Compact::parse(token)?;
        let header = json::object(&compact.header).map_err(|_| Refusal::BadHeader)?;
        let payload = json::object(&compact.payload).map_err(|_| Refusal::BadPayload)?;
        Ok(Unverified { header: Header::of(header)?, compact, payload })
    }

    /// The key that it names: 1 to [`crate::limits::MAX_KID_BYTES`] bytes of the sender's choice, without control characters.
    pub fn kid(&self) -> &str {
        &self.header.kid
    }

    /// Whether the payload says that this issuer issued it, exactly: what must be known before an issuer's keys are asked for.
    pub fn says_issuer(&self, issuer: &str) -> bool {
        self.payload.get("iss").and_then(Value::as_str) == Some(issuer)
    }

    /// Checks it against the key that it names.
    ///
    /// Guaranteed: as for [`crate::verify`]. Refused: a key of another `kid`, and what comes after that in [`Refusal`]. Costs
    /// little more than the bare check of the signature.
    pub fn verify(self, key: &VerifyingKey, typ: &[&str]) -> Result<Verified, Refusal> {
        let Self { compact, header, payload } = self;
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
        Ok(Verified { kid: header.kid, payload })
    }
}

/// A payload whose signature was checked. There is no other way to make one than [`Unverified::verify`], which
/// [`crate::verify`] is made of.
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
