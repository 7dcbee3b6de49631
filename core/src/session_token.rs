//! The opaque token of a session, for those who want nothing of it to be readable: its text, and the tag that is checked before anything else.
//!
//! ```text
//! body   = kid[1] ‖ family[16] ‖ made[4, Unix seconds, big endian] ‖ secret[32]
//! tag    = HMAC-SHA-256(K_tag[kid],   "session-tag/1"   ‖ body)[..16]
//! token  = "ts1_" ‖ base64url(body ‖ tag)
//! digest = HMAC-SHA-256(K_store[kid], "session-store/1" ‖ body ‖ tag)[..16]
//! ```
//!
//! It does not rotate: whoever holds it may use it as long as its session lives and no other has taken its place.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::Mac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::digest::Digest;
use crate::id::{FamilyId, Kid};
use crate::ring::{KeyRing, RingKey, first16};
use crate::time::Timestamp;
use crate::token::NotOurs;

/// What every session token begins with.
pub const PREFIX: &str = "ts1_";
const BODY: usize = 53;
const BYTES: usize = BODY + 16;
/// The length of a session token's text, in bytes.
pub const TEXT_BYTES: usize = PREFIX.len() + BYTES / 3 * 4;

/// A session token that was made here, or presented with a valid tag: holding one proves that. Whether it still means
/// anything is for [`crate::exchange::judge`]. Has no `Debug`: it is secret.
pub struct SessionToken {
    bytes: Zeroizing<[u8; BYTES]>,
    digest: Digest,
}

/// What a session's row keeps of its session token. Opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The second in which it was made; the token says so, too.
    pub made_in_second: u32,
    /// Its HMAC.
    pub digest: Digest,
}

impl SessionToken {
    /// The token of the session `family`, made under `key`.
    pub(crate) fn mint(
        (kid, key): (Kid, &RingKey),
        family: FamilyId,
        made_in_second: u32,
        secret: &[u8; 32],
    ) -> Self {
        let mut bytes = Zeroizing::new([0; BYTES]);
        bytes[0] = kid.0;
        bytes[1..17].copy_from_slice(family.as_bytes());
        bytes[17..21].copy_from_slice(&made_in_second.to_be_bytes());
        bytes[21..BODY].copy_from_slice(secret);
        let tag = tag(key, &bytes);
        bytes[BODY..].copy_from_slice(&tag);
        let digest = digest(key, &bytes);
        Self { bytes, digest }
    }

    /// Reads `text` and checks its tag against the ring. Costs one decoding and at most two HMACs, touches nothing else.
    ///
    /// Refuses, without saying which, what is not exactly `ts1_` and 92 characters of canonical base64url, names a key
    /// that the ring does not hold, or carries a tag that this key did not make (compared in constant time).
    pub fn authenticate(text: &str, ring: &KeyRing) -> Result<Self, NotOurs> {
        let bytes = decode(text).ok_or(NotOurs)?;
        let key = ring.get(Kid(bytes[0])).ok_or(NotOurs)?;
        if !bool::from(tag(key, &bytes).ct_eq(&bytes[BODY..])) {
            return Err(NotOurs);
        }
        let digest = digest(key, &bytes);
        Ok(Self { bytes, digest })
    }

    /// The kid that an alleged token names, whether or not its tag is valid: for looking at the ring once more.
    pub fn alleged_kid(text: &str) -> Option<Kid> {
        decode(text).map(|bytes| Kid(bytes[0]))
    }

    /// The text that the application keeps. The one place where the secret leaves this type.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(TEXT_BYTES));
        text.push_str(PREFIX);
        text.push_str(&Zeroizing::new(Base64UrlUnpadded::encode_string(&*self.bytes)));
        text
    }

    /// The key it was made under.
    pub fn kid(&self) -> Kid {
        Kid(self.bytes[0])
    }

    /// The session it stands for.
    pub fn family(&self) -> FamilyId {
        let mut family = [0; 16];
        family.copy_from_slice(&self.bytes[1..17]);
        FamilyId::from_bytes(family)
    }

    /// When it was made, to the second.
    pub fn made_at(&self) -> Timestamp {
        Timestamp::from_secs(i64::from(self.kept().made_in_second))
    }

    /// What the store may know of it.
    pub fn kept(&self) -> Kept {
        let [a, b, c, d] = [self.bytes[17], self.bytes[18], self.bytes[19], self.bytes[20]];
        Kept { made_in_second: u32::from_be_bytes([a, b, c, d]), digest: self.digest }
    }
}

fn decode(text: &str) -> Option<Zeroizing<[u8; BYTES]>> {
    let encoded = text.strip_prefix(PREFIX).filter(|_| text.len() == TEXT_BYTES)?;
    let mut bytes = Zeroizing::new([0; BYTES]);
    Base64UrlUnpadded::decode(encoded, &mut *bytes).ok()?;
    Some(bytes)
}

fn tag(key: &RingKey, bytes: &[u8; BYTES]) -> [u8; 16] {
    let mut mac = key.tag();
    mac.update(b"session-tag/1");
    mac.update(&bytes[..BODY]);
    first16(mac)
}

fn digest(key: &RingKey, bytes: &[u8; BYTES]) -> Digest {
    let mut mac = key.store();
    mac.update(b"session-store/1");
    mac.update(bytes);
    Digest::from_bytes(first16(mac))
}
