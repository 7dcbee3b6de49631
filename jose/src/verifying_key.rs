//! A public key that was checked and parsed once.

use std::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use tenure_wire::jwk::Jwk;

use crate::alg::Alg;
use crate::error::KeyError;
use crate::kid;
use crate::limits::{MAX_RSA_BITS, MAX_RSA_EXPONENT_BYTES, MIN_RSA_BITS, MIN_RSA_EXPONENT};
use crate::refusal::Refusal;

/// A public key with its one algorithm.
///
/// Holding it proves that the JWK was sound. It is parsed once; checks share it between threads without a lock.
#[derive(Clone)]
pub struct VerifyingKey {
    kid: Box<str>,
    alg: Alg,
    key: ParsedPublicKey,
}

impl VerifyingKey {
    /// Checks and parses a JWK.
    ///
    /// Refused (JK-3, JW-4): a `use` other than `sig`, an `alg` that is not ours, a `kty` or `crv` that does not belong to the
    /// `alg`, members of another `kty`, numbers that are not canonical base64url in their fixed width (RFC 7518 §6.2.1.2,
    /// §6.3.1.1, RFC 8037 §2), a point off the curve, RSA moduli and exponents outside [`crate::limits`], and a `kid` that is
    /// empty, too long or holds control characters. Whether `kid` is the thumbprint is not asked: that is how *we* name keys.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        if jwk.use_ != "sig" {
            return Err(KeyError::NotForSigning);
        }
        if !kid::is_usable(&jwk.kid) {
            return Err(KeyError::BadKeyId);
        }
        let alg = Alg::parse(&jwk.alg).ok_or(KeyError::UnknownAlgorithm)?;
        let kind = (alg, jwk.kty.as_str(), jwk.crv.as_deref());
        let key = match (kind, members(jwk)) {
            ((Alg::Es256, "EC", Some("P-256")), (Some(x), Some(y), None, None)) => p256(x, y)?,
            ((Alg::EdDsa, "OKP", Some("Ed25519")), (Some(x), None, None, None)) => ed25519(x)?,
            ((Alg::Rs256, "RSA", None), (None, None, Some(n), Some(e))) => rsa(n, e)?,
            _ => return Err(KeyError::WrongKind),
        };
        Ok(VerifyingKey { kid: jwk.kid.as_str().into(), alg, key })
    }

    /// The JWK's `kid`.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The only algorithm that this key is used with.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// Checks a raw signature over a message.
    ///
    /// ES256 signatures are `r || s`, 64 bytes (RFC 7518 §3.4): DER is refused, and so is a zero `r` or `s` (JW-11). A high `s`
    /// is accepted, as the RFC does, so an ES256 signature is no unique name for a token. Costs about 40 µs with ES256, 28 µs
    /// with EdDSA and 14 µs with RS256.
    pub fn verify_signature(&self, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        self.key.verify_sig(message, signature).map_err(|_| Refusal::BadSignature)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey").field("kid", &self.kid).field("alg", &self.alg).finish_non_exhaustive()
    }
}

type Member<'a> = Option<&'a str>;

/// `x`, `y`, `n`, `e`.
fn members(jwk: &Jwk) -> (Member<'_>, Member<'_>, Member<'_>, Member<'_>) {
    (jwk.x.as_deref(), jwk.y.as_deref(), jwk.n.as_deref(), jwk.e.as_deref())
}

fn p256(x: &str, y: &str) -> Result<ParsedPublicKey, KeyError> {
    // SEC 1 §2.3.3: an uncompressed point.
    let mut point = [0x04; 65];
    point[1..33].copy_from_slice(&wide("x", x)?);
    point[33..].copy_from_slice(&wide("y", y)?);
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| KeyError::Rejected)
}

fn ed25519(x: &str) -> Result<ParsedPublicKey, KeyError> {
    ParsedPublicKey::new(&ED25519, wide("x", x)?).map_err(|_| KeyError::Rejected)
}

fn rsa(n: &str, e: &str) -> Result<ParsedPublicKey, KeyError> {
    let (n, e) = (number("n", n, MAX_RSA_BITS / 8)?, number("e", e, MAX_RSA_EXPONENT_BYTES)?);
    let exponent = e.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    let (bits, odd) = (bits(&n), n.last().is_some_and(|byte| byte % 2 == 1));
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits)
        || !odd
        || exponent < MIN_RSA_EXPONENT
        || exponent % 2 == 0
    {
        return Err(KeyError::WrongStrength);
    }
    let components = RsaPublicKeyComponents { n, e };
    components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).map_err(|_| KeyError::Rejected)
}

/// The length of a number without leading zero bytes, in bits.
fn bits(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// 32 bytes exactly: a coordinate keeps its leading zeros.
fn wide(name: &'static str, text: &str) -> Result<[u8; 32], KeyError> {
    let mut bytes = [0; 32];
    match Base64UrlUnpadded::decode(text, &mut bytes) {
        Ok(decoded) if decoded.len() == 32 => Ok(bytes),
        _ => Err(KeyError::BadMember(name)),
    }
}

/// A big-endian number in as few bytes as it needs (RFC 7518 §2, Base64urlUInt), at least one and at most `max`.
fn number(name: &'static str, text: &str, max: usize) -> Result<Vec<u8>, KeyError> {
    let too_long = text.len() > max.div_ceil(3) * 4;
    let bytes = if too_long { None } else { Base64UrlUnpadded::decode_vec(text).ok() };
    bytes
        .filter(|b| b.len() <= max && b.first().is_some_and(|first| *first != 0))
        .ok_or(KeyError::BadMember(name))
}
