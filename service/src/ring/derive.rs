//! Sub-keys by HKDF-SHA-256 (RFC 5869), one label each.

use aws_lc_rs::hkdf;
use tenure_core::ring::SubKeys;
use zeroize::Zeroizing;

use super::RingError;

/// The three keys of the rules.
pub(super) fn sub_keys(secret: &[u8; 32]) -> Result<SubKeys, RingError> {
    Ok(SubKeys { tag: key(secret, "tag/1")?, store: key(secret, "store/1")?, next: key(secret, "next/1")? })
}

/// The 32-byte key with this label.
pub(super) fn key(secret: &[u8; 32], label: &str) -> Result<Zeroizing<[u8; 32]>, RingError> {
    let mut bytes = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"tenure/1")
        .extract(secret)
        .expand(&[label.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|key| key.fill(&mut *bytes))
        .map_err(|_| RingError::Crypto("deriving a key"))?;
    Ok(bytes)
}
