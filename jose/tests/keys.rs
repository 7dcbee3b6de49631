//! JWKs: what is published, how keys are named, and which are refused.

mod common;

use common::{ALGS, decode, encode, key};
use tenure_jose::{Alg, KeyError, SigningKey, VerifyingKey, thumbprint};
use tenure_wire::jwk::{Jwk, JwkSet};

/// The public JWK of our key, changed.
fn with(alg: Alg, change: impl FnOnce(&mut Jwk)) -> Result<VerifyingKey, KeyError> {
    let mut jwk = key(alg).signing.public().clone();
    change(&mut jwk);
    VerifyingKey::from_jwk(&jwk)
}

fn error(result: Result<VerifyingKey, KeyError>) -> KeyError {
    result.expect_err("it must be refused")
}

#[test]
fn jk_1_the_published_set_has_public_members_only() {
    let set = JwkSet { keys: ALGS.map(|alg| key(alg).signing.public().clone()).into() };
    let json = serde_json::to_value(&set).expect("JSON");
    let members = |at: usize| {
        let object = json["keys"][at].as_object().expect("an object");
        object.keys().map(String::as_str).collect::<Vec<_>>()
    };
    assert_eq!(members(0), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_eq!(members(1), ["alg", "crv", "kid", "kty", "use", "x"]);
    assert_eq!(members(2), ["alg", "e", "kid", "kty", "n", "use"]);
}

#[test]
fn jk_1_a_private_member_that_was_read_is_dropped() {
    let mut json = serde_json::to_value(key(Alg::EdDsa).signing.public()).expect("JSON");
    json["d"] = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A".into();
    let jwk: Jwk = serde_json::from_value(json).expect("a JWK");
    assert!(!serde_json::to_string(&jwk).expect("JSON").contains("\"d\""));
}

#[test]
fn jk_2_kid_is_the_rfc7638_thumbprint() {
    for alg in ALGS {
        let signing = &key(alg).signing;
        assert_eq!(signing.kid(), thumbprint(signing.public()));
        assert_eq!(signing.kid(), signing.public().kid);
        assert_eq!(signing.kid(), key(alg).verifying.kid());
        assert_eq!(signing.kid().len(), 43);
    }
    assert_ne!(SigningKey::generate(Alg::EdDsa).expect("a key").kid(), key(Alg::EdDsa).signing.kid());
}

#[test]
fn jk_2_the_thumbprint_is_of_the_key_alone() {
    for alg in ALGS {
        let mut jwk = key(alg).signing.public().clone();
        (jwk.kid, jwk.use_, jwk.alg) = ("other".into(), "enc".into(), "none".into());
        assert_eq!(thumbprint(&jwk), key(alg).signing.kid());
    }
}

#[test]
fn jk_3_each_key_has_use_alg_kty_and_full_width() {
    // Often enough that coordinates with leading zeros occur.
    for _ in 0..600 {
        let key = SigningKey::generate(Alg::Es256).expect("a key");
        let jwk = key.public();
        assert_eq!((jwk.use_.as_str(), jwk.alg.as_str(), jwk.kty.as_str()), ("sig", "ES256", "EC"));
        assert_eq!([&jwk.x, &jwk.y].map(|c| c.as_ref().map(String::len)), [Some(43), Some(43)]);
    }
}

#[test]
fn jk_3_what_does_not_fit_together_is_refused() {
    for alg in ALGS {
        assert!(with(alg, |_| ()).is_ok());
        assert_eq!(error(with(alg, |jwk| jwk.use_ = "enc".into())), KeyError::NotForSigning);
        assert_eq!(error(with(alg, |jwk| jwk.kty = "oct".into())), KeyError::WrongKind);
        for other in ["none", "HS256", "PS256", "ES384", "es256", ""] {
            assert_eq!(error(with(alg, |jwk| jwk.alg = other.into())), KeyError::UnknownAlgorithm);
        }
        for other in ALGS.into_iter().filter(|other| *other != alg) {
            assert_eq!(error(with(alg, |jwk| jwk.alg = other.as_str().into())), KeyError::WrongKind);
        }
        for curve in [Some("P-384".to_owned()), Some("X25519".to_owned())] {
            assert_eq!(error(with(alg, |jwk| jwk.crv = curve)), KeyError::WrongKind);
        }
    }
    assert_eq!(error(with(Alg::Es256, |jwk| jwk.crv = None)), KeyError::WrongKind);
    assert_eq!(error(with(Alg::Es256, |jwk| jwk.y = None)), KeyError::WrongKind);
    assert_eq!(error(with(Alg::Es256, |jwk| jwk.n = jwk.x.clone())), KeyError::WrongKind);
    assert_eq!(error(with(Alg::EdDsa, |jwk| jwk.y = jwk.x.clone())), KeyError::WrongKind);
    assert_eq!(error(with(Alg::Rs256, |jwk| jwk.x = jwk.e.clone())), KeyError::WrongKind);
    assert_eq!(error(with(Alg::Rs256, |jwk| jwk.n = None)), KeyError::WrongKind);
}

#[test]
fn jk_3_a_coordinate_of_another_width_or_form_is_refused() {
    let shorter = |text: &str| encode(&decode(text)[1..]);
    let longer = |text: &str| encode([&[0], decode(text).as_slice()].concat());
    let padded = |text: &str| format!("{text}=");
    let other = |text: &str| text.replacen(|_| true, "+", 1);
    let changes: [&dyn Fn(&str) -> String; 5] = [&shorter, &longer, &padded, &other, &|_| String::new()];
    for change in changes {
        for alg in [Alg::Es256, Alg::EdDsa] {
            let refused = with(alg, |jwk| jwk.x = jwk.x.as_deref().map(change));
            assert_eq!(error(refused), KeyError::BadMember("x"));
        }
        let refused = with(Alg::Es256, |jwk| jwk.y = jwk.y.as_deref().map(change));
        assert_eq!(error(refused), KeyError::BadMember("y"));
    }
    let zero = || Some(encode([0; 32]));
    assert_eq!(error(with(Alg::Es256, |jwk| jwk.y = zero())), KeyError::Rejected);
    assert_eq!(error(with(Alg::Es256, |jwk| (jwk.x, jwk.y) = (zero(), zero()))), KeyError::Rejected);
}

#[test]
fn jk_3_weak_or_huge_rsa_keys_are_refused() {
    let modulus = |bytes: usize| Some(encode([&[0xC1], vec![0x55; bytes - 1].as_slice()].concat()));
    for bytes in [1, 128, 255, 513, 1024] {
        let expected = if bytes > 512 { KeyError::BadMember("n") } else { KeyError::WrongStrength };
        assert_eq!(error(with(Alg::Rs256, |jwk| jwk.n = modulus(bytes))), expected);
    }
    let one_bit_less = encode([&[0x7F], vec![0x55; 255].as_slice()].concat());
    assert_eq!(error(with(Alg::Rs256, |jwk| jwk.n = Some(one_bit_less))), KeyError::WrongStrength);
    let even = encode([&[0xC1], vec![0x54; 255].as_slice()].concat());
    assert_eq!(error(with(Alg::Rs256, |jwk| jwk.n = Some(even))), KeyError::WrongStrength);
    let zero_first =
        |jwk: &mut Jwk| jwk.n = jwk.n.as_deref().map(|n| encode([&[0], decode(n).as_slice()].concat()));
    assert_eq!(error(with(Alg::Rs256, zero_first)), KeyError::BadMember("n"));
    for weak in [&[1][..], &[3], &[1, 0, 0]] {
        assert_eq!(error(with(Alg::Rs256, |jwk| jwk.e = Some(encode(weak)))), KeyError::WrongStrength);
    }
    for form in [&[][..], &[0], &[0, 1, 0, 1], &[1, 0, 0, 0, 1]] {
        assert_eq!(error(with(Alg::Rs256, |jwk| jwk.e = Some(encode(form)))), KeyError::BadMember("e"));
    }
}

#[test]
fn jw_6_a_key_with_an_unusable_id_is_refused() {
    for kid in [String::new(), "k".repeat(129), "a\nb".into(), "a\0".into(), "\u{9b}".into()] {
        assert_eq!(error(with(Alg::EdDsa, |jwk| jwk.kid = kid)), KeyError::BadKeyId);
    }
    assert!(with(Alg::EdDsa, |jwk| jwk.kid = "k".repeat(128)).is_ok());
}

#[test]
fn a_private_key_of_another_algorithm_or_none_is_refused() {
    for alg in ALGS {
        let document = key(alg).signing.to_pkcs8().expect("it can be written");
        for other in ALGS.into_iter().filter(|other| *other != alg) {
            assert_eq!(SigningKey::from_pkcs8(other, &document).err(), Some(KeyError::Rejected));
        }
        for cut in [0, 1, document.len() / 2, document.len() - 1] {
            assert_eq!(SigningKey::from_pkcs8(alg, &document[..cut]).err(), Some(KeyError::Rejected));
        }
    }
}

#[test]
fn names_of_algorithms_are_exact() {
    for alg in ALGS {
        assert_eq!(Alg::parse(alg.as_str()), Some(alg));
        assert_eq!(Alg::parse(&alg.as_str().to_lowercase()), None);
    }
    assert_eq!(Alg::parse("none"), None);
}

#[test]
fn jk_6_what_is_shown_of_a_key_is_public() {
    let shown = format!("{:?}", key(Alg::Es256).verifying);
    assert!(shown.contains(key(Alg::Es256).signing.kid()) && shown.len() < 120, "{shown}");
}
