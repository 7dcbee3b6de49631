//! The examples of the RFCs: what others compute is what we compute.

mod common;

use common::{decode, encode};
use serde_json::json;
use tenure_jose::{Alg, Refusal, Signer, SigningKey, VerifyingKey, thumbprint, verify};
use tenure_wire::jwk::Jwk;

const RFC7638_N: &str = concat!(
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB",
    "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8",
    "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_",
    "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
);

const RFC7515_RSA_N: &str = concat!(
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR",
    "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB",
    "dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia",
    "GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
);

const RFC7515_PAYLOAD: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

const RFC7515_RS256_SIGNATURE: &str = concat!(
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9",
    "uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB",
    "_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq",
    "Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
);

const RFC7515_ES256_SIGNATURE: &str =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

const RFC8037_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const RFC8037_D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const RFC8037_INPUT: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
const RFC8037_SIGNATURE: &str =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

fn jwk(mut members: serde_json::Value, alg: Alg) -> Jwk {
    (members["use"], members["alg"], members["kid"]) = (json!("sig"), json!(alg.as_str()), json!("example"));
    serde_json::from_value(members).expect("a JWK")
}

fn rsa(n: &str) -> Jwk {
    jwk(json!({ "kty": "RSA", "n": n, "e": "AQAB" }), Alg::Rs256)
}

fn p256() -> Jwk {
    let (x, y) =
        ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    jwk(json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }), Alg::Es256)
}

fn ed25519() -> Jwk {
    jwk(json!({ "kty": "OKP", "crv": "Ed25519", "x": RFC8037_X }), Alg::EdDsa)
}

/// The signature is right over the input, and over no other; and the token, which names no key, is refused as one of ours.
fn agrees(jwk: &Jwk, input: &str, signature: &str, refusal: Refusal) {
    let key = VerifyingKey::from_jwk(jwk).expect("a sound JWK");
    assert_eq!(key.verify_signature(input.as_bytes(), &decode(signature)), Ok(()));
    let other = input.replacen('e', "f", 1);
    assert_eq!(key.verify_signature(other.as_bytes(), &decode(signature)), Err(Refusal::BadSignature));
    assert_eq!(verify(&format!("{input}.{signature}"), |_| Some(&key), &["JWT"]), Err(refusal));
}

#[test]
fn jk_2_thumbprint_of_rfc7638_3_1() {
    assert_eq!(thumbprint(&rsa(RFC7638_N)), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

#[test]
fn jk_2_thumbprint_of_rfc8037_a_3() {
    assert_eq!(thumbprint(&ed25519()), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn rfc7515_a_2_rs256() {
    agrees(
        &rsa(RFC7515_RSA_N),
        &format!("eyJhbGciOiJSUzI1NiJ9.{RFC7515_PAYLOAD}"),
        RFC7515_RS256_SIGNATURE,
        Refusal::BadKeyId,
    );
}

#[test]
fn rfc7515_a_3_es256() {
    agrees(
        &p256(),
        &format!("eyJhbGciOiJFUzI1NiJ9.{RFC7515_PAYLOAD}"),
        RFC7515_ES256_SIGNATURE,
        Refusal::BadKeyId,
    );
}

#[test]
fn rfc8037_a_4_eddsa() {
    // Its payload is a sentence.
    agrees(&ed25519(), RFC8037_INPUT, RFC8037_SIGNATURE, Refusal::BadPayload);
}

#[test]
fn rfc8037_a_1_the_private_key_makes_the_same_public_key_and_signs_the_same() {
    // RFC 8410 §7: the seed in a PKCS#8 v1 document.
    let start =
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let document = [&start[..], &decode(RFC8037_D)].concat();
    let key = SigningKey::from_pkcs8(Alg::EdDsa, &document).expect("an Ed25519 key");
    assert_eq!(key.public().x.as_deref(), Some(RFC8037_X));
    assert_eq!(*key.to_pkcs8().expect("it can be written"), document);

    // Ed25519 has one signature a message: the library's, over our header, must be the end of our token.
    let pair = aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(&document).expect("an Ed25519 key");
    let signed = |input: &str| encode(pair.sign(input.as_bytes()));
    assert_eq!(signed(RFC8037_INPUT), RFC8037_SIGNATURE);
    let token = Signer::new(key.into(), "JWT").sign(b"{}").expect("it is short");
    let (input, signature) = token.rsplit_once('.').expect("three segments");
    assert_eq!(signature, signed(input));
}
