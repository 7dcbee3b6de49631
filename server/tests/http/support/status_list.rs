//! A status list as a verifier reads it (draft-ietf-oauth-status-list §4.1, §8.3).

use base64ct::{Base64UrlUnpadded, Encoding as _};
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde_json::Value;

/// More than any list of a test takes up.
const AT_MOST_BYTES: usize = 1 << 20;

/// The statuses of a list.
pub struct StatusList {
    bits: usize,
    bytes: Vec<u8>,
}

impl StatusList {
    /// From the member `status_list` of a list's claims.
    #[track_caller]
    pub fn of(list: &Value) -> Self {
        let compressed = Base64UrlUnpadded::decode_vec(list["lst"].as_str().unwrap()).unwrap();
        let bytes = decompress_to_vec_zlib_with_limit(&compressed, AT_MOST_BYTES).unwrap();
        let bits = list["bits"].as_u64().unwrap() as usize;
        assert!([1, 2, 4, 8].contains(&bits));
        Self { bits, bytes }
    }

    /// How many statuses there are.
    pub fn len(&self) -> usize {
        self.bytes.len() * 8 / self.bits
    }

    /// One of them.
    pub fn at(&self, idx: usize) -> u8 {
        let a_byte = 8 / self.bits;
        let mask = u8::MAX >> (8 - self.bits);
        self.bytes[idx / a_byte] >> (idx % a_byte * self.bits) & mask
    }

    /// Where they are not 0.
    pub fn set(&self) -> Vec<usize> {
        (0..self.len()).filter(|idx| self.at(*idx) != 0).collect()
    }
}
