//! The key ring: the secrets that make and recognise refresh tokens, kept outside the database.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::digest::Canary;
use crate::id::Kid;

/// What a key of the ring may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Known, for recognising tokens; not yet used for new ones. The first phase of a change of keys.
    Verify,
    /// New tokens are made under it. Exactly one key of a ring is active.
    Active,
    /// No longer honoured: families that still use it have ended with `key_retired`.
    Retired,
}

impl KeyState {
    /// How it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

/// The sub-keys of one ring key, derived by HKDF-SHA-256 (RFC 5869) outside this crate. Zeroized when dropped.
pub struct SubKeys {
    /// Signs the tag of a token.
    pub tag: Zeroizing<[u8; 32]>,
    /// Makes what a store sees of a token and of an attempt.
    pub store: Zeroizing<[u8; 32]>,
    /// Derives the secret of a successor.
    pub next: Zeroizing<[u8; 32]>,
}

/// One key, ready to use. Has no `Debug`: it is secret.
pub struct RingKey {
    state: KeyState,
    tag: Hmac<Sha256>,
    store: Hmac<Sha256>,
    next: Hmac<Sha256>,
}

impl RingKey {
    /// Whether it is honoured, and for what.
    pub fn state(&self) -> KeyState {
        self.state
    }

    pub(crate) fn tag(&self) -> Hmac<Sha256> {
        self.tag.clone()
    }

    pub(crate) fn store(&self) -> Hmac<Sha256> {
        self.store.clone()
    }

    pub(crate) fn next(&self) -> Hmac<Sha256> {
        self.next.clone()
    }

    fn canary(&self, kid: Kid) -> Canary {
        let mut mac = self.store();
        mac.update(b"canary/1");
        mac.update(&[kid.0]);
        Canary::from_bytes(first16(mac))
    }
}

/// Why keys do not make a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidRing {
    /// The same kid twice.
    Duplicate(Kid),
    /// No active key, or more than one.
    ActiveKeys(usize),
}

impl std::fmt::Display for InvalidRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Duplicate(kid) => write!(f, "the key ring holds kid {kid} twice"),
            Self::ActiveKeys(n) => write!(f, "the key ring has {n} active keys; exactly one must be active"),
        }
    }
}

impl std::error::Error for InvalidRing {}

/// All keys that this node holds. Has no `Debug`: it is secret.
pub struct KeyRing {
    keys: Vec<(Kid, RingKey)>,
    active: usize,
}

impl KeyRing {
    /// A ring of these keys; exactly one must be active, and no kid may stand twice.
    pub fn new(keys: impl IntoIterator<Item = (Kid, KeyState, SubKeys)>) -> Result<Self, InvalidRing> {
        let keys: Vec<_> = keys.into_iter().map(|(kid, state, sub)| (kid, ready(state, &sub))).collect();
        for (i, (kid, _)) in keys.iter().enumerate() {
            if keys[..i].iter().any(|(other, _)| other == kid) {
                return Err(InvalidRing::Duplicate(*kid));
            }
        }
        let active: Vec<_> = (0..keys.len()).filter(|&i| keys[i].1.state == KeyState::Active).collect();
        match active[..] {
            [active] => Ok(Self { keys, active }),
            _ => Err(InvalidRing::ActiveKeys(active.len())),
        }
    }

    /// The key with this kid, whatever its state.
    pub fn get(&self, kid: Kid) -> Option<&RingKey> {
        self.keys.iter().find(|(k, _)| *k == kid).map(|(_, key)| key)
    }

    /// The kid and key that new tokens are made under.
    pub fn active(&self) -> (Kid, &RingKey) {
        let (kid, key) = &self.keys[self.active];
        (*kid, key)
    }

    /// Whether families whose newest token was made under `kid` have ended for it: its key was retired.
    /// A kid that this node does not hold is not retired; it may be on its way.
    pub fn is_retired(&self, kid: Kid) -> bool {
        self.get(kid).is_some_and(|key| key.state == KeyState::Retired)
    }

    /// A canary for each key, to be kept in the store: it opens nothing, and differs when the key does.
    pub fn canaries(&self) -> impl Iterator<Item = (Kid, Canary)> + '_ {
        self.keys.iter().map(|(kid, key)| (*kid, key.canary(*kid)))
    }

    /// Every kid with its state.
    pub fn states(&self) -> impl Iterator<Item = (Kid, KeyState)> + '_ {
        self.keys.iter().map(|(kid, key)| (*kid, key.state))
    }
}

pub(crate) fn first16(mac: Hmac<Sha256>) -> [u8; 16] {
    let full = mac.finalize().into_bytes();
    let mut half = [0; 16];
    half.copy_from_slice(&full[..16]);
    half
}

fn ready(state: KeyState, sub: &SubKeys) -> RingKey {
    RingKey { state, tag: keyed(&sub.tag), store: keyed(&sub.store), next: keyed(&sub.next) }
}

/// HMAC pads a short key with zeros to its block: doing it here leaves nothing that could fail.
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    Hmac::new((&*block).into())
}
