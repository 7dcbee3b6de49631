//! With which algorithm (rule 7): that of the key, whatever the header says.

use aws_lc_rs::hmac;

use crate::case::Cases;
use crate::draft::Draft;
use crate::encoding::{base64url, pem};
use crate::key::{EDDSA, ES256, Key, RS256};

const WRONG: &str = "wrong_algorithm";

pub(super) fn add(cases: &mut Cases) {
    none(cases);
    confused(cases);
    named_wrong(cases);
}

fn none(cases: &mut Cases) {
    for (label, name) in
        [("none", "none"), ("none-capitalized", "None"), ("none-in-capitals", "NONE"), ("none-mixed", "nOnE")]
    {
        let draft = Draft::good(&ES256).header_text("alg", name);
        let why = "`none` is no algorithm (RFC 8725 §3.2): not with a signature of another,";
        cases.refused(WRONG, format!("alg-{label}-signed"), why, draft.sign());
        let unsigned = format!("{}.", draft.unsigned());
        let why = "and not without one, which is no token of three parts.";
        cases.refused("malformed_token", format!("alg-{label}-unsigned"), why, unsigned);
    }
    let draft = Draft::good(&ES256).header_text("alg", "none");
    cases.refused(
        WRONG,
        "alg-none-with-zeros",
        "`none` with a signature of zeros.",
        draft.with_signature([0; 64]),
    );
}

/// The token with an HMAC for a signature.
pub(super) fn mac(draft: &Draft, secret: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    draft.with_signature(hmac::sign(&key, draft.unsigned().as_bytes()))
}

fn confused(cases: &mut Cases) {
    let rsa_pem = pem("PUBLIC KEY", &RS256.rsa_spki());
    let jwk = |key: &Key| serde_json::to_string(&key.jwk).expect("a JWK is JSON");
    let secrets: [(&str, &'static Key, Vec<u8>); 7] = [
        ("rsa-pem", &RS256, rsa_pem.clone().into_bytes()),
        ("rsa-pem-without-the-last-line-break", &RS256, rsa_pem.trim_end().as_bytes().to_vec()),
        ("rsa-spki", &RS256, RS256.rsa_spki()),
        ("rsa-jwk", &RS256, jwk(&RS256).into_bytes()),
        ("p256-jwk", &ES256, jwk(&ES256).into_bytes()),
        ("kid", &ES256, ES256.jwk.kid.clone().into_bytes()),
        ("nothing", &ES256, Vec::new()),
    ];
    for (name, key, secret) in secrets {
        let draft = Draft::good(key);
        let why = "An HMAC with what everybody knows for its secret (RFC 8725 §2.1).";
        cases.refused(
            WRONG,
            format!("alg-hs256-with-{name}"),
            why,
            mac(&draft.clone().header_text("alg", "HS256"), &secret),
        );
        let why = "The same, said to be of the key's own algorithm.";
        cases.refused("bad_signature", format!("alg-hmac-as-its-own-with-{name}"), why, mac(&draft, &secret));
    }

    let keys: [(&str, &'static Key); 3] = [("es256", &ES256), ("eddsa", &EDDSA), ("rs256", &RS256)];
    for (signer, by) in keys {
        for (name, of) in keys.into_iter().filter(|(name, _)| *name != signer) {
            let draft = Draft::good(by).header_text("kid", &of.jwk.kid);
            let why =
                "Signed by one key of the issuer under the name of another, with the signer's algorithm,";
            cases.refused(WRONG, format!("alg-{signer}-under-the-name-of-{name}"), why, draft.sign());
            let why = "and with that of the key that is named.";
            let token = draft.header_text("alg", &of.jwk.alg).sign();
            cases.refused("bad_signature", format!("alg-{signer}-as-{name}"), why, token);
        }
    }
}

fn named_wrong(cases: &mut Cases) {
    for (name, key, alg) in [
        ("ps256", &RS256, "PS256"),
        ("rs384", &RS256, "RS384"),
        ("rs512", &RS256, "RS512"),
        ("rs1", &RS256, "RS1"),
        ("es256k", &ES256, "ES256K"),
        ("es384", &ES256, "ES384"),
        ("es512", &ES256, "ES512"),
        ("ed25519", &EDDSA, "Ed25519"),
        ("ed448", &EDDSA, "Ed448"),
        ("rsa-oaep", &RS256, "RSA-OAEP"),
        ("lower-case", &ES256, "es256"),
        ("a-space-after", &ES256, "ES256 "),
        ("a-nul-after", &ES256, "ES256\0"),
        ("empty", &ES256, ""),
        ("proto", &ES256, "__proto__"),
    ] {
        let why = "The key has one algorithm with one name, and the header must say it.";
        cases.refused(WRONG, format!("alg-{name}"), why, Draft::good(key).header_text("alg", alg).sign());
    }
    for (name, value) in
        [("null", "null"), ("number", "256"), ("list", r#"["ES256"]"#), ("true", "true"), ("object", "{}")]
    {
        let why = "A name is a string.";
        cases.refused(WRONG, format!("alg-is-{name}"), why, Draft::good(&ES256).header("alg", value).sign());
    }
    let why = "A header says its algorithm (RFC 7515 §4.1.1).";
    cases.refused(WRONG, "alg-missing", why, Draft::good(&ES256).without_header("alg").sign());

    // RSASSA-PSS draws its salt; this one was made once, and is of the right length.
    let pss = Draft::good(&RS256).header_text("alg", "PS256").with_signature([0xA5; 256]);
    cases.refused(
        WRONG,
        "alg-ps256-before-its-signature",
        "The algorithm is looked at before the signature.",
        pss,
    );
    let unsaid = format!("{}.{}", base64url("{}"), base64url("{}"));
    cases.refused(
        "malformed_token",
        "alg-empty-header",
        "Nothing is said at all: no key is named.",
        format!("{unsaid}.AAAA"),
    );
}
