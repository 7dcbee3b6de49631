//! What is searched for, in every spelling, and a search that takes them all at once.

use std::collections::{BTreeSet, HashMap};

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};

/// A search compares so many bytes first.
const HEAD: usize = 8;

/// Secrets in all their spellings.
#[derive(Default)]
pub struct Needles {
    by_head: HashMap<[u8; HEAD], Vec<(Vec<u8>, usize)>>,
    names: Vec<String>,
}

impl Needles {
    /// Adds a secret: raw, in hexadecimal, and in base64 wherever it may stand in a longer text.
    pub fn add(&mut self, name: &str, secret: &[u8]) {
        assert!(secret.len() >= 12, "{name} is too short to be searched for");
        self.names.push(name.to_owned());
        self.spell(secret.to_vec());
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        self.spell(hex.to_uppercase().into_bytes());
        self.spell(hex.into_bytes());
        for lead in 0..3 {
            let mut bytes = vec![0; lead];
            bytes.extend(secret);
            // The characters that hold nothing but the secret's bits.
            let (from, to) = ((lead * 8).div_ceil(6), bytes.len() * 8 / 6);
            self.spell(Base64::encode_string(&bytes)[from..to].into());
            self.spell(Base64UrlUnpadded::encode_string(&bytes)[from..to].into());
        }
    }

    /// Adds a secret that is written in base64url: as it is written, and what it stands for.
    pub fn add_base64url(&mut self, name: &str, text: &str) {
        self.add(
            name,
            &Base64UrlUnpadded::decode_vec(text).unwrap_or_else(|_| panic!("{name} is no base64url")),
        );
        self.add(name, text.as_bytes());
    }

    /// The names of those that occur in `bytes`.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found = BTreeSet::new();
        for at in 0..bytes.len().saturating_sub(HEAD - 1) {
            let head: [u8; HEAD] = bytes[at..at + HEAD].try_into().expect("so many");
            for (needle, name) in self.by_head.get(&head).into_iter().flatten() {
                if bytes[at..].starts_with(needle) {
                    found.insert(self.names[*name].as_str());
                }
            }
        }
        found.into_iter().collect()
    }

    pub fn count(&self) -> usize {
        self.names.len()
    }

    pub fn spellings(&self) -> usize {
        self.by_head.values().map(Vec::len).sum()
    }

    fn spell(&mut self, spelling: Vec<u8>) {
        let head = spelling[..HEAD].try_into().expect("so many");
        self.by_head.entry(head).or_default().push((spelling, self.names.len() - 1));
    }
}
