//! The refresh token: its text, the tag that is checked before anything else, and the successor that is derived from it.
//!
//! ```text
//! body   = kid[1] ‖ family[16] ‖ seq[4, big endian] ‖ secret[32]
//! tag    = HMAC-SHA-256(K_tag[kid],   "tag/1"     ‖ body)[..16]
//! token  = "tr1_" ‖ base64url(body ‖ tag)
//! digest = HMAC-SHA-256(K_store[kid], "store/1"   ‖ body ‖ tag)[..16]
//! attempt= HMAC-SHA-256(K_store[kid], "attempt/1" ‖ body ‖ tag ‖ Idempotency-Key)[..16]
//! next   = HMAC-SHA-256(K_next[kid],  "next/1"    ‖ family ‖ seq ‖ salt ‖ attempt ‖ secret)
//! ```

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::Mac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::digest::{Attempt, Digest, Salt};
use crate::id::{FamilyId, Kid, Seq};
use crate::limits::{IDEMPOTENCY_KEY_MAX_BYTES, IDEMPOTENCY_KEY_MIN_BYTES};
use crate::ring::{KeyRing, RingKey, first16};

const PREFIX: &str = "tr1_";
const BODY: usize = 53;
const BYTES: usize = BODY + 16;
/// The length of a refresh token's text, in bytes.
pub const TEXT_BYTES: usize = PREFIX.len() + BYTES / 3 * 4;

/// A refresh token that was minted here and is on its way to a client. Has no `Debug`: it is secret.
#[derive(Clone)]
pub struct RefreshToken {
    bytes: Zeroizing<[u8; BYTES]>,
    digest: Digest,
}

/// A refresh token that was presented and carries a valid tag: holding one proves that the check was made.
/// Whether it still means anything is for [`crate::rotate::decide`]. Has no `Debug`: it is secret.
pub struct AuthenticToken {
    bytes: Zeroizing<[u8; BYTES]>,
    digest: Digest,
}

/// What was presented is no token of ours: malformed, under an unknown key, or with a wrong tag. Deliberately one value:
/// the caller must not learn which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotOurs;

/// The value of an `Idempotency-Key` header. Has no `Debug`: with the token it opens the successor.
pub struct IdempotencyKey(Zeroizing<Vec<u8>>);

impl IdempotencyKey {
    /// Accepts 16 to 255 visible ASCII characters (no spaces); `None` is anything else.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let fits = (IDEMPOTENCY_KEY_MIN_BYTES..=IDEMPOTENCY_KEY_MAX_BYTES).contains(&value.len());
        (fits && value.iter().all(u8::is_ascii_graphic)).then(|| Self(Zeroizing::new(value.to_vec())))
    }
}

impl AuthenticToken {
    /// Reads `text` and checks its tag against the ring. Costs one decoding and at most two HMACs, touches nothing else.
    ///
    /// Refuses, without saying which, what is not exactly `tr1_` and 92 characters of canonical base64url, names a key
    /// that the ring does not hold, or carries a tag that this key did not make (compared in constant time).
    pub fn authenticate(text: &str, ring: &KeyRing) -> Result<Self, NotOurs> {
        let encoded = text.strip_prefix(PREFIX).filter(|_| text.len() == TEXT_BYTES).ok_or(NotOurs)?;
        let mut bytes = Zeroizing::new([0; BYTES]);
        Base64UrlUnpadded::decode(encoded, &mut *bytes).map_err(|_| NotOurs)?;
        let key = ring.get(Kid(bytes[0])).ok_or(NotOurs)?;
        let tag = tag(key, &bytes);
        if !bool::from(tag.ct_eq(&bytes[BODY..])) {
            return Err(NotOurs);
        }
        let digest = digest(key, &bytes);
        Ok(Self { bytes, digest })
    }

    /// The kid that an alleged token names, whether or not its tag is valid: for looking at the ring once more.
    pub fn alleged_kid(text: &str) -> Option<Kid> {
        let encoded = text.strip_prefix(PREFIX).filter(|_| text.len() == TEXT_BYTES)?;
        let mut bytes = Zeroizing::new([0; BYTES]);
        Base64UrlUnpadded::decode(encoded, &mut *bytes).ok()?;
        Some(Kid(bytes[0]))
    }

