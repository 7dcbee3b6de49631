//! Where random bytes come from.

use tenure_store::Unavailable;

/// A source of random bytes that nobody can predict.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Unavailable>;
}

/// The operating system's generator, through aws-lc.
pub struct SystemEntropy;

#[allow(clippy::disallowed_methods)] // This is the source.
impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Unavailable> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| Unavailable::new("the system's random generator failed"))
    }
}

/// `N` fresh random bytes.
pub fn fresh<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N], Unavailable> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}
