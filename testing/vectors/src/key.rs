//! The keys that sign, made from fixed texts: everybody knows them, and nothing but these vectors may ever trust them.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64ct::{Base64, Encoding};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest, Sha256};
use tenure_jose::thumbprint;
use tenure_wire::jwk::Jwk;

use crate::encoding::base64url;

/// A key with both halves.
pub(crate) struct Key {
    pub(crate) jwk: Jwk,
    private: Private,
}

enum Private {
    Es256(SigningKey),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

/// The issuer's key on P-256.
pub(crate) static ES256: LazyLock<Key> = LazyLock::new(|| Key::es256("tenure vectors: ES256"));
/// The issuer's Ed25519 key.
pub(crate) static EDDSA: LazyLock<Key> = LazyLock::new(|| Key::eddsa("tenure vectors: EdDSA"));
/// The issuer's RSA key.
pub(crate) static RS256: LazyLock<Key> = LazyLock::new(|| Key::rs256(include_str!("rsa.txt")));
/// A key that is in no set: somebody else's.
pub(crate) static STRANGER: LazyLock<Key> = LazyLock::new(|| Key::es256("tenure vectors: a stranger"));
/// An Ed25519 key that its set marks as one for encryption.
pub(crate) static NOT_FOR_SIGNING: LazyLock<Key> =
    LazyLock::new(|| Key::eddsa("tenure vectors: not for signing"));

impl Key {
    fn es256(seed: &str) -> Self {
        let key = SigningKey::from_slice(&Sha256::digest(seed)).expect("a scalar of P-256");
        // SEC 1 §2.3.3: an uncompressed point is 0x04, x, y.
        let point = key.verifying_key().to_sec1_point(false);
        let (x, y) = (base64url(&point.as_bytes()[1..33]), base64url(&point.as_bytes()[33..]));
        let jwk = Jwk { crv: Some("P-256".into()), x: Some(x), y: Some(y), ..empty("EC", "ES256") };
        Self::named(jwk, Private::Es256(key))
    }

    fn eddsa(seed: &str) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&Sha256::digest(seed)).expect("32 bytes");
        let x = base64url(key.public_key());
        let jwk = Jwk { crv: Some("Ed25519".into()), x: Some(x), ..empty("OKP", "EdDSA") };
        Self::named(jwk, Private::EdDsa(key))
    }

    fn rs256(pkcs8: &str) -> Self {
        let document = Base64::decode_vec(&pkcs8.replace('\n', "")).expect("base64");
        let key = RsaKeyPair::from_pkcs8(&document).expect("an RSA key");
        let public = key.public_key();
        let n = base64url(public.modulus().big_endian_without_leading_zero());
        let e = base64url(public.exponent().big_endian_without_leading_zero());
        let jwk = Jwk { n: Some(n), e: Some(e), ..empty("RSA", "RS256") };
        Self::named(jwk, Private::Rs256(key))
    }

    fn named(jwk: Jwk, private: Private) -> Self {
        Self { jwk: Jwk { kid: thumbprint(&jwk), ..jwk }, private }
    }

    /// The one signature of this key over these bytes: with every algorithm here it is always the same.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.private {
            Private::Es256(key) => self.pair(key, message).to_bytes().to_vec(),
            Private::EdDsa(key) => key.sign(message).as_ref().to_vec(),
            Private::Rs256(key) => {
                // PKCS #1 v1.5 draws nothing; the library asks for a source all the same.
                #[allow(clippy::disallowed_methods)]
                let random = SystemRandom::new();
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("it signs");
                signature
            }
        }
    }

    /// The other ES256 signature over these bytes, which is as good: `r`, and the order of the curve less `s`.
    pub(crate) fn sign_with_the_other_s(&self, message: &[u8]) -> Vec<u8> {
        let Private::Es256(key) = &self.private else { panic!("only ECDSA has two") };
        let (r, s) = self.pair(key, message).split_scalars();
        Signature::from_scalars(r, -s).expect("a signature").to_bytes().to_vec()
    }

    fn pair(&self, key: &SigningKey, message: &[u8]) -> Signature {
        key.sign(message)
    }

    /// The public half as X.509 has it: what a verifier that mixes algorithms up takes for an HMAC's secret.
    pub(crate) fn rsa_spki(&self) -> Vec<u8> {
        let Private::Rs256(key) = &self.private else { panic!("asked of the RSA key alone") };
        let document: PublicKeyX509Der<'_> = key.public_key().as_der().expect("a public key");
        document.as_ref().to_vec()
    }
}

fn empty(kty: &str, alg: &str) -> Jwk {
    Jwk {
        kty: kty.into(),
        crv: None,
        x: None,
        y: None,
        n: None,
        e: None,
        use_: "sig".into(),
        alg: alg.into(),
        kid: String::new(),
    }
}