    /// The key it was made under.
    pub fn kid(&self) -> Kid {
        Kid(self.bytes[0])
    }

    /// The session it belongs to.
    pub fn family(&self) -> FamilyId {
        family(&self.bytes)
    }

    /// Its number in the family.
    pub fn seq(&self) -> Seq {
        seq(&self.bytes)
    }

    /// What the store may know of it.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The attempt that presenting it with `idempotency_key` is. `None` when the ring lost the key meanwhile.
    pub fn attempt(&self, idempotency_key: &IdempotencyKey, ring: &KeyRing) -> Option<Attempt> {
        let mut mac = ring.get(self.kid())?.store();
        mac.update(b"attempt/1");
        mac.update(&*self.bytes);
        mac.update(&idempotency_key.0);
        Some(Attempt::from_bytes(first16(mac)))
    }

    /// Derives the successor with number `seq` under `key`: the same inputs give the same bytes on any node.
    pub(crate) fn successor(
        &self,
        (kid, key): (Kid, &RingKey),
        seq: Seq,
        salt: &Salt,
        attempt: Option<&Attempt>,
    ) -> RefreshToken {
        let mut mac = key.next();
        mac.update(b"next/1");
        mac.update(self.family().as_bytes());
        mac.update(&seq.0.to_be_bytes());
        mac.update(salt.as_bytes());
        mac.update(attempt.map_or(&[][..], |a| &a.as_bytes()[..]));
        mac.update(&self.bytes[21..BODY]);
        let secret = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        RefreshToken::mint((kid, key), self.family(), seq, &secret)
    }
}

/// What was minted here needs no check.
impl From<RefreshToken> for AuthenticToken {
    fn from(token: RefreshToken) -> Self {
        Self { bytes: token.bytes, digest: token.digest }
    }
}

impl RefreshToken {
    /// Assembles a token under `key`.
    pub(crate) fn mint((kid, key): (Kid, &RingKey), family: FamilyId, seq: Seq, secret: &[u8; 32]) -> Self {
        let mut bytes = Zeroizing::new([0; BYTES]);
        bytes[0] = kid.0;
        bytes[1..17].copy_from_slice(family.as_bytes());
        bytes[17..21].copy_from_slice(&seq.0.to_be_bytes());
        bytes[21..BODY].copy_from_slice(secret);
        let tag = tag(key, &bytes);
        bytes[BODY..].copy_from_slice(&tag);
        let digest = digest(key, &bytes);
        Self { bytes, digest }
    }

    /// The text that the client keeps. The one place where the secret leaves this type.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(TEXT_BYTES));
        text.push_str(PREFIX);
        text.push_str(&Zeroizing::new(Base64UrlUnpadded::encode_string(&*self.bytes)));
        text
    }

    /// What the store may know of it.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The session it belongs to.
    pub fn family(&self) -> FamilyId {
        family(&self.bytes)
    }

    /// Its number in the family.
    pub fn seq(&self) -> Seq {
        seq(&self.bytes)
    }
}

fn tag(key: &RingKey, bytes: &[u8; BYTES]) -> [u8; 16] {
    let mut mac = key.tag();
    mac.update(b"tag/1");
    mac.update(&bytes[..BODY]);
    first16(mac)
}

fn digest(key: &RingKey, bytes: &[u8; BYTES]) -> Digest {
    let mut mac = key.store();
    mac.update(b"store/1");
    mac.update(bytes);
    Digest::from_bytes(first16(mac))
}

fn family(bytes: &[u8; BYTES]) -> FamilyId {
    let mut family = [0; 16];
    family.copy_from_slice(&bytes[1..17]);
    FamilyId::from_bytes(family)
}

fn seq(bytes: &[u8; BYTES]) -> Seq {
    Seq(u32::from_be_bytes([bytes[17], bytes[18], bytes[19], bytes[20]]))
}
