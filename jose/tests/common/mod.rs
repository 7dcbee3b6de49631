//! Keys that are made once, and tokens that no signer of ours would make.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::disallowed_methods, reason = "the library wants a source of randomness, and ignores it")]

use std::sync::{Arc, LazyLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use tenure_jose::{Alg, Refusal, Signer, SigningKey, Verified, VerifyingKey, verify};

pub const ALGS: [Alg; 3] = [Alg::Es256, Alg::EdDsa, Alg::Rs256];
pub const TYP: &str = "at+jwt";
pub const PAYLOAD: &str =
    r#"{"sub":"ada","exp":1900000000,"aud":["https://a.example","app_1"],"own":{"a":1}}"#;

/// A key with both halves.
pub struct Key {
    pub signing: Arc<SigningKey>,
    pub verifying: VerifyingKey,
}

static KEYS: LazyLock<[Key; 3]> = LazyLock::new(|| {
    ALGS.map(|alg| {
        let signing = Arc::new(SigningKey::generate(alg).expect("a key can be made"));
        let verifying = VerifyingKey::from_jwk(signing.public()).expect("our own JWK is sound");
        Key { signing, verifying }
    })
});

/// The key of this algorithm, the same in every test of the process.
pub fn key(alg: Alg) -> &'static Key {
    KEYS.iter().find(|key| key.signing.alg() == alg).expect("there is one of each")
}

/// A good token with [`PAYLOAD`].
pub fn good(alg: Alg) -> String {
    Signer::new(key(alg).signing.clone(), TYP).sign(PAYLOAD.as_bytes()).expect("it is short")
}

/// Checks a token as a service would that has published all keys.
pub fn check(token: &str) -> Result<Verified, Refusal> {
    verify(token, |kid| KEYS.iter().map(|key| &key.verifying).find(|key| key.kid() == kid), &[TYP])
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

pub fn decode(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).expect("base64url")
}

/// A header as it should be, with more members after it: `,"x":1`.
pub fn header(alg: Alg, more: &str) -> String {
    format!(r#"{{"alg":"{alg}","kid":"{}","typ":"{TYP}"{more}}}"#, key(alg).signing.kid())
}

/// A token with this header and payload and a true signature: only its content can be the reason of a refusal.
pub fn signed(alg: Alg, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    signed_text(alg, &format!("{}.{}", encode(header), encode(payload)))
}

/// The text, a dot, and a true signature over it.
pub fn signed_text(alg: Alg, text: &str) -> String {
    format!("{text}.{}", encode(signature(alg, text.as_bytes())))
}

/// A signature that the library makes without any code of ours.
pub fn signature(alg: Alg, message: &[u8]) -> Vec<u8> {
    let document = key(alg).signing.to_pkcs8().expect("the key can be written");
    let random = SystemRandom::new();
    match alg {
        Alg::Es256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, &document, message),
        Alg::EdDsa => Ed25519KeyPair::from_pkcs8(&document).expect("Ed25519").sign(message).as_ref().to_vec(),
        Alg::Rs256 => {
            let pair = RsaKeyPair::from_pkcs8(&document).expect("RSA");
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("it signs");
            signature
        }
    }
}

/// The same, in the DER form that JWS does not use.
pub fn der_signature(message: &[u8]) -> Vec<u8> {
    let document = key(Alg::Es256).signing.to_pkcs8().expect("the key can be written");
    ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING, &document, message)
}

fn ecdsa(alg: &'static EcdsaSigningAlgorithm, document: &[u8], message: &[u8]) -> Vec<u8> {
    let pair = EcdsaKeyPair::from_pkcs8(alg, document).expect("P-256");
    pair.sign(&SystemRandom::new(), message).expect("it signs").as_ref().to_vec()
}
