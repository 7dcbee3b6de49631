//! The private signing keys of a store: what is sealed in it, opened with the ring.

use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use serde_json::Value;
use tenure_service::ring::{Ring, RingSource, Sealed};
use tenure_sqlite::{Options, Sqlite};
use tenure_store::{Kind, Store};

use super::needles::Needles;
use crate::support::dev::Folder;

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// A private key.
pub struct PrivateKey {
    alg: String,
    pkcs8: Vec<u8>,
    public: String,
}

/// All of them, from a store that nobody has open.
pub fn private_keys(folder: &Folder) -> Vec<PrivateKey> {
    let ring = RingSource::File(folder.ring()).read().and_then(|file| Ring::derive(&file)).expect("a ring");
    let store = Store::new(Arc::new(Sqlite::open(&folder.database(), Options::new(0)).expect("a store")));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let records = runtime.block_on(store.records(Kind::SigningKey, "", None, 1000)).expect("records");
    let opened = records.iter().map(|record| {
        let value: Value = serde_json::from_slice(&record.bytes).expect("JSON");
        let sealed: Sealed = serde_json::from_value(value["private"].clone()).expect("a sealed key");
        let pkcs8 = ring.open(&record.key, &sealed).expect("the ring's");
        let alg = value["alg"].as_str().expect("an algorithm").to_owned();
        PrivateKey { alg, pkcs8: pkcs8.to_vec(), public: value["public"].to_string() }
    });
    opened.collect()
}

impl PrivateKey {
    /// Adds the key as a whole, as lines of PEM, and each of its secret numbers.
    pub fn plant(&self, needles: &mut Needles) {
        let name = |what: &str| format!("{} of an {} key", what, self.alg);
        needles.add(&name("the PKCS#8"), &self.pkcs8);
        let pem = Base64::encode_string(&self.pkcs8);
        for line in pem.as_bytes().chunks(64).filter(|line| line.len() >= 40) {
            // The first lines of a short key hold its public half too, but never alone.
            needles.add(&name("a line of PEM"), line);
        }
        let mut numbers = Vec::new();
        leaves(&self.pkcs8, &mut numbers);
        numbers.retain(|number| !self.public.contains(&base64ct::Base64UrlUnpadded::encode_string(number)));
        assert!(!numbers.is_empty(), "no secret number was found in an {} key", self.alg);
        for number in numbers {
            needles.add(&name("a number"), &number);
        }
    }
}

/// The integers and strings of octets in DER that are long enough to be secret, without leading zeros.
fn leaves(mut der: &[u8], found: &mut Vec<Vec<u8>>) {
    while let [tag, rest @ ..] = der {
        let Some((length, rest)) = length(rest).filter(|(length, rest)| *length <= rest.len()) else {
            return;
        };
        let (value, after) = rest.split_at(length);
        let nested = matches!(value.first(), Some(&OCTETS | &SEQUENCE)) && value.len() > 2;
        match *tag {
            SEQUENCE => leaves(value, found),
            OCTETS if nested && self_contained(value) => leaves(value, found),
            INTEGER | OCTETS if value.len() >= 32 => {
                let zeros = value.iter().take_while(|byte| **byte == 0).count();
                found.push(value[zeros..].to_vec());
            }
            _ => {}
        }
        der = after;
    }
}

/// Whether `der` is exactly one value.
fn self_contained(der: &[u8]) -> bool {
    length(&der[1..]).is_some_and(|(length, rest)| length == rest.len())
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((usize::from(*first), rest));
    }
    let count = usize::from(first & 0x7f);
    let (digits, rest) = (rest.get(..count)?, rest.get(count..)?);
    Some((digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest))
}
