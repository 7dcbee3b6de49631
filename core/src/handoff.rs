//! The one-time code by which a browser gets the session that a backend opened for it: its text, and the token it stands for.
//!
//! ```text
//! body  = kid[1] ‖ family[16] ‖ secret[32]
//! tag   = HMAC-SHA-256(K_tag[kid],  "handoff-tag/1" ‖ body)[..16]
//! code  = "th1_" ‖ base64url(body ‖ tag)
//! first = HMAC-SHA-256(K_next[kid], "handoff/1" ‖ family ‖ secret)     the secret of the session's first refresh token
//! ```
//!
//! Nothing is stored for it: the session's row holds the digest of its first token, as ever, and whoever brings the code has
//! brought that token. So a code is used up by its use, a lost answer is a retry, and a second use is a reuse.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::Mac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::id::{FamilyId, Kid, Seq};
use crate::ring::{KeyRing, RingKey, first16};
use crate::token::{AuthenticToken, NotOurs, RefreshToken};

const PREFIX: &str = "th1_";
const BODY: usize = 49;
const BYTES: usize = BODY + 16;
/// The length of a code's text, in bytes.
pub const TEXT_BYTES: usize = PREFIX.len() + (BYTES * 4).div_ceil(3);

/// A code that was made here and is on its way to a backend. Has no `Debug`: it is secret.
pub struct HandoffCode(Zeroizing<[u8; BYTES]>);

impl HandoffCode {
    /// The code for the session `family` under `key`.
    pub(crate) fn new((kid, key): (Kid, &RingKey), family: FamilyId, secret: &[u8; 32]) -> Self {
        let mut bytes = Zeroizing::new([0; BYTES]);
        bytes[0] = kid.0;
        bytes[1..17].copy_from_slice(family.as_bytes());
        bytes[17..BODY].copy_from_slice(secret);
        let tag = tag(key, &bytes);
        bytes[BODY..].copy_from_slice(&tag);
        Self(bytes)
    }

    /// Reads `text` and checks its tag against the ring; gives the session's first token. Costs one decoding and at most four
    /// HMACs, touches nothing else.
    ///
    /// Refuses, without saying which, what is not exactly `th1_` and 87 characters of canonical base64url, names a key that
    /// the ring does not hold, or carries a tag that this key did not make (compared in constant time).
    pub fn redeem(text: &str, ring: &KeyRing) -> Result<AuthenticToken, NotOurs> {
        let code = Self::decode(text).ok_or(NotOurs)?;
        let kid = Kid(code.0[0]);
        let key = ring.get(kid).ok_or(NotOurs)?;
        if !bool::from(tag(key, &code.0).ct_eq(&code.0[BODY..])) {
            return Err(NotOurs);
        }
        Ok(code.first_token((kid, key)).into())
    }

    /// The kid that an alleged code names, whether or not its tag is valid: for looking at the ring once more.
    pub fn alleged_kid(text: &str) -> Option<Kid> {
        Self::decode(text).map(|code| Kid(code.0[0]))
    }

    /// The text that the backend gives to the page. The one place where the secret leaves this type.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(TEXT_BYTES));
        text.push_str(PREFIX);
        text.push_str(&Zeroizing::new(Base64UrlUnpadded::encode_string(&*self.0)));
        text
    }

    /// The token that the code stands for. From the token alone nobody can compute the code.
    pub(crate) fn first_token(&self, (kid, key): (Kid, &RingKey)) -> RefreshToken {
        let mut family = [0; 16];
        family.copy_from_slice(&self.0[1..17]);
        let mut mac = key.next();
        mac.update(b"handoff/1");
        mac.update(&self.0[1..BODY]);
        let secret = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        RefreshToken::mint((kid, key), FamilyId::from_bytes(family), Seq::FIRST, &secret)
    }

    fn decode(text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(PREFIX).filter(|_| text.len() == TEXT_BYTES)?;
        let mut bytes = Zeroizing::new([0; BYTES]);
        let decoded = Base64UrlUnpadded::decode(encoded, &mut *bytes).ok()?.len();
        (decoded == BYTES).then_some(Self(bytes))
    }
}

fn tag(key: &RingKey, bytes: &[u8; BYTES]) -> [u8; 16] {
    let mut mac = key.tag();
    mac.update(b"handoff-tag/1");
    mac.update(&bytes[..BODY]);
    first16(mac)
}
