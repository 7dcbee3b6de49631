//! A private key that was parsed once, with its public half.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use tenure_wire::jwk::Jwk;
use zeroize::Zeroizing;

use crate::alg::Alg;
use crate::error::{KeyError, SignError};
use crate::limits::MAX_SIGNATURE_BYTES;
use crate::thumbprint::thumbprint;
use crate::verifying_key::VerifyingKey;

/// A private key. Parsed once, shared between threads without a lock.
///
/// It has neither `Debug` nor `Serialize`, so that it cannot reach a log or an answer by accident (JK-6); the library clears
/// its memory when it is dropped. [`SigningKey::to_pkcs8`] is the only way out.
///
/// ```compile_fail,E0277
/// let key = tenure_jose::SigningKey::generate(tenure_jose::Alg::Es256).unwrap();
/// println!("{key:?}");
/// ```
pub struct SigningKey {
    alg: Alg,
    pair: Pair,
    public: Jwk,
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl SigningKey {
    /// Makes a new key; RSA keys have 2048 bits. The library draws the randomness, and takes it from nobody else. Costs up to about a second with
    /// RS256, well under a millisecond with the others.
    pub fn generate(alg: Alg) -> Result<Self, KeyError> {
        let pair = match alg {
            Alg::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::Es256),
            Alg::EdDsa => Ed25519KeyPair::generate().map(Pair::EdDsa),
            Alg::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Pair::Rs256),
        };
        Self::of(alg, pair.map_err(|_: Unspecified| KeyError::Library)?)
    }

    /// Parses an unencrypted PKCS#8 document (RFC 5208, RFC 8410), as [`SigningKey::to_pkcs8`] writes it.
    ///
    /// Refused: a key of another algorithm or curve, halves that do not belong together, an RSA key that
    /// [`VerifyingKey::from_jwk`] would refuse.
    pub fn from_pkcs8(alg: Alg, document: &[u8]) -> Result<Self, KeyError> {
        let pair = match alg {
            Alg::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document).map(Pair::Es256)
            }
            Alg::EdDsa => Ed25519KeyPair::from_pkcs8(document).map(Pair::EdDsa),
            Alg::Rs256 => RsaKeyPair::from_pkcs8(document).map(Pair::Rs256),
        };
        Self::of(alg, pair.map_err(|_: KeyRejected| KeyError::Rejected)?)
    }

    /// The private key as an unencrypted PKCS#8 v1 document, which OpenSSL reads too. It is cleared from memory when dropped;
    /// encrypting it before it is stored is the caller's part.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = match &self.pair {
            Pair::Es256(pair) => pair.to_pkcs8v1().map(|document| Zeroizing::new(document.as_ref().to_vec())),
            Pair::EdDsa(pair) => pair.to_pkcs8v1().map(|document| Zeroizing::new(document.as_ref().to_vec())),
            Pair::Rs256(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(pair)
                .map(|document| Zeroizing::new(document.as_ref().to_vec())),
        };
        document.map_err(|_| KeyError::Library)
    }

    /// The public half, ready to be published: `use` is `sig`, `kid` is the thumbprint (JK-1, JK-2, JK-3).
    pub fn public(&self) -> &Jwk {
        &self.public
    }

    /// The only algorithm that this key is used with.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The RFC 7638 SHA-256 thumbprint in base64url: 43 characters.
    pub fn kid(&self) -> &str {
        &self.public.kid
    }

    fn of(alg: Alg, pair: Pair) -> Result<Self, KeyError> {
        let public = public_half(alg, &pair);
        // What our own verifiers would refuse must not sign.
        VerifyingKey::from_jwk(&public)?;
        Ok(SigningKey { alg, pair, public })
    }

    /// How long every signature of this key is, in bytes.
    pub(crate) fn signature_bytes(&self) -> usize {
        match &self.pair {
            Pair::Es256(_) | Pair::EdDsa(_) => 64,
            Pair::Rs256(pair) => pair.public_modulus_len(),
        }
    }

    /// Signs a message into the first [`SigningKey::signature_bytes`] bytes of `out`, and gives them back.
    pub(crate) fn sign_into<'o>(
        &self,
        message: &[u8],
        out: &'o mut [u8; MAX_SIGNATURE_BYTES],
    ) -> Result<&'o [u8], SignError> {
        let out = out.get_mut(..self.signature_bytes()).ok_or(SignError::Library)?;
        // A stand-in that holds nothing and is never asked: the library draws its own randomness.
        #[allow(clippy::disallowed_methods)]
        let random = SystemRandom::new();
        let short = match &self.pair {
            Pair::Es256(pair) => pair.sign(&random, message),
            Pair::EdDsa(pair) => pair.try_sign(message),
            Pair::Rs256(pair) => {
                pair.sign(&RSA_PKCS1_SHA256, &random, message, out).map_err(|_| SignError::Library)?;
                return Ok(out);
            }
        };
        let short = short.map_err(|_| SignError::Library)?;
        if short.as_ref().len() != out.len() {
            return Err(SignError::Library);
        }
        out.copy_from_slice(short.as_ref());
        Ok(out)
    }
}

/// The public JWK of a pair, named by its thumbprint.
fn public_half(alg: Alg, pair: &Pair) -> Jwk {
    let text = |bytes: &[u8]| Some(Base64UrlUnpadded::encode_string(bytes));
    let mut jwk = Jwk {
        kty: String::new(),
        crv: None,
        x: None,
        y: None,
        n: None,
        e: None,
        use_: "sig".to_owned(),
        alg: alg.as_str().to_owned(),
        kid: String::new(),
    };
    match pair {
        Pair::Es256(pair) => {
            // SEC 1 §2.3.3: an uncompressed point is 0x04, x, y.
            let point = pair.public_key().as_ref();
            (jwk.kty, jwk.crv) = ("EC".to_owned(), Some("P-256".to_owned()));
            (jwk.x, jwk.y) = (point.get(1..33).and_then(text), point.get(33..).and_then(text));
        }
        Pair::EdDsa(pair) => {
            let x = pair.public_key().as_ref();
            (jwk.kty, jwk.crv, jwk.x) = ("OKP".to_owned(), Some("Ed25519".to_owned()), text(x));
        }
        Pair::Rs256(pair) => {
            let key = pair.public_key();
            let n = key.modulus().big_endian_without_leading_zero();
            let e = key.exponent().big_endian_without_leading_zero();
            (jwk.kty, jwk.n, jwk.e) = ("RSA".to_owned(), text(n), text(e));
        }
    }
    jwk.kid = thumbprint(&jwk);
    jwk
}
