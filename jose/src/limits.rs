//! Every limit of this crate, with its unit in its name.

/// The longest compact JWS that is made or read, in bytes (JW-10). Everything that is done to a token before its signature is
/// known to be right costs no more than this allows.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The longest key id that is read, in bytes (JW-6). A SHA-256 thumbprint takes 43.
pub const MAX_KID_BYTES: usize = 128;

/// How deep the JSON of a header or a payload may nest; the object itself is the first level.
pub const MAX_JSON_DEPTH: usize = 16;

/// The shortest RSA modulus, in bits (RFC 7518 §3.3).
pub const MIN_RSA_BITS: usize = 2048;

/// The longest RSA modulus, in bits: a longer one makes each check slower and the token too big for a cookie.
pub const MAX_RSA_BITS: usize = 4096;

/// The smallest RSA exponent (NIST SP 800-56B §6.2).
pub const MIN_RSA_EXPONENT: u64 = 65_537;

/// The longest RSA exponent, in bytes: all in use fit, and more would make checks slow.
pub const MAX_RSA_EXPONENT_BYTES: usize = 4;

/// The longest signature, in bytes: that of the longest RSA key.
pub(crate) const MAX_SIGNATURE_BYTES: usize = MAX_RSA_BITS / 8;
