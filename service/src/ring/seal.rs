//! Private signing keys at rest: AES-256-GCM under a key of the ring.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use tenure_core::id::Kid;
use zeroize::Zeroizing;

use super::RingError;

/// Something encrypted under a key of the ring. Opens nothing without it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sealed {
    /// The key of the ring.
    pub kid: u8,
    nonce: String,
    bytes: String,
}

pub(super) struct Sealer(RandomizedNonceKey);

impl Sealer {
    pub(super) fn new(key: &[u8; 32]) -> Result<Self, RingError> {
        RandomizedNonceKey::new(&AES_256_GCM, key)
            .map(Self)
            .map_err(|_| RingError::Crypto("making a sealing key"))
    }

    pub(super) fn seal(&self, kid: Kid, context: &str, secret: &[u8]) -> Result<Sealed, RingError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(secret.len() + 16));
        bytes.extend_from_slice(secret);
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(context), &mut *bytes)
            .map_err(|_| RingError::Crypto("sealing a key"))?;
        Ok(Sealed {
            kid: kid.0,
            nonce: Base64UrlUnpadded::encode_string(nonce.as_ref()),
            bytes: Base64UrlUnpadded::encode_string(&bytes),
        })
    }

    pub(super) fn open(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, RingError> {
        let damaged = || RingError::Crypto("opening a sealed key: it is damaged, or belongs elsewhere");
        let nonce = Base64UrlUnpadded::decode_vec(&sealed.nonce).map_err(|_| damaged())?;
        let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| damaged())?;
        let mut bytes = Zeroizing::new(Base64UrlUnpadded::decode_vec(&sealed.bytes).map_err(|_| damaged())?);
        let length =
            self.0.open_in_place(nonce, Aad::from(context), &mut bytes).map_err(|_| damaged())?.len();
        bytes.truncate(length);
        Ok(bytes)
    }
}
