//! What a key id may look like.

use crate::limits::MAX_KID_BYTES;

/// Whether a key id is 1 to [`MAX_KID_BYTES`] bytes without control characters. A token's `kid` is chosen by whoever sends it
/// (RFC 8725 §3.10): this bounds what a lookup and a log line can meet. It is still not safe as a path or in SQL.
pub(crate) fn is_usable(kid: &str) -> bool {
    (1..=MAX_KID_BYTES).contains(&kid.len()) && !kid.chars().any(char::is_control)
}
