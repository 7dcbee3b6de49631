//! The manifest as text: JSON on one line, for programs and for `tail -n 2`.

use serde::{Deserialize, Serialize};
use tenure_core::time::Timestamp;
use tenure_store::Manifest;

/// As it is written. Members that a later program adds are ignored: what an older one must not ignore raises the number in
/// the last line of the file.
#[derive(Serialize, Deserialize)]
struct Written {
    made_at_ms: i64,
    program: String,
    schema: u32,
    incarnation: String,
    high_water_ms: i64,
    feed_head: u64,
    families: u64,
    records: u64,
    ring_keys: Vec<u8>,
    content_bytes: u64,
    content_sha256: String,
}

pub(super) fn to_text(manifest: &Manifest) -> serde_json::Result<String> {
    serde_json::to_string(&Written {
        made_at_ms: manifest.made_at.millis(),
        program: manifest.program.clone(),
        schema: manifest.schema,
        incarnation: format!("{:016x}", manifest.incarnation),
        high_water_ms: manifest.high_water.millis(),
        feed_head: manifest.feed_head,
        families: manifest.families,
        records: manifest.records,
        ring_keys: manifest.kids.clone(),
        content_bytes: manifest.content_bytes,
        content_sha256: hex(&manifest.sha256),
    })
}

/// What `text` says, if it is a manifest.
pub(super) fn from_text(text: &[u8]) -> Option<Manifest> {
    let written: Written = serde_json::from_slice(text).ok()?;
    Some(Manifest {
        made_at: Timestamp::from_millis(written.made_at_ms),
        program: written.program,
        schema: written.schema,
        incarnation: u64::from_str_radix(&written.incarnation, 16).ok()?,
        high_water: Timestamp::from_millis(written.high_water_ms),
        feed_head: written.feed_head,
        families: written.families,
        records: written.records,
        kids: written.ring_keys,
        content_bytes: written.content_bytes,
        sha256: from_hex(&written.content_sha256)?,
    })
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 32 bytes from 64 hexadecimal digits.
pub(super) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}
